// A file to which several processes of one job, perhaps on several machines, write bytes at given offsets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace widegeo::storage {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Thread-safe. Throws Error(io).
  virtual void write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// Collective. Afterwards what this process has written is on disk and visible to the others.
  virtual void sync() = 0;
};

}  // namespace widegeo::storage
