// Runs a computation in a child process with a limit on its processor time, so that an endless loop or a crash is a
// finding of the test instead of its end. The result is copied through a pipe.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <type_traits>
#include <vector>

namespace widegeo::testing {

/// The items work(i), i = 0..count-1, up to the first that did not finish within `seconds` of total processor time;
/// Item must be trivially copyable. The caller must be single-threaded.
template <class Item, class Work>
std::vector<Item> guarded(std::size_t count, unsigned seconds, const Work& work) {
  static_assert(std::is_trivially_copyable_v<Item>);
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    const rlimit limit{seconds, seconds + 1};
    ::setrlimit(RLIMIT_CPU, &limit);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    for (std::size_t i = 0; i < count; ++i) {
      const Item item = work(i);
      if (::write(ends[1], &item, sizeof item) != static_cast<ssize_t>(sizeof item)) break;
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::vector<Item> items;
  Item item;
  for (std::size_t got = 0; child > 0;) {
    const ssize_t n = ::read(ends[0], reinterpret_cast<char*>(&item) + got, sizeof item - got);
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
    if (got < sizeof item) continue;
    items.push_back(item);
    got = 0;
  }
  ::close(ends[0]);
  int status = 0;
  if (child > 0) ::waitpid(child, &status, 0);
  return items;
}

}  // namespace widegeo::testing
