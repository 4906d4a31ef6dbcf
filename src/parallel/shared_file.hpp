// One file written by all processes of a job, each its own bytes. A file system shared by the machines is sufficient
// (pwrite); with WIDEGEO_MPI, MPI-IO is used, which handles the needs of such file systems.
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
  /// Opens an existing file of `bytes` bytes for writing. Collective; if one rank cannot open it, all throw Error(io)
  /// (see run_together).
  static std::unique_ptr<SharedFile> open(Ranks& ranks, const std::string& path, std::uint64_t bytes);
  virtual ~SharedFile() = default;

  /// Thread-safe. Bytes of different ranks must not overlap. Throws Error(io).
  virtual void write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// Forces what this rank has written to disk. Throws Error(io).
  virtual void sync() = 0;
  /// Call before MPI is finalised. A file not closed (after an error) is abandoned.
  virtual void close() = 0;
};

/// The implementation for a plain file system.
std::unique_ptr<SharedFile> open_shared_posix(const std::string& path, std::uint64_t bytes);

}  // namespace widegeo
