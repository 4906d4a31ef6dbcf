// A file that bytes are written into at given places, by several processes of one job, perhaps on several machines.
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
  /// What this process has written is on the disk and seen by the others. All processes call it.
  virtual void sync() = 0;
};

}  // namespace widegeo::storage
