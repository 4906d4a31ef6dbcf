// Gram matrices of every activation, by the choice of entries that the program makes.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "route/entries.hpp"
#include "testing/gram_data.hpp"
#include "testing/gram_in_memory.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using gram::GramEngine;
using gram::GramRequest;

namespace {

constexpr std::size_t dimension = 4;

/// Different norms, a near-duplicate, an opposite; the last row is zero where it may be.
std::vector<double> hard_rows(std::mt19937_64& random, bool zero_row) {
  std::vector<double> x = random_rows(random, 6, dimension);
  for (std::size_t k = 0; k < dimension; ++k) {
    x[k] = x[k] / 4 + 0.3;
    x[dimension + k] *= 0.7;
    x[2 * dimension + k] = x[k] + 1e-5 * x[2 * dimension + k];
    x[3 * dimension + k] = -x[k];
    if (zero_row) x[5 * dimension + k] = 0;
  }
  return x;
}

bool jumps(const Activation& a) {
  if (a.analysis.has_jump()) return true;
  for (const auto& point : a.analysis.points)
    if (!point.derivative_integrable) return true;
  return false;
}

/// The kernel of the program against integrals of single pairs with 20 digits and more, where those are quick.
void check(const std::string& name, bool tangent, bool zero_row, std::mt19937_64& random) {
  const Activation activation = make_activation(name);
  const auto form = find_closed_form(activation);
  const GramData x(hard_rows(random, zero_row), dimension);
  Model model;
  model.depth = 2;
  model.weight_variance = {Rational(4, 5)};
  model.bias_variance = {zero_row ? Rational(0) : Rational(1, 10)};
  GramRequest request;
  request.ntk = tangent;
  EntryChoice choice;
  choice.closed = form ? &*form : nullptr;
  choice.pairs = 21;
  const ChosenEntries source(activation, choice);
  std::vector<std::vector<double>> matrices;
  std::vector<double> bounds;
  try {
    // Pairs of small angles under kinks are done again, as by the program.
    const auto refined = [&](std::size_t i, std::size_t j, double* entries) {
      const PrecisionScope precision(24);
      const auto exact = exact_expectations(activation);
      for (const bool ntk : {false, true})
        if (ntk ? request.ntk : request.nngp)
          *entries++ = exact_entry(model, 2, ntk, *exact, x.row(i), x.row(j), dimension).to_double();
    };
    const GramEngine engine(model, source, request, x.points, nullptr, refined);
    matrices = gram_in_memory(engine, 1);
    for (std::size_t k = 0; k < matrices.size(); ++k) bounds.push_back(engine.error_bound(k));
  } catch (const Error& error) {
    std::printf("%-16s %s refused: %s\n", name.c_str(), zero_row ? "zero row" : "        ", error.what());
    // Growth and jumps are the input's; a double that cannot reach its bound is not expected of any of these.
    CHECK_MESSAGE(error.code() == ErrorCode::input, name);
    return;
  }
  const PrecisionScope precision(24);
  const auto exact = exact_expectations(activation);
  for (std::size_t k = 0; k < matrices.size(); ++k) {
    const bool jumping = jumps(activation);
    const auto value = [&](std::size_t i, std::size_t j) {
      return exact_entry(model, 2, k == 1, *exact, x.row(i), x.row(j), dimension);
    };
    // Where phi jumps the slopes of parallel rows are infinite, and single pairs refuse them.
    const auto own_of = [&](std::size_t i) { return jumping ? Real(matrices[k][i * 6 + i]) : value(i, i); };
    double worst = 0;
    const Real first = own_of(0);
    for (const std::size_t j : {0, 1, 2, 3, 5}) {
      if (jumping && (j == 0 || j == 3)) continue;
      const Real own = own_of(j), entry = j == 0 ? first : value(0, j);
      const Real miss = abs(entry - Real(matrices[k][j]));
      // A zero row, of which the exact value is 0 but for the digits of the working precision.
      if (own < first * Real(1e-15) * Real(1e-15))
        CHECK_MESSAGE(miss <= first * Real(1e-15), name);
      else
        worst = std::max(worst, Real(miss / sqrt(first * own)).to_double());
    }
    std::printf("%-16s %s %s %-32s error %.1e, bound %.1e\n", name.c_str(), zero_row ? "zero row" : "        ",
                k == 1 ? "NTK " : "NNGP", source.representation().c_str(), worst, bounds[k]);
    CHECK_MESSAGE(worst <= bounds[k], name);
    // Angles of jumping activations follow the root of their errors, sines of many turns their inputs.
    CHECK_MESSAGE(bounds[k] <= (jumps(activation) ? 1e-5 : 1e-6), name);
  }
}

}  // namespace

TEST_CASE("gram: every activation of the catalogue, by the choice of the program") {
  std::mt19937_64 random = generator_of_test("every activation");
  // What costs nanoseconds an entry, and what costs Owen's T functions, tables or integrals: seconds an activation.
  std::vector<std::string> quick, slow;
  for (const CatalogueEntry& entry : catalogue()) {
    const auto form = find_closed_form(make_activation(entry.name));
    (form && has_fast_entries(*form) ? quick : slow).push_back(entry.name);
  }
  REQUIRE(quick.size() + slow.size() == catalogue().size());
  const auto some = [&](std::vector<std::string>& names, unsigned count) {
    std::shuffle(names.begin(), names.end(), random);
    if (names.size() > count) names.resize(count);
  };
  some(quick, static_cast<unsigned>(trials(60)));
  // Minutes under a sanitizer, where laws/pair_entries.cpp and laws/series_entries.cpp walk the same code.
  if (test_effort() < 1) slow.clear();
  some(slow, static_cast<unsigned>(trials(5)));
  for (const std::string& name : quick) check(name, !jumps(make_activation(name)), random() % 3 == 0, random);
  for (const std::string& name : slow) check(name, false, false, random);
}

TEST_CASE("gram: a zero row under kinks away from 0, where the closed form is refused") {
  // Half a minute of integrals, many minutes under a sanitizer; laws/pair_entries.cpp walks the same code.
  if (test_effort() < 1) return;
  std::mt19937_64 random = generator_of_test("zero row");
  check("hard-tanh", false, true, random);
}
