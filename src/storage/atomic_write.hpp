// Files that are either whole or absent: written beside the target, forced to disk, renamed over it.
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

  void write(std::string_view data);  ///< throws Error(io): no space, ...
  void commit();                      ///< flushes to disk and renames; throws Error(io)

 private:
  [[noreturn]] void fail(const std::string& action) const;
  void flush();
  std::string path_, temporary_, buffer_;
  int descriptor_ = -1;
};

/// Ctrl-C, SIGTERM and SIGHUP end the program with exit code 130, without leaving a temporary file behind; a file that
/// grows beyond the limit of the process (SIGXFSZ) is an error of writing. `silently` says nothing on stderr: for all
/// but one of several processes that end together.
void remove_unfinished_files_on_interrupt(bool silently = false);

/// Safe in a signal handler: removes the temporary file, if there is one.
void remove_unfinished_file() noexcept;

/// Before any work: can `path` be written. Throws Error(io) for a folder, a link to nothing, a folder that does not
/// exist or may not be written to. A pipe is waited for, up to 10 seconds, until somebody reads it; keep the result
/// until the output is written, so that the reader does not see its end too early.
Descriptor check_writable(const std::string& path);

void atomic_write(const std::string& path, std::string_view data);

}  // namespace widegeo::storage
