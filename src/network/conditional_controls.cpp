#include "network/conditional_controls.hpp"

#include <algorithm>
#include <array>

#include "network/clones.hpp"

namespace widegeo {
namespace {

constexpr std::size_t heights = static_cast<std::size_t>(Height::signed_square) + 1;
constexpr std::size_t acrosses = static_cast<std::size_t>(Across::second_tangential) + 1;

WIDEGEO_CLONES void hermite(unsigned degree, const double* z, double* out, std::size_t units) {
  const auto fill = [&](const auto& f) {
    for (std::size_t u = 0; u < units; ++u) out[u] = f(z[u], z[u] * z[u]);
  };
  if (degree == 2) fill([](double, double y) { return y - 1; });
  if (degree == 3) fill([](double x, double y) { return x * (y - 3); });
  if (degree == 4) fill([](double, double y) { return y * (y - 6) + 3; });
  if (degree == 6) fill([](double, double y) { return ((y - 15) * y + 45) * y - 15; });
}

WIDEGEO_CLONES void signs(const double* z, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = z[u] < 0 ? -1 : 1;
}

WIDEGEO_CLONES void times(const double* a, const double* b, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = a[u] * b[u];
}

WIDEGEO_CLONES void add_squares(const double* z, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] += z[u] * z[u];
}

WIDEGEO_CLONES void add_rows(const double* z, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] += z[u];
}

WIDEGEO_CLONES double sum_of(const double* a, std::size_t units) {
  double lane[16] = {};
  std::size_t u = 0;
  for (; u + 16 <= units; u += 16)
    for (std::size_t i = 0; i < 16; ++i) lane[i] += a[u + i];
  for (std::size_t i = 0; u < units; ++u, ++i) lane[i] += a[u];
  double sum = 0;
  for (const double v : lane) sum += v;
  return sum;
}

WIDEGEO_CLONES void finish_mean(double count, double constant, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = out[u] / count - constant;
}

void fill_height(Height height, const double* z, double* out, std::size_t units) {
  switch (height) {
    case Height::he2:
      return hermite(2, z, out, units);
    case Height::he3:
      return hermite(3, z, out, units);
    case Height::he4:
      return hermite(4, z, out, units);
    case Height::he6:
      return hermite(6, z, out, units);
    case Height::sign:
      return signs(z, out, units);
    case Height::modulus:
      signs(z, out, units);
      return times(out, z, out, units);
    case Height::signed_square:
      signs(z, out, units);
      times(out, z, out, units);
      return times(out, z, out, units);
    default:
      return;  // 1 and z_0 are not stored
  }
}

/// Mean over the given rows of z^2 - 1 or of z.
void fill_mean(const std::vector<Eigen::Index>& rows, bool squared, const UnitBlock& z, double* out) {
  std::fill_n(out, z.units, 0);
  for (const Eigen::Index row : rows)
    (squared ? add_squares : add_rows)(z.row(static_cast<std::size_t>(row)), out, z.units);
  finish_mean(static_cast<double>(rows.size()), squared ? 1 : 0, out, z.units);
}

}  // namespace

std::vector<ControlTerm> control_terms(const Activation& activation, std::size_t dimension, unsigned order,
                                       bool activated) {
  using enum Height;
  const auto slope = [&](double x) {
    std::array<double, 2> out{};
    expr::Tape::Workspace<double> workspace;
    activation.tape.evaluate<double>({&x, 1}, out, workspace);
    return out[1];
  };
  // Linear on either side of 0, as far as a few points show it: the choice of controls need not be right, only good.
  const bool straight = !activated || (slope(0.37) == slope(2.9) && slope(-0.37) == slope(-2.9) &&
                                       slope(0.01) == slope(1.3) && slope(-0.01) == slope(-1.3));
  const bool lopsided = activated && activation.analysis.parity == expr::Parity::none;
  std::vector<ControlTerm> terms;
  const auto add = [&](Across across, std::initializer_list<Height> list) {
    for (const Height height : list) terms.push_back({height, across});
  };
  const bool tangential = dimension > 1;
  if (straight) {
    add(Across::one, {he2});
    add(Across::radial, {he1});
    add(Across::radial_he2, {Height::one});
    if (tangential) add(Across::tangential_he2, {Height::one});
    if (lopsided) {
      add(Across::one, {sign, signed_square});
      add(Across::radial, {modulus});
      add(Across::radial_he2, {sign});
      if (tangential) add(Across::tangential_he2, {sign});
    }
  } else {
    add(Across::one, {he2, he4, he6});
    add(Across::radial, {he1, he3});
    add(Across::radial_he2, {Height::one, he2});
    if (tangential) add(Across::tangential_he2, {Height::one, he2, he4});
    if (lopsided) {
      add(Across::one, {he1, he3});
      add(Across::radial, {Height::one, he2});
      add(Across::radial_he2, {he1});
      if (tangential) add(Across::tangential_he2, {he1, he3});
    }
  }
  if (order == 2 && activated) {
    add(Across::second_radial, {he1});
    if (tangential) add(Across::second_tangential, {he1});
  }
  return terms;
}

void add_controls(std::span<const ControlTerm> terms, const NormalRows& normals, const UnitBlock& z,
                  std::span<double> sums, std::vector<double>& buffer) {
  buffer.resize((heights + acrosses) * units_in_block);
  std::array<const double*, heights> height{};
  std::array<const double*, acrosses> across{};
  std::array<bool, heights> has_height{};
  std::array<bool, acrosses> has_across{};
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const auto p = static_cast<std::size_t>(terms[k].height), w = static_cast<std::size_t>(terms[k].across);
    if (!has_height[p]) {
      has_height[p] = true;
      if (normals.h >= 0 && terms[k].height != Height::one) {
        const double* const z0 = z.row(static_cast<std::size_t>(normals.h));
        height[p] = terms[k].height == Height::he1 ? z0 : buffer.data() + p * units_in_block;
        if (terms[k].height != Height::he1)
          fill_height(terms[k].height, z0, buffer.data() + p * units_in_block, z.units);
      }
    }
    if (!has_across[w]) {
      has_across[w] = true;
      double* const out = buffer.data() + (heights + w) * units_in_block;
      switch (terms[k].across) {
        case Across::radial:
          if (normals.radial >= 0) across[w] = z.row(static_cast<std::size_t>(normals.radial));
          break;
        case Across::radial_he2:
          if (normals.radial >= 0) {
            hermite(2, z.row(static_cast<std::size_t>(normals.radial)), out, z.units);
            across[w] = out;
          }
          break;
        case Across::tangential_he2:
          if (!normals.tangential.empty()) {
            fill_mean(normals.tangential, true, z, out);
            across[w] = out;
          }
          break;
        case Across::second_radial:
          if (normals.second_radial >= 0) across[w] = z.row(static_cast<std::size_t>(normals.second_radial));
          break;
        case Across::second_tangential:
          if (!normals.second_tangential.empty()) {
            fill_mean(normals.second_tangential, false, z, out);
            across[w] = out;
          }
          break;
        case Across::one:
          break;
      }
    }
    const bool plain_height = terms[k].height == Height::one, plain_across = terms[k].across == Across::one;
    if ((!plain_height && height[p] == nullptr) || (!plain_across && across[w] == nullptr)) continue;
    if (plain_height)
      sums[k] += sum_of(across[w], z.units);
    else if (plain_across)
      sums[k] += sum_of(height[p], z.units);
    else
      sums[k] += sum_of_products(height[p], across[w], z.units);
  }
}

}  // namespace widegeo
