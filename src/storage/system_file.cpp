#include "storage/system_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include "number/error.hpp"
#include "storage/atomic_write.hpp"

namespace widegeo::storage {
namespace {

/// The current mappings, in plain memory for the signal handler. A mapping that does not fit is reported without its
/// name.
struct Seen {
  std::atomic<const char*> begin{nullptr};
  std::size_t size = 0;
  std::array<char, 512> name{};
};
std::array<Seen, 16> mappings;
std::mutex mappings_mutex;

void remember(const char* begin, std::size_t size, const std::string& name) {
  const std::lock_guard<std::mutex> lock(mappings_mutex);
  for (Seen& place : mappings) {
    if (place.begin.load() != nullptr) continue;
    place.name.fill('\0');
    std::transform(name.begin(),
                   name.begin() + static_cast<std::ptrdiff_t>(std::min(name.size(), place.name.size() - 1)),
                   place.name.begin(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c; });
    place.size = size;
    place.begin.store(begin);
    return;
  }
}

void forget(const char* begin) {
  const std::lock_guard<std::mutex> lock(mappings_mutex);
  for (Seen& place : mappings) {
    if (place.begin.load() == begin) place.begin.store(nullptr);
  }
}

void say(const char* text) { (void)!::write(STDERR_FILENO, text, std::strlen(text)); }

void on_lost_file(int, siginfo_t* information, void*) {
  const auto* const address = static_cast<const char*>(information->si_addr);
  for (const Seen& place : mappings) {
    const char* const begin = place.begin.load();
    if (begin == nullptr || address < begin || address >= begin + place.size) continue;
    remove_unfinished_file();
    say("widegeo: error: the file was truncated while in use, or its disk failed (");
    say(place.name.data());
    say(")\n");
    ::_exit(4);
  }
  // Not a file of ours: as if there were no handler, when the instruction is tried again.
  std::signal(SIGBUS, SIG_DFL);
}

}  // namespace

void end_cleanly_on_lost_files() {
  struct sigaction action {};
  action.sa_sigaction = on_lost_file;
  action.sa_flags = SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  (void)::sigaction(SIGBUS, &action, nullptr);
}

std::size_t page_size() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

std::size_t memory_of_machine() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  return pages > 0 ? static_cast<std::size_t>(pages) * page_size() : 0;
}

Descriptor::~Descriptor() { close(); }

void Descriptor::close() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

void fail_with_errno(const std::string& action, const std::string& path, const std::string& hint) {
  throw Error(ErrorCode::io, action + ": " + std::strerror(errno), path, hint);
}

Mapping::Mapping(const Descriptor& file, std::size_t size, Access access, const std::string& name) : size_(size) {
  if (size == 0) return;
  const int protection = access == Access::read ? PROT_READ : PROT_READ | PROT_WRITE;
  void* const data = ::mmap(nullptr, size, protection, MAP_SHARED, file.get(), 0);
  if (data == MAP_FAILED) {
    size_ = 0;
    fail_with_errno("cannot map the file into memory", name, bytes_text(size));
  }
  data_ = static_cast<char*>(data);
  remember(data_, size, name);
}

Mapping::~Mapping() {
  if (data_ == nullptr) return;
  forget(data_);
  ::munmap(data_, size_);
}

void Mapping::expect_sequential_reads(bool sequential) const {
  if (data_ != nullptr) (void)::madvise(data_, size_, sequential ? MADV_SEQUENTIAL : MADV_NORMAL);
}

void Mapping::release(std::size_t begin, std::size_t end) const {
  begin = (begin + page_size() - 1) / page_size() * page_size();
  end = end / page_size() * page_size();
  // For a shared mapping of a file this only unmaps: what was written stays in the page cache and goes to the disk.
  if (data_ != nullptr && begin < end) (void)::madvise(data_ + begin, end - begin, MADV_DONTNEED);
}

void Mapping::populate(std::size_t begin, std::size_t end) const {
#ifdef MADV_POPULATE_WRITE
  begin = begin / page_size() * page_size();
  end = std::min(end, size_);
  if (data_ != nullptr && begin < end) (void)::madvise(data_ + begin, end - begin, MADV_POPULATE_WRITE);
#else
  (void)begin;
  (void)end;
#endif
}

bool Mapping::flush() const { return data_ == nullptr || ::msync(data_, size_, MS_SYNC) == 0; }

Descriptor open_to_read(const std::string& path, std::size_t& size) {
  // O_NONBLOCK: a named pipe that nobody writes to must be refused, not waited for.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) fail_with_errno("cannot read", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_with_errno("cannot read", path);
  if (S_ISDIR(status.st_mode)) throw Error(ErrorCode::io, "cannot read: it is a folder", path);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorCode::io, "cannot read: it is not an ordinary file", path);
  size = static_cast<std::size_t>(status.st_size);
  return file;
}

std::string bytes_text(std::size_t bytes) {
  const auto count = static_cast<double>(bytes);
  if (bytes < 10'000'000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000'000) return fmt::format("{:.1f} MB ({} bytes)", count / 1e6, bytes);
  return fmt::format("{:.2f} GB ({} bytes)", count / 1e9, bytes);
}

}  // namespace widegeo::storage
