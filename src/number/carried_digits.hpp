// Extra digits carried for arithmetic only: they keep sums of terms of very different size accurate, while the averages
// that enter these sums may be computed to fewer digits.
#pragma once

namespace widegeo {

/// For this thread, until the end of the scope: approximations need not deliver this many of the working_digits().
class CarriedDigits {
 public:
  explicit CarriedDigits(unsigned digits) : saved_(current()) { current() = digits; }
  ~CarriedDigits() { current() = saved_; }
  CarriedDigits(const CarriedDigits&) = delete;
  CarriedDigits& operator=(const CarriedDigits&) = delete;

  static unsigned count() { return current(); }

 private:
  static unsigned& current() {
    thread_local unsigned digits = 0;
    return digits;
  }
  unsigned saved_;
};

}  // namespace widegeo
