#include "gaussian/pair/hermite_rule.hpp"

#include <cmath>
#include <map>
#include <mutex>
#include <utility>

#include "number/ball/arb.hpp"

namespace widegeo::gaussian {

namespace {

/// He_n with integer coefficients: He_{k+1} = x He_k - k He_{k-1}.
class HermitePolynomial {
 public:
  explicit HermitePolynomial(unsigned n) {
    fmpz_poly_t before, shifted;
    fmpz_poly_init(before);
    fmpz_poly_init(shifted);
    fmpz_poly_init(value_);
    fmpz_poly_one(value_);
    for (unsigned k = 0; k < n; ++k) {
      fmpz_poly_shift_left(shifted, value_, 1);
      fmpz_poly_scalar_mul_si(before, before, -static_cast<slong>(k));
      fmpz_poly_add(shifted, shifted, before);
      fmpz_poly_swap(before, value_);
      fmpz_poly_swap(value_, shifted);
    }
    fmpz_poly_clear(before);
    fmpz_poly_clear(shifted);
  }
  HermitePolynomial(const HermitePolynomial&) = delete;
  HermitePolynomial& operator=(const HermitePolynomial&) = delete;
  ~HermitePolynomial() { fmpz_poly_clear(value_); }
  const fmpz_poly_struct* get() const { return value_; }

 private:
  fmpz_poly_t value_;
};

}  // namespace

std::shared_ptr<const HermiteRule> hermite_rule(unsigned count, long bits) {
  static std::mutex mutex;
  static std::map<std::pair<unsigned, long>, std::shared_ptr<const HermiteRule>> known;
  const std::lock_guard lock(mutex);
  std::shared_ptr<const HermiteRule>& rule = known[{count, bits}];
  if (rule) return rule;
  auto made = std::make_shared<HermiteRule>();
  const long working = bits + 32;
  const BallPrecision precision(working);
  const HermitePolynomial polynomial(count), below(count - 1);
  // All roots are real: the real ones come first and have imaginary part 0.
  const acb_ptr roots = _acb_vec_init(static_cast<slong>(count));
  arb_fmpz_poly_complex_roots(roots, polynomial.get(), 0, working);
  Ball factorial(1);
  for (unsigned k = 2; k <= count; ++k) factorial = factorial * Ball(static_cast<int>(k));
  const Ball square(static_cast<int>(count * count));
  for (unsigned k = 0; k < count; ++k) {
    Ball node, value;
    arb_set(node.get(), acb_realref(roots + k));
    arb_fmpz_poly_evaluate_arb(value.get(), below.get(), node.get(), working);
    made->weight.push_back(factorial / (square * value * value));
    made->node.push_back(std::move(node));
  }
  _acb_vec_clear(roots, static_cast<slong>(count));
  rule = std::move(made);
  return rule;
}

double log_hermite_error(unsigned count, unsigned moments, double log_ratio) {
  const double n = count;
  // 3 (2n + 1)!! bounds E |z|^e z^k + the rule's mean of the same.
  const double moment = std::log(3.0) + std::lgamma(2 * n + 2) - n * std::log(2.0) - std::lgamma(n + 1);
  return std::log(2.0) + moment + (2 * n - moments) * log_ratio + 1e-9;
}

}  // namespace widegeo::gaussian
