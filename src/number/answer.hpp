// What is asked of numbers, and what is answered: a value with its error, or the reason why there is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "number/estimate.hpp"
#include "number/real.hpp"

namespace widegeo {

/// What is asked of each number.
struct Accuracy {
  unsigned digits = 12;  ///< correct digits, 1 to 10000: relative error 10^-digits
  /// All of these digits will be shown: value - error and value + error must agree in them, rounded.
  bool all_digits = false;
  unsigned threads = 1;  ///< of the multiprecision runs of one question
};

/// A quantity that does not exist, and why.
struct Missing {
  std::string reason;
};

/// A named number with its error, in double or in multiprecision, or the reason why there is none.
struct Answer {
  std::string name;
  std::variant<Estimate<double>, Estimate<Real>, Missing> value;
};

/// By position, or by name.
class Answers : public std::vector<Answer> {
 public:
  using std::vector<Answer>::vector;
  using std::vector<Answer>::operator[];
  /// Throws Error(input) for a name that is not there.
  const Answer& operator[](std::string_view name) const;
};

/// The answer's number in double, with an error that covers the conversion. Throws Error(input) with the reason where
/// the quantity does not exist; beyond the range of double the value is infinite.
Estimate<double> in_double(const Answer& answer);
/// The same in multiprecision, without a conversion of what is there in multiprecision already.
Estimate<Real> in_multiprecision(const Answer& answer);
/// The number's kind of error; none where the quantity does not exist.
std::optional<ErrorKind> kind_of(const Answer& answer);

}  // namespace widegeo
