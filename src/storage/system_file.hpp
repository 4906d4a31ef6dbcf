// Open files and mappings of them that close themselves.
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
std::size_t memory_of_machine();  ///< 0 where the system does not say

/// Bytes 0 .. size - 1 of a file. It stays valid after the descriptor is closed. A file that another program cuts short
/// meanwhile ends this one, see end_cleanly_on_lost_files().
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
  /// Takes the whole pages among these bytes out of the process's memory; they stay in the file.
  void release(std::size_t begin, std::size_t end) const;
  /// Takes these bytes into the process's memory at once, to be written: one call to the system where every page would
  /// be another one. Without effect where the system cannot do it.
  void populate(std::size_t begin, std::size_t end) const;
  bool flush() const;  ///< to disk; false with errno when it fails

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Of a result that is called `path`: that of the ordinary file that it replaces, else as the umask has it.
mode_t mode_of_output(const std::string& path);

/// A mapped file that another program cuts short (SIGBUS) ends this one with exit code 4 and one line naming the file.
void end_cleanly_on_lost_files();

/// Error(io) "ACTION: what errno says" about `path`.
[[noreturn]] void fail_with_errno(const std::string& action, const std::string& path, const std::string& hint = {});

/// Opens an ordinary file to be read. Error(io) for folders, devices and what cannot be read.
Descriptor open_to_read(const std::string& path, std::size_t& size);

/// "7.20 GB (7200000128 bytes)".
std::string bytes_text(std::size_t bytes);

}  // namespace widegeo::storage
