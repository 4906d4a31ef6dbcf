// Stand-in for oneTBB's header under the thread sanitizer (see .ci/run): a number of threads, and nothing else.
#pragma once

#include <algorithm>
#include <thread>

namespace tbb {

class task_arena {
 public:
  static constexpr int automatic = -1;
  explicit task_arena(int threads = automatic)
      : threads_(threads == automatic ? std::max(2, static_cast<int>(std::thread::hardware_concurrency())) : threads) {}

  template <class F>
  auto execute(F&& f) {
    struct Restore {
      int saved = current();
      ~Restore() { current() = saved; }
    } restore;
    current() = threads_;
    return f();
  }

  /// The number of threads of the arena that this thread is in.
  static int& current() {
    thread_local int threads = 2;
    return threads;
  }

 private:
  int threads_;
};

}  // namespace tbb
