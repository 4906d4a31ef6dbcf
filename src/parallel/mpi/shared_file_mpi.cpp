#include "parallel/mpi/shared_file_mpi.hpp"

#include <mpi.h>

#include <algorithm>
#include <mutex>

namespace widegeo {
namespace {

[[noreturn]] void fail(int status, const std::string& path) {
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(status, text, &length);
  throw Error(ErrorCode::io, "cannot write: " + std::string(text, static_cast<std::size_t>(length)), path);
}

/// Each rank opens the file by itself (MPI_COMM_SELF), so that syncing and closing wait for no other rank. File errors
/// are returned by default, unlike those of messages. Workers write one after the other (MPI_THREAD_SERIALIZED).
class MpiFile final : public SharedFile {
 public:
  MpiFile(const std::string& path, std::uint64_t bytes) : path_(path), bytes_(bytes) {
    int provided = 0;
    MPI_Query_thread(&provided);
    if (provided < MPI_THREAD_SERIALIZED)
      throw Error(ErrorCode::input, "this MPI does not allow several threads to write", "MPI_THREAD_SERIALIZED");
    const int status = MPI_File_open(MPI_COMM_SELF, path.c_str(), MPI_MODE_WRONLY, MPI_INFO_NULL, &file_);
    if (status != MPI_SUCCESS) fail(status, path_);
  }
  MpiFile(const MpiFile&) = delete;
  MpiFile& operator=(const MpiFile&) = delete;

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (offset > bytes_ || bytes.size() > bytes_ - offset)
      throw Error(ErrorCode::io, "bytes outside of the shared file", path_);
    const std::scoped_lock lock(mutex());
    // MPI counts in int.
    constexpr std::size_t most = std::size_t{1} << 30;
    for (std::size_t done = 0; done < bytes.size();) {
      const std::size_t count = std::min(most, bytes.size() - done);
      MPI_Status result;
      const int status = MPI_File_write_at(file_, static_cast<MPI_Offset>(offset + done), bytes.data() + done,
                                           static_cast<int>(count), MPI_BYTE, &result);
      if (status != MPI_SUCCESS) fail(status, path_);
      int written = 0;
      MPI_Get_count(&result, MPI_BYTE, &written);
      if (written <= 0) throw Error(ErrorCode::io, "cannot write: perhaps no space is left", path_);
      done += static_cast<std::size_t>(written);
    }
  }

  void sync() override {
    const std::scoped_lock lock(mutex());
    const int status = MPI_File_sync(file_);
    if (status != MPI_SUCCESS) fail(status, path_);
  }

  void close() override {
    const std::scoped_lock lock(mutex());
    if (file_ == MPI_FILE_NULL) return;
    const int status = MPI_File_close(&file_);
    file_ = MPI_FILE_NULL;
    if (status != MPI_SUCCESS) fail(status, path_);
  }

 private:
  /// One for all files: the rule is about calls of MPI, not about files.
  static std::mutex& mutex() {
    static std::mutex only;
    return only;
  }

  std::string path_;
  std::uint64_t bytes_;
  MPI_File file_ = MPI_FILE_NULL;
};

}  // namespace

std::unique_ptr<SharedFile> open_shared_mpi(const std::string& path, std::uint64_t bytes) {
  return std::make_unique<MpiFile>(path, bytes);
}

}  // namespace widegeo
