// Module-internal: makes results independent of the cache sizes of the machine.
#pragma once

namespace widegeo {

/// Eigen splits large matrix products, and hence their sums, into blocks according to the cache sizes it detects at run
/// time, so the last bits would differ between processor models. This fixes the sizes to 32 KiB, 512 KiB and 4 MiB for
/// the whole process, until Eigen::setCpuCacheSizes is called again. Called by the constructors of samplers and stored
/// networks; writes only if the sizes differ.
void fix_blocking_of_products();

}  // namespace widegeo
