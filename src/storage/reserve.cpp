#include "storage/reserve.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "number/error.hpp"

namespace widegeo::storage {
namespace {

[[noreturn]] void no_space(std::size_t bytes, const std::string& path, const std::string& hint) {
  throw Error(ErrorCode::io, "not enough space for the output: it needs " + bytes_text(bytes), path, hint);
}

}  // namespace

void reserve(const Descriptor& file, std::size_t bytes, const std::string& path) {
  // Beyond this limit the system would kill the process by a signal.
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur)
    no_space(bytes, path, "files of this process are limited to " + bytes_text(limit.rlim_cur) + " (ulimit -f)");
  // Asked first: to reserve until nothing is left would disturb every other program for a while.
  struct statvfs system {};
  if (::fstatvfs(file.get(), &system) == 0) {
    const std::size_t free = static_cast<std::size_t>(system.f_bavail) * system.f_frsize;
    if (bytes > free) no_space(bytes, path, bytes_text(free) + " are free");
  }
  int status = 0;
  do {
    status = ::fallocate(file.get(), 0, 0, static_cast<off_t>(bytes));
  } while (status != 0 && errno == EINTR);
  if (status == 0) return;
  if (errno == ENOSPC || errno == EDQUOT) no_space(bytes, path, "free some space, or write float32");
  if (errno == EFBIG) no_space(bytes, path, "the file system does not allow files of that size");
  if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL) fail_with_errno("cannot write", path);
  // A file system that cannot reserve: the free space seen above is all one can ask for.
  if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) fail_with_errno("cannot write", path);
}

}  // namespace widegeo::storage
