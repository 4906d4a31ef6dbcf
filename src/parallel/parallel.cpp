#include "parallel/parallel.hpp"

#include <sched.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "number/real.hpp"

namespace widegeo {
namespace {

/// The calling thread's arena with this many threads. It is kept, because the workers of a new arena start so late that
/// short loops would run on a single thread.
tbb::task_arena& arena_of(unsigned threads) {
  thread_local std::map<unsigned, tbb::task_arena> arenas;
  return arenas.try_emplace(threads, static_cast<int>(threads)).first->second;
}

/// More threads than the machine can run at a time only cost memory; a few more show that results do not depend on
/// them.
unsigned useful(unsigned threads) {
  const unsigned cores = available_threads();
  return std::min(threads, std::max(16U, 4 * cores));
}

/// oneTBB limits its workers to the number of cores, and says so on stderr when more are asked for; the caller's word
/// counts.
void allow(unsigned threads) {
  static std::mutex mutex;
  static std::size_t allowed = available_threads();
  static std::unique_ptr<tbb::global_control> limit;
  const std::lock_guard<std::mutex> lock(mutex);
  if (threads <= allowed) return;
  allowed = threads;
  limit.reset();  // of several limits the smallest counts
  limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, allowed);
}

}  // namespace

unsigned available_threads() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0)
    return static_cast<unsigned>(CPU_COUNT(&allowed));
  return std::max(1U, std::thread::hardware_concurrency());  // more processors than the set holds
}

void parallel_for_ordered(std::size_t n, unsigned asked, const std::function<void(std::size_t)>& f) {
  const unsigned threads = useful(asked == 0 ? available_threads() : asked);
  if (threads == 1 || n <= 1) {
    for (std::size_t i = 0; i < n; ++i) f(i);
    return;
  }
  const unsigned digits = working_digits();
  std::vector<std::exception_ptr> thrown(n);
  std::atomic<std::size_t> first_failure{n};
  allow(threads);
  arena_of(threads).execute([&] {
    tbb::parallel_for(std::size_t{0}, n, [&](std::size_t i) {
      // An index above a known failure need not run; one below must, so that the error reported is always the same.
      if (i > first_failure.load(std::memory_order_relaxed)) return;
      const PrecisionScope precision(digits);
      try {
        f(i);
      } catch (...) {
        thrown[i] = std::current_exception();
        std::size_t seen = first_failure.load();
        while (i < seen && !first_failure.compare_exchange_weak(seen, i)) {
        }
      }
    });
  });
  if (first_failure.load() < n) std::rethrow_exception(thrown[first_failure.load()]);
}

}  // namespace widegeo
