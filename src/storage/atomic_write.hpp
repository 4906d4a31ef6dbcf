// Files that are either whole or absent: written beside the target, forced to disk, renamed over it.
#pragma once

#include <string>
#include <string_view>

namespace widegeo::storage {

class AtomicFile {
 public:
  /// Opens a temporary file in the folder of `path`. Throws Error(io).
  explicit AtomicFile(std::string path);
  /// Removes the temporary file unless commit() succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view data);  ///< throws Error(io): no space, ...
  void commit();                      ///< flushes to disk and renames; throws Error(io)

 private:
  [[noreturn]] void fail(const std::string& action) const;
  void flush();
  std::string path_, temporary_, buffer_;
  int descriptor_ = -1;
};

/// Ctrl-C and SIGTERM end the program with exit code 130, without leaving a temporary file behind.
/// `silently` says nothing on stderr: for all but one of several processes that end together.
void remove_unfinished_files_on_interrupt(bool silently = false);

void atomic_write(const std::string& path, std::string_view data);

}  // namespace widegeo::storage
