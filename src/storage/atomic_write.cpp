#include "storage/atomic_write.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "number/error.hpp"

namespace widegeo::storage {
namespace {

constexpr std::size_t buffer_size = 1 << 20;

/// Devices and pipes (/dev/stdout, /dev/full) cannot be renamed over: they are written directly.
bool replaceable(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

/// Name of the temporary file being written, for the signal handler: it may only touch plain memory and call unlink.
std::array<char, 4096> unfinished{};
volatile std::sig_atomic_t has_unfinished = 0, say_interrupted = 1;

void remember(const std::string& path) {
  if (path.size() + 1 > unfinished.size()) return;
  std::memcpy(unfinished.data(), path.c_str(), path.size() + 1);
  has_unfinished = 1;
}

void on_interrupt(int) {
  remove_unfinished_file();
  constexpr std::string_view message = "widegeo: error: interrupted\n";
  if (say_interrupted != 0) (void)!::write(STDERR_FILENO, message.data(), message.size());
  ::_exit(130);
}

}  // namespace

void remove_unfinished_files_on_interrupt(bool silently) {
  say_interrupted = silently ? 0 : 1;
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  // Who started the program with nohup wants it to go on.
  if (std::signal(SIGHUP, on_interrupt) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void remove_unfinished_file() noexcept {
  if (has_unfinished != 0) ::unlink(unfinished.data());
}

Descriptor check_writable(const std::string& path) {
  struct stat link {
  }, status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode))
      throw Error(ErrorCode::io, "cannot write: it is a link to a missing file", path, "give the name of a file");
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    if (::access(folder.c_str(), W_OK) != 0) fail_with_errno("cannot write", path);
    return {};
  }
  if (S_ISDIR(status.st_mode))
    throw Error(ErrorCode::io, "cannot write: it is a folder", path, "give the name of a file");
  if (S_ISSOCK(status.st_mode)) throw Error(ErrorCode::io, "cannot write: it is a socket", path);
  if (!S_ISFIFO(status.st_mode)) return {};
  constexpr int tries = 100, microseconds = 100'000;
  for (int i = 0; i < tries; ++i) {
    Descriptor pipe(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
    if (pipe) return pipe;
    if (errno != ENXIO) fail_with_errno("cannot write", path);
    ::usleep(microseconds);
  }
  throw Error(ErrorCode::io, "cannot write: nobody reads from this pipe", path);
}

mode_t mode_of_output(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) return status.st_mode & 0777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return static_cast<mode_t>(0666 & ~mask);
}

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) throw Error(ErrorCode::io, "cannot write a file without a name", "--output");
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw Error(ErrorCode::io, "cannot write: it is a folder", path_, "give the name of a file");
  }
  if (replaceable(path_)) {
    temporary_ = path_ + ".XXXXXX";
    descriptor_ = ::mkstemp(temporary_.data());
    if (descriptor_ < 0) {
      temporary_.clear();
      fail("cannot write");
    }
    remember(temporary_);
    // mkstemp makes private files; a result is an ordinary file, or as open to others as the one that it replaces.
    (void)::fchmod(descriptor_, mode_of_output(path_));
  } else {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("cannot write");
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  has_unfinished = 0;
}

void AtomicFile::fail(const std::string& action) const {
  throw Error(ErrorCode::io, action + ": " + std::strerror(errno), path_);
}

void AtomicFile::flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t count = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot write");
    done += static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

void AtomicFile::write(std::string_view data) {
  buffer_.append(data);
  if (buffer_.size() >= buffer_size) flush();
}

void AtomicFile::commit() {
  flush();
  if (!temporary_.empty() && ::fsync(descriptor_) != 0) fail("cannot write");
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) fail("cannot write");
  if (!temporary_.empty()) {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot write");
    temporary_.clear();
  }
}

void atomic_write(const std::string& path, std::string_view data) {
  AtomicFile file(path);
  file.write(data);
  file.commit();
}

}  // namespace widegeo::storage
