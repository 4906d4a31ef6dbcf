// A block of doubles evaluated together: one pass over a tape serves all lanes, in plain loops that compilers
// vectorise.
#pragma once

#include <array>
#include <cstddef>

namespace widegeo {

struct alignas(32) Block {
  static constexpr std::size_t width = 32;
  std::array<double, width> lane;

  struct Uninitialised {};

  Block() : lane{} {}
  Block(double value) { lane.fill(value); }  // NOLINT: a double is a block of equal lanes
  explicit Block(Uninitialised) {}           ///< for results whose lanes are all written at once

  Block& operator+=(const Block& b) {
    for (std::size_t i = 0; i < width; ++i) lane[i] += b.lane[i];
    return *this;
  }
  Block& operator-=(const Block& b) {
    for (std::size_t i = 0; i < width; ++i) lane[i] -= b.lane[i];
    return *this;
  }
  Block& operator*=(const Block& b) {
    for (std::size_t i = 0; i < width; ++i) lane[i] *= b.lane[i];
    return *this;
  }
  Block& operator/=(const Block& b) {
    for (std::size_t i = 0; i < width; ++i) lane[i] /= b.lane[i];
    return *this;
  }
};

template <class F>
Block map_lanes(F f, const Block& a) {
  Block r{Block::Uninitialised{}};
  for (std::size_t i = 0; i < Block::width; ++i) r.lane[i] = f(a.lane[i]);
  return r;
}

template <class F>
Block map_lanes(F f, const Block& a, const Block& b) {
  Block r{Block::Uninitialised{}};
  for (std::size_t i = 0; i < Block::width; ++i) r.lane[i] = f(a.lane[i], b.lane[i]);
  return r;
}

inline Block operator+(const Block& a, const Block& b) {
  return map_lanes([](double x, double y) { return x + y; }, a, b);
}
inline Block operator-(const Block& a, const Block& b) {
  return map_lanes([](double x, double y) { return x - y; }, a, b);
}
inline Block operator*(const Block& a, const Block& b) {
  return map_lanes([](double x, double y) { return x * y; }, a, b);
}
inline Block operator/(const Block& a, const Block& b) {
  return map_lanes([](double x, double y) { return x / y; }, a, b);
}
inline Block operator-(const Block& a) {
  return map_lanes([](double x) { return -x; }, a);
}

}  // namespace widegeo
