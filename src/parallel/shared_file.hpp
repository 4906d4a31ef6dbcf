// One file that all processes of a job write into, each its own bytes: a file system that the machines share is enough
// (pwrite), and with WIDEGEO_MPI it goes through MPI-IO, which knows what such file systems need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "parallel/ranks.hpp"

namespace widegeo {

class SharedFile {
 public:
  /// Opens an existing file of `bytes` bytes for writing. All ranks call it; all of them throw when one cannot open it
  /// (see run_together). Error(io).
  static std::unique_ptr<SharedFile> open(Ranks& ranks, const std::string& path, std::uint64_t bytes);
  virtual ~SharedFile() = default;

  /// Thread-safe. Bytes of different ranks must not overlap. Throws Error(io).
  virtual void write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// What this rank has written is on the disk. Throws Error(io).
  virtual void sync() = 0;
  /// Before MPI ends. A file that is not closed (after an error) is given up.
  virtual void close() = 0;
};

/// The one for a file system as it is.
std::unique_ptr<SharedFile> open_shared_posix(const std::string& path, std::uint64_t bytes);

}  // namespace widegeo
