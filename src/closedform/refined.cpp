#include "closedform/refined.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <limits>

#include "number/error.hpp"
#include "number/escalation.hpp"

namespace widegeo {

namespace {

/// Relative error above which a result in double precision is rejected.
constexpr double wanted = 1e-11;
/// Errors below this are underflow and harm nobody.
constexpr double negligible = 1e-290;
constexpr long negligible_exponent = -964;  ///< of 2, below it
/// What is so many bits below the largest of its companions is 0: V' of hard-tanh, with exp(-1/(2q)), at q = 1e-10.
constexpr long below_range = -(1L << 29);
/// Of multiprecision where doubles do not serve; limits at zero variance are approached to as many. Owen's function
/// is slow in many digits.
unsigned exact_digits(const Formulas& f) { return f.has_owens_t() ? 25 : 50; }

bool good(double value, double error, double scale = 0) {
  const double size = std::max(std::fabs(value), std::fabs(scale));
  return std::isfinite(value) && std::isfinite(error) && error <= std::max(wanted * size, negligible);
}
/// With the scale of number k of a result, which begins with V (see refined.hpp): at(j) is number j of it.
template <class At>
double natural_scale(std::size_t k, std::size_t count, double q, const At& at) {
  const std::size_t half = count / 2, order = k % half;
  double scale = order == 0 ? 0 : at(k - order);
  for (std::size_t j = 0; j < order; ++j) scale /= 1 + q;
  return scale;
}

using Good = std::function<bool(const std::vector<TrackedDouble>&, const std::vector<double>& x)>;

bool all_good(const std::vector<TrackedDouble>& v, const std::vector<double>&) {
  return std::ranges::all_of(v, [](const TrackedDouble& x) { return good(x.value, x.error); });
}
bool good_single(const std::vector<TrackedDouble>& v, const std::vector<double>& x) {
  if (v.size() == 1) return false;  // nothing was evaluated (see refined_single)
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double scale = natural_scale(k, v.size(), x[0], [&](std::size_t j) { return v[j].value; });
    if (!good(v[k].value, v[k].error, scale)) return false;
  }
  return true;
}

using Inputs = std::vector<double>;
using Direct = std::function<std::vector<TrackedDouble>(const std::vector<TrackedDouble>&)>;
using Exact = std::function<std::vector<Real>(const std::vector<Real>&)>;

/// In multiprecision; each value with a relative error below 2^-52.
std::vector<TrackedDouble> by_multiprecision(const Formulas& formulas, const Exact& f, const Inputs& x) {
  const PrecisionScope scope(exact_digits(formulas));
  std::vector<Real> in;
  for (const double v : x) in.push_back(at_working_precision(Real(v)));
  std::vector<TrackedDouble> r;
  for (const Real& v : f(in)) {
    const double d = v.to_double();
    if (!std::isfinite(d))
      throw Error(ErrorCode::accuracy, "a Gaussian average exceeds the range of double",
                  "activation " + formulas.form().name, "use --digits 16 or more");
    r.emplace_back(d, std::fabs(d) * 0x1p-52 + (std::fabs(d) < negligible ? negligible : 0));
  }
  return r;
}

/// f at exact inputs: in double where that is accurate, else in multiprecision.
std::vector<TrackedDouble> at_exact(const Formulas& f, const Direct& direct, const Exact& exact, const Good& fine,
                                    const Inputs& x) {
  std::vector<TrackedDouble> in;
  for (const double v : x) in.emplace_back(v);
  std::vector<TrackedDouble> r = direct(in);
  if (fine(r, x)) return r;
  if (f.form().brief && f.has_owens_t())
    throw Error(ErrorCode::accuracy, "the closed form of " + f.form().name + " loses too many digits in double", {},
                "use --route quadrature");
  return by_multiprecision(f, exact, x);
}

std::vector<TrackedDouble> refined(const Formulas& f, const Direct& direct, const Exact& exact, const Good& fine,
                                   const std::vector<TrackedDouble>& in, const std::vector<bool>& not_negative) {
  Inputs x;
  for (const TrackedDouble& v : in) x.push_back(v.value);
  std::vector<TrackedDouble> r = direct(in);
  if (fine(r, x)) return r;
  r = at_exact(f, direct, exact, fine, x);
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i].error == 0) continue;
    std::vector<double> widest(r.size(), 0);
    // An error below half an ulp would leave x + error = x: move by an ulp then.
    const double size = std::fabs(x[i]);
    const double step = std::max(in[i].error, std::nextafter(size, std::numeric_limits<double>::infinity()) - size);
    for (const double side : {-1.0, 1.0}) {
      Inputs moved = x;
      moved[i] += side * step;
      if (not_negative[i] && moved[i] < 0) moved[i] = 0;
      const std::vector<TrackedDouble> there = at_exact(f, direct, exact, fine, moved);
      for (std::size_t k = 0; k < r.size(); ++k)
        widest[k] = std::max(widest[k], std::fabs(there[k].value - r[k].value) + there[k].error);
    }
    for (std::size_t k = 0; k < r.size(); ++k) r[k].error += widest[k];
  }
  return r;
}

/// (n, m) with m = ab - n^2 to all digits: formulas with large exponentials cancel only then. Of the two rounded
/// numbers the one is kept that determines the other well.
std::pair<Real, Real> consistent(const Real& a, const Real& b, const Real& n, const Real& m, bool given_exactly,
                                 double m_error) {
  const Real product = a * b, minor = product - n * n;
  if (m <= 0 || product <= m) return {n, m};
  const bool agree = minor > 0 && abs(minor - m) <= Real(m_error) + m * Real(0x1p-52);
  if ((given_exactly && agree) || 2 * n * n < product) return {n, minor};
  const Real root = sqrt(product - m);
  return {n < 0 ? Real(-root) : root, m};
}

void check_variance(double q, const std::string& name) {
  if (!std::isfinite(q) || q < 0)
    throw Error(ErrorCode::input, "a variance must be finite and not negative", "activation " + name);
}

}  // namespace

namespace {

/// What tends to a limit other than 0 has changed little between two approaches of so different a size.
Real without_vanishing(const Real& near, const Real& nearer) {
  const Real share = pow_int(Real(10), -static_cast<long>(working_digits() / 4));
  return abs(nearer) < abs(near) * share ? Real(0) : nearer;
}

/// What is made of v may be larger than v by many orders: a quarter of those that part it from `largest` is left for
/// that.
void note_vanished(const Ball& v, long largest) {
  // Exponents may exceed a long by far.
  constexpr long range = 1L << 60U;
  const auto clamped = [](const fmpz* e) {
    return fmpz_cmp_si(e, -range) < 0 ? -range : fmpz_cmp_si(e, range) > 0 ? range : fmpz_get_si(e);
  };
  const arf_srcptr middle = arb_midref(v.get());
  const mag_srcptr radius = arb_radref(v.get());
  const long size = std::max(arf_is_zero(middle) ? -range : clamped(ARF_EXPREF(middle)),
                             mag_is_zero(radius) ? -range : clamped(MAG_EXPREF(radius))) +
                    1;
  const long bound = size + std::max(0L, std::clamp(largest, -range, range) - size) / 4;
  widegeo::note_vanished(bound);
}

/// The numbers of a formula at exact inputs, each to the working precision however much cancels in it: the formula over
/// balls at ever more bits. A number is known when its ball is narrow against itself, or against the largest of them
/// far beyond what the working precision could tell from 0. `plain` where balls find the formula undefined.
std::vector<Real> to_working_precision(const Formulas& f, std::initializer_list<const Real*> in,
                                       const std::function<std::vector<Ball>(const std::vector<Ball>&)>& over_balls,
                                       const std::function<std::vector<Real>()>& plain, long negligible) {
  std::vector<Ball> x(in.size());
  std::size_t i = 0;
  for (const Real* value : in) arf_set_mpfr(arb_midref(x[i++].get()), value->get());
  // Owen's function takes seconds at thousands of bits.
  const bool slow = f.has_owens_t();
  const long wanted = std::lround(3.33 * working_digits()) + 4,
             vanishing = slow ? 2 * wanted + 500 : 4 * wanted + 4'000;
  const long most = slow ? (f.form().brief ? 2 * wanted + 240 : 3 * wanted + 1'250) : 16 * wanted + 32'000;
  bool finite = false;
  for (long bits = wanted + 60; bits <= most; bits = bits < most ? std::min(2 * bits, most) : most + 1) {
    const BallPrecision precision(bits);
    const std::vector<Ball> values = over_balls(x);
    finite = std::ranges::all_of(values, [](const Ball& v) { return is_finite(v); });
    if (!finite) {
      if (bits > 4 * wanted + 1'000) break;
      continue;
    }
    long largest = std::numeric_limits<long>::min() / 2;
    for (const Ball& v : values) {
      if (!arf_is_zero(arb_midref(v.get()))) largest = std::max(largest, arf_abs_bound_lt_2exp_si(arb_midref(v.get())));
    }
    largest = std::clamp(largest, -(1L << 60U), 1L << 60U);
    const bool known = std::ranges::all_of(values, [&](const Ball& v) {
      return mag_is_zero(arb_radref(v.get())) || arb_rel_accuracy_bits(v.get()) >= wanted ||
             mag_cmp_2exp_si(arb_radref(v.get()), std::max(negligible, largest - vanishing)) < 0;
    });
    if (!known) continue;
    std::vector<Real> result;
    for (const Ball& v : values) {
      Real r;
      const bool small =
          v.contains_zero() || arf_cmpabs_2exp_si(arb_midref(v.get()), std::max(negligible, largest + below_range)) < 0;
      if (small && !v.is_exactly_zero()) note_vanished(v, largest);
      if (!small) {
        arf_get_mpfr(r.get(), arb_midref(v.get()), MPFR_RNDN);
        mpfr_check_range(r.get(), 0, MPFR_RNDN);
      }
      if (!is_finite(r) || (r == 0 && !small))
        throw Error(ErrorCode::accuracy, "a Gaussian average is outside the range of the number format",
                    "activation " + f.form().name);
      result.push_back(std::move(r));
    }
    return result;
  }
  if (!finite) return plain();
  throw Error(ErrorCode::accuracy, "more digits cancel in the closed form of " + f.form().name + " than are carried",
              {}, "use --route quadrature");
}

std::vector<Real> exact_single(const Formulas& f, const Real& q, unsigned order, long negligible) {
  return to_working_precision(
      f, {&q}, [&](const std::vector<Ball>& x) { return f.single(x[0], order); }, [&] { return f.single(q, order); },
      negligible);
}

std::vector<Real> exact_pair(const Formulas& f, const Real& a, const Real& b, const Real& n, const Real& m,
                             bool derivatives, long negligible) {
  return to_working_precision(
      f, {&a, &b, &n, &m}, [&](const std::vector<Ball>& x) { return f.pair(x[0], x[1], x[2], x[3], derivatives); },
      [&] { return f.pair(a, b, n, m, derivatives); }, negligible);
}

}  // namespace

std::vector<Real> limit_single(const Formulas& f, const Real& q, unsigned order, long negligible) {
  if (q != 0 || !f.kinked()) return exact_single(f, q, order, negligible);
  negligible = std::max(negligible, below_range);
  const unsigned digits = working_digits();
  std::vector<Real> near, nearer;
  {
    // Room for the cancellation of terms of size q^-k, k <= order.
    const PrecisionScope scope((4 * order + 10) * digits);
    near = exact_single(f, pow_int(Real(10), -2L * digits), order, negligible);
    nearer = exact_single(f, pow_int(Real(10), -3L * digits), order, negligible);
  }
  std::vector<Real> r;
  const Real scale = pow_int(Real(10), -static_cast<long>(digits / 2));
  for (std::size_t i = 0; i < near.size(); ++i) {
    const Real gap = abs(near[i] - nearer[i]);
    if (!is_finite(near[i]) || !is_finite(nearer[i]) || gap > scale * (1 + abs(near[i]))) {
      const unsigned k = static_cast<unsigned>(i) % (order + 1);
      throw Error(ErrorCode::input,
                  "derivative " + std::to_string(k) + " of " + (i <= order ? "E phi^2" : "E phi'^2") +
                      " is infinite at zero variance",
                  "activation " + f.form().name, "give a bias variance above 0 or an input other than 0");
    }
    r.push_back(at_working_precision(without_vanishing(near[i], nearer[i])));
  }
  return r;
}

std::vector<Real> limit_pair(const Formulas& f, const Real& a, const Real& b, const Real& n, const Real& m,
                             bool derivatives, long negligible) {
  if (!f.kinked() || (a > 0 && b > 0 && m > 0)) return exact_pair(f, a, b, n, m, derivatives, negligible);
  negligible = std::max(negligible, below_range);
  const auto at = [&](const Real& tiny) {
    if (a > 0 && b > 0) return exact_pair(f, a, b, n, Real(a * b * tiny), derivatives, negligible);
    const Real A = a > 0 ? a : b > 0 ? Real(b * tiny) : tiny, B = b > 0 ? b : a > 0 ? Real(a * tiny) : tiny;
    return exact_pair(f, A, B, Real(0), Real(A * B), derivatives, negligible);
  };
  const Real tiny = pow_int(Real(10), -4L * working_digits());
  std::vector<Real> near = at(tiny);
  const std::vector<Real> nearer = at(Real(tiny * tiny));
  for (std::size_t i = 0; i < near.size(); ++i)
    if (without_vanishing(near[i], nearer[i]) == 0) near[i] = 0;
  return near;
}

std::vector<TrackedDouble> refined_single(const Formulas& f, const TrackedDouble& q, unsigned order) {
  const std::string& name = f.form().name;
  check_variance(q.value, name);
  const Direct direct = [&](const std::vector<TrackedDouble>& x) {
    if (f.kinked() && x[0].value == 0)
      return std::vector<TrackedDouble>(2 * (order + 1), TrackedDouble(std::numeric_limits<double>::quiet_NaN()));
    return f.single(x[0], order);
  };
  const Exact exact = [&](const std::vector<Real>& x) { return limit_single(f, x[0], order, negligible_exponent); };
  return refined(f, direct, exact, good_single, {q}, {true});
}

std::vector<TrackedDouble> refined_pair(const Formulas& f, const TrackedDouble& a, const TrackedDouble& b,
                                        const TrackedDouble& n, const TrackedDouble& m, bool derivatives) {
  const std::string& name = f.form().name;
  check_variance(a.value, name);
  check_variance(b.value, name);
  const Direct direct = [&](const std::vector<TrackedDouble>& x) {
    if (f.kinked() && !(x[0].value > 0 && x[1].value > 0 && x[3].value > 0)) {
      return std::vector<TrackedDouble>{TrackedDouble(std::numeric_limits<double>::quiet_NaN())};
    }
    return f.pair(x[0], x[1], x[2], x[3], derivatives);
  };
  const bool given_exactly = a.error == 0 && b.error == 0 && n.error == 0;
  const Exact exact = [&](const std::vector<Real>& x) {
    const auto [N, M] = consistent(x[0], x[1], x[2], x[3], given_exactly, m.error);
    return limit_pair(f, x[0], x[1], N, M, derivatives, negligible_exponent);
  };
  return refined(f, direct, exact, all_good, {a, b, n, m}, {true, true, false, true});
}

namespace {

/// The lanes of r that are not fine again by `alone(lane)`.
void mend_lanes(std::vector<TrackedBlock>& r, const std::function<bool(std::size_t)>& fine,
                const std::function<std::vector<TrackedDouble>(std::size_t)>& alone) {
  for (std::size_t lane = 0; lane < Block::width; ++lane) {
    if (fine(lane)) continue;
    std::vector<TrackedDouble> again;
    try {
      again = alone(lane);
    } catch (const Error&) {
      // A block does not throw for one lane: an infinite error marks it.
      again.assign(r.size(), TrackedDouble(0, std::numeric_limits<double>::infinity()));
    }
    for (std::size_t k = 0; k < r.size(); ++k) {
      r[k].value.lane[lane] = again[k].value;
      r[k].error.lane[lane] = again[k].error;
    }
  }
}

TrackedDouble lane_of(const TrackedBlock& x, std::size_t lane) {
  if (!std::isfinite(x.error.lane[lane])) throw Error(ErrorCode::accuracy, "a lane has no error bound");
  return {x.value.lane[lane], x.error.lane[lane]};
}

}  // namespace

std::vector<TrackedBlock> refined_single(const Formulas& f, const TrackedBlock& q, unsigned order) {
  std::vector<TrackedBlock> r = f.single(q, order);
  mend_lanes(
      r,
      [&](std::size_t lane) {
        for (std::size_t k = 0; k < r.size(); ++k) {
          const double scale =
              natural_scale(k, r.size(), q.value.lane[lane], [&](std::size_t j) { return r[j].value.lane[lane]; });
          if (!good(r[k].value.lane[lane], r[k].error.lane[lane], scale)) return false;
        }
        return true;
      },
      [&](std::size_t lane) { return refined_single(f, lane_of(q, lane), order); });
  return r;
}

std::vector<TrackedBlock> refined_pair(const Formulas& f, const TrackedBlock& a, const TrackedBlock& b,
                                       const TrackedBlock& n, const TrackedBlock& m, bool derivatives) {
  std::vector<TrackedBlock> r = f.pair(a, b, n, m, derivatives);
  mend_lanes(
      r,
      [&](std::size_t lane) {
        // What double alone may be asked for, and did well.
        return (!f.kinked() || (a.value.lane[lane] > 0 && b.value.lane[lane] > 0 && m.value.lane[lane] > 0)) &&
               std::ranges::all_of(r,
                                   [&](const TrackedBlock& x) { return good(x.value.lane[lane], x.error.lane[lane]); });
      },
      [&](std::size_t lane) {
        return refined_pair(f, lane_of(a, lane), lane_of(b, lane), lane_of(n, lane), lane_of(m, lane), derivatives);
      });
  return r;
}

}  // namespace widegeo
