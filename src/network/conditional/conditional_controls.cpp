#include "network/conditional/conditional_controls.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "simd/clones.hpp"
#include "simd/vector_math.hpp"

namespace widegeo {
namespace {

constexpr std::size_t heights = static_cast<std::size_t>(Height::bell) + 1;
constexpr std::size_t acrosses = static_cast<std::size_t>(Across::radial_second_tangential) + 1;

WIDEGEO_CLONES void hermite(unsigned degree, const double* z, double* out, std::size_t units) {
  const auto fill = [&](const auto& f) {
    for (std::size_t u = 0; u < units; ++u) out[u] = f(z[u], z[u] * z[u]);
  };
  if (degree == 2) fill([](double, double y) { return y - 1; });
  if (degree == 3) fill([](double x, double y) { return x * (y - 3); });
  if (degree == 4) fill([](double, double y) { return y * (y - 6) + 3; });
}

WIDEGEO_CLONES void signs(const double* z, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = z[u] < 0 ? -1 : 1;
}

WIDEGEO_CLONES void times(const double* a, const double* b, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = a[u] * b[u];
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

/// out = scale a b + constant, or added to out.
WIDEGEO_CLONES void scaled_product(const double* a, const double* b, double scale, double constant, double* out,
                                   std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = scale * a[u] * b[u] + constant;
}
WIDEGEO_CLONES void add_scaled_product(const double* a, const double* b, double scale, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] += scale * a[u] * b[u];
}
WIDEGEO_CLONES void add_scaled(const double* a, double scale, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] += scale * a[u];
}

WIDEGEO_CLONES void shift(const double* in, double constant, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = in[u] + constant;
}

/// exp(-2 q z^2).
void bell(double q, const double* z, double* out, std::size_t units) {
  scaled_product(z, z, -2 * q, 0, out, units);
  vector_functions().exp(out, out, units);
}

/// The functions of one block of units, each computed once.
class Functions {
 public:
  Functions(const NormalRows& normals, const UnitBlock& z, std::vector<double>& buffer)
      : normals_(normals), z_(z), buffer_(buffer) {
    buffer_.resize((heights + acrosses) * units_in_block);
  }

  /// nullptr where a normal is missing.
  const double* operator()(Height height) {
    return known(static_cast<std::size_t>(height), [&](double* out) { return fill(height, out); });
  }
  const double* operator()(Across across) {
    return known(heights + static_cast<std::size_t>(across), [&](double* out) { return fill(across, out); });
  }

 private:
  template <class Fill>
  const double* known(std::size_t i, const Fill& fill) {
    if (!done_[i]) value_[i] = fill(buffer_.data() + i * units_in_block);
    done_[i] = true;
    return value_[i];
  }

  const double* row(Eigen::Index i) const { return i < 0 ? nullptr : z_.row(static_cast<std::size_t>(i)); }

  const double* fill(Height height, double* out) {
    const double* const z = row(normals_.h);
    const std::size_t n = z_.units;
    if (z == nullptr || height == Height::he1) return z;
    const double damped = 1 + 4 * normals_.h_variance;  // (E e)^-2
    if (height == Height::he2) hermite(2, z, out, n);
    if (height == Height::he3) hermite(3, z, out, n);
    if (height == Height::he4) hermite(4, z, out, n);
    if (height == Height::sign) signs(z, out, n);
    if (height == Height::modulus) times((*this)(Height::sign), z, out, n);
    if (height == Height::signed_square) times((*this)(Height::modulus), z, out, n);
    if (height == Height::bell) bell(normals_.h_variance, z, out, n);
    if (height == Height::decay) shift((*this)(Height::bell), -1 / std::sqrt(damped), out, n);
    if (height == Height::decay_he1) times((*this)(Height::bell), z, out, n);
    if (height == Height::decay_square) {
      times((*this)(Height::decay_he1), z, out, n);
      shift(out, -1 / (damped * std::sqrt(damped)), out, n);
    }
    return out;
  }

  const double* fill(Across across, double* out) {
    switch (across) {
      case Across::radial:
        return row(normals_.radial);
      case Across::radial_he2:
        return normals_.radial < 0 ? nullptr : (hermite(2, row(normals_.radial), out, z_.units), out);
      case Across::tangential_he2:
        return mean(normals_.tangential, normals_.tangential, 1, out);
      case Across::radial_tangential:
        return product((*this)(Across::radial), (*this)(Across::tangential_he2), out);
      case Across::second_radial:
        return row(normals_.second_radial);
      case Across::second_tangential:
        return mean(normals_.second_tangential, {}, 0, out);
      case Across::second_mixed:
        return mean(normals_.paired_tangential, normals_.paired_mixed, 0, out);
      case Across::second_product:
        return product((*this)(Across::second_radial), (*this)(Across::second_tangential), out);
      case Across::second_mixed_he2:
        return mean(normals_.paired_mixed, normals_.paired_mixed, 1, out);
      case Across::radial_second_radial:
        return product((*this)(Across::radial), (*this)(Across::second_radial), out);
      case Across::radial_second_tangential:
        return product((*this)(Across::radial), (*this)(Across::second_tangential), out);
      case Across::one:
        break;
    }
    return nullptr;
  }

  /// Mean over i of z_a(i) z_b(i), or of z_a(i) without b, less a constant.
  const double* mean(const std::vector<Eigen::Index>& a, const std::vector<Eigen::Index>& b, double constant,
                     double* out) {
    if (a.empty()) return nullptr;
    const double scale = 1 / static_cast<double>(a.size());
    if (b.empty())
      scale_units(scale, row(a[0]), out, z_.units);
    else
      scaled_product(row(a[0]), row(b[0]), scale, -constant, out, z_.units);
    for (std::size_t i = 1; i < a.size(); ++i)
      if (b.empty())
        add_scaled(row(a[i]), scale, out, z_.units);
      else
        add_scaled_product(row(a[i]), row(b[i]), scale, out, z_.units);
    return out;
  }

  const double* product(const double* a, const double* b, double* out) {
    if (a == nullptr || b == nullptr) return nullptr;
    times(a, b, out, z_.units);
    return out;
  }

  const NormalRows& normals_;
  const UnitBlock& z_;
  std::vector<double>& buffer_;
  std::array<const double*, heights + acrosses> value_{};
  std::array<bool, heights + acrosses> done_{};
};

}  // namespace

namespace {

/// How phi' behaves, as far as a few points show it: the choice of controls need not be right, only good.
struct Shape {
  bool straight = true;  ///< linear on either side of 0, or not applied
  bool settled = true;   ///< phi' tends to a constant on either side
  bool fading = true;    ///< and that is 0
};

Shape shape_of(const Activation& activation) {
  const auto slope = [&](double x) {
    std::array<double, 2> out{};
    expr::Tape::Workspace<double> workspace;
    activation.tape.evaluate<double>({&x, 1}, out, workspace);
    return out[1];
  };
  Shape shape;
  for (const int side : {-1, 1}) {
    shape.straight =
        shape.straight && slope(side * 0.37) == slope(side * 2.9) && slope(side * 0.01) == slope(side * 1.3);
    shape.settled = shape.settled && std::abs(slope(side * 20) - slope(side * 33)) < 1e-2;
    shape.fading = shape.fading && std::abs(slope(side * 20)) + std::abs(slope(side * 33)) < 1e-2;
  }
  return shape;
}

}  // namespace

std::vector<ControlTerm> control_terms(const Activation& activation, std::size_t dimension, unsigned order,
                                       bool activated) {
  using enum Height;
  const Shape shape = activated ? shape_of(activation) : Shape{};
  const bool lopsided = activated && activation.analysis.parity == expr::Parity::none, tangential = dimension > 1;
  std::vector<ControlTerm> terms;
  const auto add = [&](Across across, std::initializer_list<Height> list) {
    if (tangential || (across != Across::tangential_he2 && across != Across::radial_tangential &&
                       across != Across::second_tangential))
      for (const Height height : list) terms.push_back({height, across});
  };
  add(Across::one, {he2});
  add(Across::radial, {he1});
  add(Across::radial_he2, {Height::one});
  add(Across::tangential_he2, {Height::one});
  if (shape.straight && lopsided) {
    add(Across::one, {sign, signed_square});
    add(Across::radial, {modulus});
    add(Across::radial_he2, {sign});
    add(Across::tangential_he2, {sign});
  }
  if (!shape.straight) {
    add(Across::one, {he4});
    if (lopsided) {
      add(Across::one, {he1, he3, decay_he1});
      add(Across::radial, {Height::one, he2, decay});
      add(Across::tangential_he2, {decay_he1});
    }
    if (!shape.fading) {
      add(Across::radial, {he3});
      add(Across::radial_he2, {he2});
      add(Across::tangential_he2, {he2});
      if (lopsided) {
        add(Across::radial_he2, {he1});
        add(Across::tangential_he2, {he1, he3});
      }
    }
    add(Across::one, {decay});
    add(Across::tangential_he2, {decay});
    if (shape.fading || !shape.settled) {
      add(Across::one, {decay_square});
      add(Across::radial, {decay_he1});
      add(Across::radial_he2, {decay});
    }
  }
  if (order == 1 || !activated) return terms;
  if (lopsided && !shape.straight) {
    add(Across::radial_tangential, {Height::one, decay});
    add(Across::second_radial, {Height::one, decay});
    add(Across::second_tangential, {Height::one, decay});
    add(Across::radial_second_radial, {he1});
    if (tangential) {
      add(Across::second_mixed, {he1, decay_he1});
      add(Across::second_product, {he1});
      add(Across::second_mixed_he2, {he1});
      add(Across::radial_second_tangential, {he1});
    }
  }
  add(Across::second_radial, {he1, decay_he1});
  add(Across::radial_second_radial, {Height::one});
  if (tangential) {
    add(Across::tangential_he2, {decay_square});
    add(Across::radial_tangential, {decay_he1});
    add(Across::second_tangential, {he1, decay_he1});
    add(Across::second_mixed, {Height::one, decay});
    add(Across::second_product, {Height::one, decay});
    add(Across::second_mixed_he2, {Height::one, decay});
    add(Across::radial_second_tangential, {Height::one});
  }
  return terms;
}

double units_for_coefficient(const ControlTerm& term) {
  constexpr std::array<unsigned, heights> height_degree{0, 1, 2, 3, 4, 0, 1, 2, 0, 1, 2, 0};
  constexpr std::array<unsigned, acrosses> across_degree{0, 1, 2, 2, 3, 1, 1, 2, 2, 2, 2, 2};
  constexpr std::array<double, 8> units{0, 600, 6e3, 5e4, 4.4e5, 3.7e6, 3e7, 2.5e8};
  return units[height_degree[static_cast<std::size_t>(term.height)] +
               across_degree[static_cast<std::size_t>(term.across)]];
}

void add_controls(std::span<const ControlTerm> terms, const NormalRows& normals, const UnitBlock& z,
                  std::span<double> sums, std::vector<double>& buffer) {
  Functions functions(normals, z, buffer);
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const bool no_height = terms[k].height == Height::one, no_across = terms[k].across == Across::one;
    const double* const p = no_height ? nullptr : functions(terms[k].height);
    const double* const w = no_across ? nullptr : functions(terms[k].across);
    if ((!no_height && p == nullptr) || (!no_across && w == nullptr)) continue;
    if (no_height || no_across)
      sums[k] += sum_of(no_height ? w : p, z.units);
    else
      sums[k] += sum_of_products(p, w, z.units);
  }
}

}  // namespace widegeo
