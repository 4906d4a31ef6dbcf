// Entries of Gram matrices by closed forms: what a layer states of its errors holds against 30 digits.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "closedform/closedform.hpp"
#include "closedform/entries/entries.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"
#include "testing/closed_form_entries.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

/// Covariances as they come from data: n and m are doubles. The truth is that of a, b and one of the two, the one that
/// determines the other well; what the rounding of the other changes is added to the bounds: `moved` of n and, with
/// half a relative rounding of m, at most as much of the angle.
struct Pair {
  double a, b, n, m;
  Real exact_n, exact_m;
  double moved;
};

Pair pair_at(double a, double b, double theta, bool antiparallel) {
  const PrecisionScope precision(60);
  const Real A(a), B(b), s = sqrt(Real(A * B)), t(theta), sine = sin(t), cosine = cos(t);
  const int sign = antiparallel ? -1 : 1;
  if (2 * sine * sine < 1) {
    const double m = Real(s * s * sine * sine).to_double();
    const Real n = sign * sqrt(Real(A * B - Real(m)));
    const double rounded = n.to_double();
    return {a, b, rounded, m, n, Real(m), value_of(Real(abs(n - Real(rounded))))};
  }
  const double n = Real(sign * s * cosine).to_double();
  const Real m = A * B - Real(n) * Real(n);
  return {a, b, n, m.to_double(), Real(n), m, 0x1p-53 * std::sqrt(a * b)};
}

constexpr double rest = 1e-35;  // what the truth's 40 digits may miss

struct Worst {
  double ratio[5] = {};
  void see(int k, const Real& truth, double value, double bound) {
    ratio[k] = std::max(ratio[k], honesty_ratio(truth, value, bound));
  }
};

PointBatch batch_of(const EntryLayer& layer, std::vector<double> q) {
  PointBatch batch;
  batch.variance = std::move(q);
  layer.prepare(batch);
  return batch;
}

}  // namespace

TEST_CASE("closedform entries: K, Kdot, gap, Ka and Kb of every catalogue entry lie within the stated errors") {
  const PrecisionScope precision(40);
  auto g = generator_of_test("closedform entries");
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto form = find_closed_form(entry.make());
    REQUIRE(form.has_value());
    const auto source = closed_form_entries(*form);
    const auto truth = closed_form_expectations<Real>(*form);
    double low = 0.3, high = 2.5;
    if (form->variance_limit) low = 0.02, high = 0.2;
    EntryNeed need;
    need.dot = true;
    need.derivatives = form->metric_exists;
    std::unique_ptr<EntryLayer> layer;
    try {
      layer = source->layer(low, high, need);
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::accuracy);
      std::printf("  %-40s %s\n", entry.label.c_str(), e.what());
      continue;
    }
    const EntryErrors& errors = layer->errors();
    std::vector<Pair> pairs;
    for (const double theta : {0.0, 1e-8, 1e-4, 0.0038, 0.04, 1.0, std::acos(0.0)})
      for (const bool antiparallel : {false, true}) {
        const double a = uniform(g, low, high);
        pairs.push_back(pair_at(a, a, theta, antiparallel));
        pairs.push_back(pair_at(uniform(g, low, high), uniform(g, low, high), theta, antiparallel));
      }
    for (std::size_t i = 0; i < trials(8); ++i)
      pairs.push_back(
          pair_at(uniform(g, low, high), uniform(g, low, high), log_uniform(g, 1e-6, 1.5), uniform(g, 0, 1) < 0.3));
    Worst worst;
    double worst_V = 0;
    for (const Pair& p : pairs) {
      const PointBatch x = batch_of(*layer, {p.a}), y = batch_of(*layer, {p.b});
      double K = 0, Kdot = 0, gap = 0, Ka = 0, Kb = 0;
      EntryValues out{&K, &Kdot, &gap, nullptr, nullptr};
      if (need.derivatives) out.Ka = &Ka, out.Kb = &Kb;
      layer->evaluate({&x, 0, &y, 0, 1, &p.n, &p.m}, out);
      const OnePoint<Real> V_a = truth->one_point(Real(p.a), 0), V_b = truth->one_point(Real(p.b), 0);
      worst_V = std::max(worst_V, honesty_ratio(V_a.V[0], x.V[0], errors.V * x.V[0]));
      if (form->metric_exists) worst_V = std::max(worst_V, honesty_ratio(V_a.D[0], x.D[0], errors.D * x.D[0]));
      const TwoPointNeed what = need.derivatives ? TwoPointNeed::derivatives : TwoPointNeed::kernel;
      const auto known = unless_refused([&] {
        return truth->two_point({Real(p.a), Real(p.b), p.exact_n, p.exact_m, false}, what);
      });
      if (!known) continue;  // far in a joint tail
      const TwoPoint<Real>& t = *known;
      const Real root_V = sqrt(V_a.V[0] * V_b.V[0]), true_gap = root_V - t.K;
      const double V = value_of(root_V), root_D = value_of(Real(sqrt(V_a.D[0] * V_b.D[0])));
      const double sine = std::sqrt(p.m / p.a / p.b), size = std::sqrt(p.a * p.b);
      if (!form->metric_exists) {
        if (p.m > 0) {
          worst.see(0, t.K, K, errors.K * V + p.moved * value_of(t.Kdot));
          // No bound is stated beside an infinite D: of the size of 1/sqrt(m).
          worst.see(1, t.Kdot, Kdot, 1e-12 / size / sine + p.moved / size / (sine * sine) * Kdot);
        } else {
          worst.see(0, t.K, K, errors.K * V);
          CHECK(std::isinf(Kdot));  // no bound but this
        }
      } else {
        // |dK/dn| <= sqrt(D D); |dKdot/dn| sqrt(ab) and |d(a Ka)/dn| by the slopes of Kdot: a dKdot/da is one of them
        // [Price's theorem], and both are at most by_angle / sin(angle).
        const double slope = std::min(errors.by_correlation, errors.by_angle / sine), by_n = p.moved * root_D;
        const double by_slope = p.moved == 0 ? 0 : slope * p.moved / size * root_D;
        worst.see(0, t.K, K, errors.K * V + by_n + rest);
        worst.see(1, t.Kdot, Kdot, errors.Kdot * root_D + by_slope + rest);
        // In a form with a small relative error the angle enters by m, and by n from a right angle on.
        const double relative = errors.gap_relative * gap + by_n * sine, absolute = errors.gap * V + by_n;
        worst.see(2, true_gap, gap, std::fmin(relative, absolute) + rest);  // infinity * 0 is no bound
        worst.see(3, t.Ka, Ka, (errors.Ka * V + by_n + by_slope * size) / p.a + rest);
        worst.see(4, t.Kb, Kb, (errors.Ka * V + by_n + by_slope * size) / p.b + rest);
      }
      for (const double v : {K, gap, Ka, Kb}) CHECK_MESSAGE(std::isfinite(v), entry.label);
      CHECK(gap >= 0);
    }
    std::printf(
        "  %-40s errors K %.1e Kdot %.1e gap %.1e rel %.1e  by angle %.2g rho %.2g | used K %.2f Kdot %.2f gap %.2f Ka "
        "%.2f %.2f V %.2f\n",
        entry.label.c_str(), errors.K, errors.Kdot, errors.gap, errors.gap_relative, errors.by_angle,
        errors.by_correlation, worst.ratio[0], worst.ratio[1], worst.ratio[2], worst.ratio[3], worst.ratio[4], worst_V);
    std::fflush(stdout);
    for (const double ratio : worst.ratio) CHECK_MESSAGE(ratio <= 1, entry.label);
    CHECK_MESSAGE(worst_V <= 1, entry.label);
  }
}

TEST_CASE(
    "closedform entries: the bits of an entry depend on its pair alone, not on its row nor on what else is asked") {
  auto g = generator_of_test("closedform entries: bits");
  for (const char* name : {"relu", "abs", "erf", "gelu", "sin", "elu", "hard-tanh", "sign"}) {
    const auto form = find_closed_form(make_activation(name));
    REQUIRE(form.has_value());
    EntryNeed need;
    need.dot = need.derivatives = form->metric_exists;
    // Forms whose digits are lost near zero variance.
    const bool far = std::string(name) == "elu" || std::string(name) == "hard-tanh";
    const auto layer = closed_form_entries(*form)->layer(far ? 0.1 : 0.0, 3.0, need);
    constexpr std::size_t count = 300;
    std::vector<double> q(count), n(count), m(count);
    for (double& v : q) v = uniform(g, 0.1, 3);
    if (!far) q[0] = q[7] = q[200] = 0;
    const PointBatch batch = batch_of(*layer, q);
    const std::size_t i = 5;
    for (std::size_t j = 0; j < count; ++j) {
      const double s = std::sqrt(q[i] * q[j]), theta = uniform(g, 0, 3.1);
      n[j] = s * std::cos(theta);
      m[j] = s * s * std::sin(theta) * std::sin(theta);
    }
    std::vector<double> K(count), Kdot(count), gap(count);
    EntryValues all{K.data(), nullptr, gap.data(), nullptr, nullptr};
    if (need.dot) all.Kdot = Kdot.data();
    layer->evaluate({&batch, i, &batch, 0, count, n.data(), m.data()}, all);
    std::size_t different = 0;
    for (std::size_t j = 0; j < count; ++j) {
      const PointBatch one = batch_of(*layer, {q[j]});
      different += one.V[0] != batch.V[j] ? 1 : 0;
      double K_alone = 0, Kdot_alone = 0;
      layer->evaluate({&batch, i, &one, 0, 1, &n[j], &m[j]}, {&K_alone, nullptr, nullptr, nullptr, nullptr});
      different += K_alone != K[j] ? 1 : 0;
      if (!need.dot) continue;
      layer->evaluate({&batch, i, &one, 0, 1, &n[j], &m[j]}, {nullptr, &Kdot_alone, nullptr, nullptr, nullptr});
      different += Kdot_alone != Kdot[j] ? 1 : 0;
    }
    CHECK_MESSAGE(different == 0, std::string(name));
  }
}

TEST_CASE("closedform entries: a point of zero variance is independent of all others") {
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto form = find_closed_form(entry.make());
    REQUIRE(form.has_value());
    EntryNeed need;
    need.dot = form->metric_exists;
    const double high = form->variance_limit ? 0.2 : 2.0;
    std::unique_ptr<EntryLayer> layer;
    try {
      layer = closed_form_entries(*form)->layer(0, high, need);
    } catch (const Error& e) {
      std::printf("  %-40s %s\n", entry.label.c_str(), e.what());
      CHECK(e.code() == ErrorCode::accuracy);
      continue;
    }
    const EntryErrors& errors = layer->errors();
    const PrecisionScope precision(40);
    const auto truth = closed_form_expectations<Real>(*form);
    const PointBatch points = batch_of(*layer, {0.0, high, high / 3});
    const double zeros[3] = {0, 0, 0};
    for (const std::size_t i : {0U, 1U}) {
      double K[3], Kdot[3] = {0, 0, 0}, gap[3];
      layer->evaluate({&points, i, &points, 0, i == 0 ? 3U : 1U, zeros, zeros},
                      {K, need.dot ? Kdot : nullptr, gap, nullptr, nullptr});
      for (std::size_t j = 0; j < (i == 0 ? 3U : 1U); ++j) {
        const Real a(points.variance[i]), b(points.variance[j]);
        const auto known = unless_refused([&] {
          return truth->two_point({a, b, Real(0), Real(0), false}, TwoPointNeed::kernel);
        });
        if (!known) continue;
        const TwoPoint<Real>& t = *known;
        const double V = points.root_V[i] * points.root_V[j];
        CHECK_MESSAGE(honesty_ratio(t.K, K[j], errors.K * V + rest) <= 1, entry.label, " ", i, " ", j, " ", K[j]);
        const double D = std::sqrt(points.D[i] * points.D[j]);
        if (need.dot)
          CHECK_MESSAGE(honesty_ratio(t.Kdot, Kdot[j], errors.Kdot * D + rest) <= 1, entry.label, " ", i, " ", j);
        CHECK(gap[j] >= 0);
      }
    }
  }
}

TEST_CASE("closedform entries: what does not exist is refused") {
  const auto source = closed_form_entries(*find_closed_form(make_activation("gaussian", {{"b", "0.5"}})));
  CHECK_NOTHROW(source->layer(0.1, 0.4, {}));
  CHECK_THROWS_AS(source->layer(0.1, 0.5, {}), Error);
  CHECK_THROWS_AS(source->layer(-1, 0.4, {}), Error);
  CHECK_THROWS_AS(source->layer(0.1, std::nan(""), {}), Error);
  EntryNeed derivatives;
  derivatives.derivatives = true;
  CHECK_THROWS_AS(closed_form_entries(*find_closed_form(make_activation("sign")))->layer(1, 2, derivatives), Error);
}

TEST_CASE("closedform entries: forms with Owen's T functions are known to be slow") {
  for (const char* name : {"relu", "abs", "erf", "gelu", "sin", "exp", "relu-power", "cube"})
    CHECK_MESSAGE(has_fast_entries(*find_closed_form(make_activation(name))), std::string(name));
  for (const char* name : {"elu", "hard-tanh", "relu6"})
    CHECK_MESSAGE(!has_fast_entries(*find_closed_form(make_activation(name))), std::string(name));
}
