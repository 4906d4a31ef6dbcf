// Files that are either complete or absent: written next to the target, synced to disk, then renamed over it.
#pragma once

#include <string>
#include <string_view>

#include "storage/system_file.hpp"

namespace widegeo::storage {

class AtomicFile {
 public:
  /// Opens a temporary file in the folder of `path`. Throws Error(io).
  explicit AtomicFile(std::string path);
  /// Removes the temporary file unless commit() succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view data);  ///< throws Error(io), e.g. if the disk is full
  void commit();                      ///< syncs to disk and renames; throws Error(io)

 private:
  [[noreturn]] void fail(const std::string& action) const;
  void flush();
  std::string path_, temporary_, buffer_;
  int descriptor_ = -1;
};

/// Makes Ctrl-C, SIGTERM and SIGHUP end the program with exit code 130 without leaving a temporary file behind, and
/// exceeding the file size limit (SIGXFSZ) a write error. `silently`: no message on stderr, for all but one of several
/// processes that end together.
void remove_unfinished_files_on_interrupt(bool silently = false);

/// Async-signal-safe: removes the temporary file, if there is one.
void remove_unfinished_file() noexcept;

/// Checks before any work that `path` can be written. Throws Error(io) if it is a folder or a dangling link, or if its
/// folder does not exist or is not writable. For a pipe, waits up to 10 seconds for a reader; keep the result until the
/// output is written, so that the reader does not see the end too early.
Descriptor check_writable(const std::string& path);

void atomic_write(const std::string& path, std::string_view data);

}  // namespace widegeo::storage
