#include "parallel/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

#include "number/real.hpp"

using namespace widegeo;

namespace {
constexpr unsigned thread_counts[] = {1, 2, 7, 0};
}

TEST_CASE("parallel: every index is visited once, on any number of threads") {
  for (const unsigned threads : thread_counts)
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{1000}}) {
      std::vector<int> visits(n);
      parallel_for_ordered(n, threads, [&](std::size_t i) { ++visits[i]; });
      CHECK(visits == std::vector<int>(n, 1));
    }
}

TEST_CASE("parallel: sums of doubles have the same bits on any number of threads") {
  const std::function<double(std::size_t)> term = [](std::size_t i) {
    return 1.0 / (3.0 + static_cast<double>(i * i % 1009));
  };
  double plain = 0;
  for (std::size_t i = 0; i < 5000; ++i) plain += term(i);
  for (const unsigned threads : thread_counts) CHECK(parallel_sum_ordered<double>(5000, threads, 0.0, term) == plain);
}

TEST_CASE("parallel: workers use the caller's multiprecision precision, and the caller keeps it") {
  const PrecisionScope scope(77);
  for (const unsigned threads : thread_counts) {
    std::vector<unsigned> digits(50);
    parallel_for_ordered(50, threads, [&](std::size_t i) { digits[i] = working_digits(); });
    CHECK(digits == std::vector<unsigned>(50, working_digits()));
  }
  CHECK(working_digits() >= 77);
}

TEST_CASE("parallel: of several exceptions the one of the lowest index is reported") {
  for (const unsigned threads : thread_counts)
    for (int repeat = 0; repeat < 20; ++repeat) {
      std::string caught;
      try {
        parallel_for_ordered(200, threads, [](std::size_t i) {
          if (i == 23 || i == 24 || i > 150) throw std::runtime_error(std::to_string(i));
        });
      } catch (const std::runtime_error& error) {
        caught = error.what();
      }
      CHECK(caught == "23");
    }
}

TEST_CASE("parallel: as many threads run as asked for, more than cores included") {
  std::atomic<int> inside{0}, most{0};
  parallel_for_ordered(64, 7, [&](std::size_t) {
    const int now = ++inside;
    int seen = most.load();
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    --inside;
  });
  CHECK(most.load() <= 7);
  CHECK(most.load() > 1);
}
