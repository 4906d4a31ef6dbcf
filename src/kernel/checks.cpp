#include "kernel/checks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace {

constexpr double smallest = 0x1p-900;

std::string place(unsigned layer) { return layer == 0 ? std::string() : "layer " + std::to_string(layer); }

[[noreturn]] void lost(const std::string& what, unsigned layer) {
  throw Error(ErrorCode::accuracy, what, place(layer), "ask for more digits");
}

bool finite(double value, double error) { return std::isfinite(value) && std::isfinite(error); }
bool in_range(double value, double error) { return value == 0 ? error == 0 : std::fabs(value) >= smallest; }
bool positive(double value, double error) { return value > 0 && value > error; }

}  // namespace

bool is_usable(const TrackedDouble& x) { return is_finite(x); }
bool is_usable(const TrackedBlock& x) {
  for (std::size_t i = 0; i < Block::width; ++i)
    if (finite(x.value.lane[i], x.error.lane[i])) return true;
  return false;
}
bool is_usable(const Real& x) { return is_finite(x); }

void require_finite(const TrackedDouble& x, const char* what, unsigned layer) {
  if (!is_finite(x)) lost(std::string(what) + " leaves the range of double precision", layer);
}
void require_finite(TrackedBlock& x, const char*, unsigned) {
  for (std::size_t i = 0; i < Block::width; ++i)
    if (!finite(x.value.lane[i], x.error.lane[i])) x.error.lane[i] = infinity;
}
void require_finite(const Real& x, const char* what, unsigned layer) {
  if (!is_finite(x))
    throw Error(ErrorCode::accuracy, std::string(what) + " leaves the range of the number format", place(layer));
}

void require_in_range(const TrackedDouble& x, const char* what, unsigned layer) {
  require_finite(x, what, layer);
  if (!in_range(x.value, x.error)) lost(std::string(what) + " leaves the range of double precision", layer);
}
void require_in_range(TrackedBlock& x, const char* what, unsigned layer) {
  require_finite(x, what, layer);
  for (std::size_t i = 0; i < Block::width; ++i)
    if (!in_range(x.value.lane[i], x.error.lane[i])) x.error.lane[i] = infinity;
}
void require_in_range(const Real& x, const char* what, unsigned layer) { require_finite(x, what, layer); }

void require_positive(const TrackedDouble& x, const TrackedDouble&, const char* what) {
  require_finite(x, what, 0);
  if (is_zero(x)) throw Error(ErrorCode::input, "the metric is degenerate here", std::string(what) + " = 0");
  if (!positive(x.value, x.error)) lost(std::string(what) + " cannot be told from 0 in double precision", 0);
}
void require_positive(TrackedBlock& x, const TrackedBlock&, const char*) {
  for (std::size_t i = 0; i < Block::width; ++i)
    if (!finite(x.value.lane[i], x.error.lane[i]) || !positive(x.value.lane[i], x.error.lane[i]))
      x.error.lane[i] = infinity;
}
void require_positive(const Real& x, const Real& scale, const char* what) {
  require_finite(x, what, 0);
  if (is_zero(x)) throw Error(ErrorCode::input, "the metric is degenerate here", std::string(what) + " = 0");
  // Allows three digits for the rounding of the recursion.
  const Real noise = abs(scale) * pow(Real(10), 3 - static_cast<int>(working_digits()));
  if (x <= noise) lost(std::string(what) + " cannot be told from 0 at the working precision", 0);
}

bool is_zero(const TrackedDouble& x) { return x.value == 0 && x.error == 0; }
bool is_zero(const TrackedBlock& x) {
  for (std::size_t i = 0; i < Block::width; ++i)
    if (x.value.lane[i] != 0 || x.error.lane[i] != 0) return false;
  return true;
}
bool is_zero(const Real& x) { return x == 0; }

TrackedDouble clamp_non_negative(const TrackedDouble& x) { return {std::max(x.value, 0.0), x.error}; }
TrackedBlock clamp_non_negative(const TrackedBlock& x) {
  TrackedBlock r = x;
  for (double& value : r.value.lane) value = std::max(value, 0.0);
  return r;
}
Real clamp_non_negative(const Real& x) { return x < 0 ? Real(0) : x; }

bool is_usable(const Ball& x) { return is_finite(x); }
bool is_zero(const Ball& x) { return x.is_exactly_zero(); }
Ball clamp_non_negative(const Ball& x) { return non_negative_part(x); }
void require_finite(const Ball& x, const char* what, unsigned layer) {
  if (!is_finite(x)) lost(std::string(what) + " is not bounded over the ball", layer);
}
void require_in_range(const Ball& x, const char* what, unsigned layer) { require_finite(x, what, layer); }
void require_positive(const Ball& x, const Ball&, const char* what) {
  require_finite(x, what, 0);
  if (is_zero(x)) throw Error(ErrorCode::input, "the metric is degenerate here", std::string(what) + " = 0");
  if (!x.certainly_positive())
    throw Error(ErrorCode::accuracy, std::string(what) + " cannot be told from 0 over the ball", x.text(5),
                "take a smaller range or more bits");
}

}  // namespace widegeo
