#include "storage/own_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "number/error.hpp"

namespace widegeo::storage {
namespace {

std::string first_bytes(const Descriptor& file, std::size_t count) {
  std::string bytes(count, '\0');
  const ssize_t got = ::pread(file.get(), bytes.data(), count, 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

}  // namespace

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

std::size_t size_of(const Descriptor& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_with_errno("cannot read", path);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorCode::io, "cannot write: it is not an ordinary file", path);
  return static_cast<std::size_t>(status.st_size);
}

Descriptor open_own_file(const std::string& path, int flags, const std::string& name) {
  // A link of that name was not made by this program, so its target is not ours.
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, 0666));
  if (!file && errno == ELOOP) throw Error(ErrorCode::io, "cannot write: it is a link", path, "move it elsewhere");
  if (!file) fail_with_errno("cannot write", name);
  return file;
}

void require_own_file(const Descriptor& file, const std::string& path, std::string_view magic,
                      const std::string& kind) {
  (void)size_of(file, path);
  const std::string bytes = first_bytes(file, magic.size());
  const bool blank = bytes.find_first_not_of('\0') == std::string::npos;
  if (!blank && bytes != magic)
    throw Error(ErrorCode::io, "another file already has the name of the " + kind, path, "move it elsewhere");
}

void write_all(const Descriptor& file, std::string_view data, const std::string& path) {
  std::size_t done = 0;
  while (done < data.size()) {
    const ssize_t count = ::pwrite(file.get(), data.data() + done, data.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_with_errno("cannot write", path);
    done += static_cast<std::size_t>(count);
  }
}

}  // namespace widegeo::storage
