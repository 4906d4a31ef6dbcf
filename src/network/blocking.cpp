#include "network/blocking.hpp"

#include <Eigen/Core>
#include <cstddef>
#include <mutex>

namespace widegeo {

void fix_blocking_of_products() {
  constexpr std::ptrdiff_t first = 32 << 10, second = 512 << 10, third = 4 << 20;
  // Matrix products read the sizes without a lock: once they are set, no thread may write them again.
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  if (Eigen::l1CacheSize() != first || Eigen::l2CacheSize() != second || Eigen::l3CacheSize() != third)
    Eigen::setCpuCacheSizes(first, second, third);
}

}  // namespace widegeo
