// Inside the module: results that do not depend on the caches of the machine.
#pragma once

namespace widegeo {

/// Eigen splits large matrix products, and with them their sums, into blocks that fit the caches it finds when the
/// program runs: the last bits would differ from one model of processor to the next. This makes it work as with 32 KiB,
/// 512 KiB and 4 MiB everywhere, for the whole process and until Eigen::setCpuCacheSizes is called again. The samplers
/// and stored networks call it when they are made; it writes only when the sizes are others.
void fix_blocking_of_products();

}  // namespace widegeo
