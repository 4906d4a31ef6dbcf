// Stand-in for oneTBB's header under the thread sanitizer (see .ci/run): indices are handed out one by one to
// std::threads.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "task_arena.h"

namespace tbb {

template <class Index, class F>
void parallel_for(Index first, Index last, const F& f) {
  std::atomic<Index> next{first};
  // Relaxed: an index must not order what different calls of f do, or the sanitizer would miss a race between them.
  const auto work = [&] {
    for (Index i = next.fetch_add(1, std::memory_order_relaxed); i < last;
         i = next.fetch_add(1, std::memory_order_relaxed))
      f(i);
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < task_arena::current(); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace tbb
