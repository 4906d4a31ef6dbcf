// Memory of blocks: aligned, not shared by two owners, used again, and handed between threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "testing/checks.hpp"

using namespace widegeo;

namespace {

struct Owned {
  unsigned char* memory;
  std::size_t bytes;
  std::align_val_t align;
  unsigned char mark;

  bool intact() const {
    return reinterpret_cast<std::uintptr_t>(memory) % static_cast<std::size_t>(align) == 0 &&
           std::all_of(memory, memory + bytes, [this](unsigned char byte) { return byte == mark; });
  }
};

Owned allocate(std::mt19937_64& g) {
  const auto align = static_cast<std::align_val_t>(std::size_t{32} << g() % 5);
  const std::size_t bytes = g() % 3 == 0 ? g() % 40'000 : g() % 2'000;
  Owned piece{static_cast<unsigned char*>(operator new(bytes, align)), bytes, align,
              static_cast<unsigned char>(g() % 256)};
  std::memset(piece.memory, piece.mark, bytes);
  return piece;
}

void release(const Owned& piece, bool sized) {
  if (sized)
    operator delete(piece.memory, piece.bytes, piece.align);
  else
    operator delete(piece.memory, piece.align);
}

/// Allocates and releases at random; what is left at the end is the caller's.
std::vector<Owned> exercise(std::uint64_t seed, std::vector<Owned> pieces, std::size_t& damaged) {
  std::mt19937_64 g(seed);
  for (std::size_t i = 0; i < testing::trials(20'000); ++i) {
    if (pieces.size() < 300 && g() % 2 == 0) {
      pieces.push_back(allocate(g));
    } else if (!pieces.empty()) {
      std::swap(pieces[g() % pieces.size()], pieces.back());
      damaged += pieces.back().intact() ? 0 : 1;
      release(pieces.back(), g() % 4 != 0);
      pieces.pop_back();
    }
  }
  return pieces;
}

}  // namespace

TEST_CASE("aligned memory: pieces are aligned and keep what is written, also when another thread frees them") {
  const std::uint64_t seed = testing::seed_of_test("aligned memory");
  constexpr std::size_t threads = 4;
  std::vector<std::vector<Owned>> left(threads);
  std::vector<std::size_t> damaged(threads);
  for (int round = 0; round < 3; ++round) {
    std::rotate(left.begin(), left.begin() + 1, left.end());
    std::vector<std::thread> running;
    for (std::size_t k = 0; k < threads; ++k)
      running.emplace_back([&, k] {
        left[k] = exercise(seed + 10 * static_cast<std::uint64_t>(round) + k, std::move(left[k]), damaged[k]);
      });
    for (std::thread& thread : running) thread.join();
  }
  for (const auto& pieces : left)
    for (const Owned& piece : pieces) {
      damaged[0] += piece.intact() ? 0 : 1;
      release(piece, true);
    }
  CHECK(std::all_of(damaged.begin(), damaged.end(), [](std::size_t n) { return n == 0; }));
}

TEST_CASE("aligned memory: a request beyond all memory throws") {
  // A sanitizer's operator new reports such a request and ends the program.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  volatile std::size_t everything = static_cast<std::size_t>(-1) / 2;
  const auto align = static_cast<std::align_val_t>(32);
  CHECK_THROWS_AS(static_cast<void>(operator new(everything, align)), std::bad_alloc);
  everything = static_cast<std::size_t>(-1) - 7;
  CHECK_THROWS_AS(static_cast<void>(operator new(everything, align)), std::bad_alloc);
  CHECK(operator new(everything, align, std::nothrow) == nullptr);
#endif
}

TEST_CASE("aligned memory: vectors of blocks grow") {
  std::vector<Block> blocks;
  for (int i = 0; i < 1000; ++i) blocks.emplace_back(static_cast<double>(i));
  double sum = 0;
  for (const Block& b : blocks) sum += b.lane[31];
  CHECK(sum == 999 * 1000 / 2);
}
