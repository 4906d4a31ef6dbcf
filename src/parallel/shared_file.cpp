#include "parallel/shared_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#ifdef WIDEGEO_MPI
#include "parallel/mpi/shared_file_mpi.hpp"
#endif

namespace widegeo {
namespace {

[[noreturn]] void fail(const char* action, const std::string& path) {
  throw Error(ErrorCode::io, std::string(action) + ": " + std::strerror(errno), path);
}

class PosixFile final : public SharedFile {
 public:
  PosixFile(const std::string& path, std::uint64_t bytes)
      : path_(path), bytes_(bytes), number_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
    if (number_ < 0) fail("cannot write", path_);
    struct stat status {};
    const bool known = ::fstat(number_, &status) == 0;
    if (known && static_cast<std::uint64_t>(status.st_size) == bytes) return;
    PosixFile::close();
    throw Error(ErrorCode::io, "this machine sees another size of the shared file", path_,
                "all machines must share one file system");
  }
  ~PosixFile() override { PosixFile::close(); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (offset > bytes_ || bytes.size() > bytes_ - offset)
      throw Error(ErrorCode::io, "bytes outside of the shared file", path_);
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto at = static_cast<off_t>(offset + done);
      const ssize_t count = ::pwrite(number_, bytes.data() + done, bytes.size() - done, at);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail("cannot write", path_);
      done += static_cast<std::size_t>(count);
    }
  }

  void sync() override {
    if (::fsync(number_) != 0) fail("cannot write", path_);
  }

  void close() override {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  std::string path_;
  std::uint64_t bytes_;
  int number_;
};

}  // namespace

std::unique_ptr<SharedFile> open_shared_posix(const std::string& path, std::uint64_t bytes) {
  return std::make_unique<PosixFile>(path, bytes);
}

std::unique_ptr<SharedFile> SharedFile::open(Ranks& ranks, const std::string& path, std::uint64_t bytes) {
  std::unique_ptr<SharedFile> file;
  // A rank that does not see the file must not leave the others waiting in MPI's collective open.
  run_together(ranks, [&] { file = open_shared_posix(path, bytes); });
#ifdef WIDEGEO_MPI
  if (ranks.size() > 1) {
    std::unique_ptr<SharedFile> parallel;
    run_together(ranks, [&] { parallel = open_shared_mpi(path, bytes); });
    return parallel;
  }
#endif
  return file;
}

}  // namespace widegeo
