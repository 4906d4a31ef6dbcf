// Parallel loops whose result does not depend on the number of threads: each index writes its own slot, and slots are
// reduced in index order. Every worker uses the caller's multiprecision working precision.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace widegeo {

/// Processors available to this process: fewer than the machine has if a scheduler or container restricts it.
unsigned available_threads();

/// Calls f(0), ..., f(n - 1) on at most `threads` threads (0: all cores), and on no more than four per core, or 16. f
/// must write only to what belongs to its index. Among the exceptions thrown, the one with the lowest index is rethrown
/// after the loop has stopped.
void parallel_for_ordered(std::size_t n, unsigned threads, const std::function<void(std::size_t)>& f);

/// sum of f(i) in index order: 1, 2 and N threads agree bit for bit.
template <class Value>
Value parallel_sum_ordered(std::size_t n, unsigned threads, Value sum, const std::function<Value(std::size_t)>& f) {
  std::vector<Value> part(n, sum);
  parallel_for_ordered(n, threads, [&](std::size_t i) { part[i] = f(i); });
  for (const Value& value : part) sum += value;
  return sum;
}

}  // namespace widegeo
