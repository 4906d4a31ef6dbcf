// RAII wrappers of open files and their memory mappings.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>

namespace widegeo::storage {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void close();

 private:
  int number_ = -1;
};

std::size_t page_size();
std::size_t memory_of_machine();  ///< 0 if unknown

/// Maps bytes 0 .. size - 1 of a file; remains valid after the descriptor is closed. If another program truncates the
/// file, this program ends, see end_cleanly_on_lost_files().
class Mapping {
 public:
  enum class Access { read, write };
  Mapping() = default;
  Mapping(const Descriptor& file, std::size_t size, Access access, const std::string& name);  ///< throws Error(io)
  Mapping(Mapping&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Mapping();
  char* data() const { return data_; }
  std::size_t size() const { return size_; }
  void expect_sequential_reads(bool sequential) const;
  /// Releases the whole pages among these bytes from the process's memory; they stay in the file.
  void release(std::size_t begin, std::size_t end) const;
  /// Maps these bytes for writing in one system call, instead of one page fault per page. No effect if unsupported.
  void populate(std::size_t begin, std::size_t end) const;
  bool flush() const;  ///< to disk; on failure false, with errno set

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// File mode for an output called `path`: that of the regular file it replaces, else the default by umask.
mode_t mode_of_output(const std::string& path);

/// If another program truncates a mapped file (SIGBUS), exits with code 4 and one line naming the file.
void end_cleanly_on_lost_files();

/// Throws Error(io) "ACTION: strerror(errno)" for `path`.
[[noreturn]] void fail_with_errno(const std::string& action, const std::string& path, const std::string& hint = {});

/// Opens a regular file for reading. Error(io) for folders, devices and unreadable files.
Descriptor open_to_read(const std::string& path, std::size_t& size);

/// "7.20 GB (7200000128 bytes)".
std::string bytes_text(std::size_t bytes);

}  // namespace widegeo::storage
