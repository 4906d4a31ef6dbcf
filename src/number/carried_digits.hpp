// Digits that are carried for the arithmetic alone: numbers of unlike sizes are added without loss, but the averages
// that go into them are wanted to fewer.
#pragma once

namespace widegeo {

/// Of this thread, until the end of the scope: so many of working_digits() are not asked of approximations.
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
