// Arithmetic of Tracked<Block>, which dominates the time of every table.
#include "number/scalar.hpp"
#include "simd/clones.hpp"

namespace widegeo {

namespace {

constexpr std::size_t width = Block::width;

WIDEGEO_CLONES void add_lanes(const double* a, const double* da, const double* b, const double* db, double* r,
                              double* dr) {
  for (std::size_t i = 0; i < width; ++i) tracked_lane::add(a[i], da[i], b[i], db[i], r[i], dr[i]);
}

WIDEGEO_CLONES void subtract_lanes(const double* a, const double* da, const double* b, const double* db, double* r,
                                   double* dr) {
  for (std::size_t i = 0; i < width; ++i) tracked_lane::subtract(a[i], da[i], b[i], db[i], r[i], dr[i]);
}

WIDEGEO_CLONES void multiply_lanes(const double* a, const double* da, const double* b, const double* db, double* r,
                                   double* dr) {
  for (std::size_t i = 0; i < width; ++i) tracked_lane::multiply(a[i], da[i], b[i], db[i], r[i], dr[i]);
}

WIDEGEO_CLONES void divide_lanes(const double* a, const double* da, const double* b, const double* db, double* r,
                                 double* dr) {
  for (std::size_t i = 0; i < width; ++i) tracked_lane::divide(a[i], da[i], b[i], db[i], r[i], dr[i]);
}

WIDEGEO_CLONES void multiply_add_lanes(const double* a, const double* da, const double* b, const double* db, double* r,
                                       double* dr) {
  for (std::size_t i = 0; i < width; ++i) {
    double p = 0, dp = 0;
    tracked_lane::multiply(a[i], da[i], b[i], db[i], p, dp);
    tracked_lane::add(r[i], dr[i], p, dp, r[i], dr[i]);
  }
}

using Lanes = void (*)(const double*, const double*, const double*, const double*, double*, double*);

template <Lanes lanes>
TrackedBlock combine(const TrackedBlock& a, const TrackedBlock& b) {
  TrackedBlock r{TrackedBlock::Uninitialised{}};
  lanes(a.value.lane.data(), a.error.lane.data(), b.value.lane.data(), b.error.lane.data(), r.value.lane.data(),
        r.error.lane.data());
  return r;
}

template <Lanes lanes>
void combine_into(TrackedBlock& a, const TrackedBlock& b) {
  lanes(a.value.lane.data(), a.error.lane.data(), b.value.lane.data(), b.error.lane.data(), a.value.lane.data(),
        a.error.lane.data());
}

}  // namespace

TrackedBlock operator+(const TrackedBlock& a, const TrackedBlock& b) { return combine<add_lanes>(a, b); }
TrackedBlock operator-(const TrackedBlock& a, const TrackedBlock& b) { return combine<subtract_lanes>(a, b); }
TrackedBlock operator*(const TrackedBlock& a, const TrackedBlock& b) { return combine<multiply_lanes>(a, b); }
TrackedBlock operator/(const TrackedBlock& a, const TrackedBlock& b) { return combine<divide_lanes>(a, b); }

TrackedBlock& TrackedBlock::operator+=(const TrackedBlock& b) {
  combine_into<add_lanes>(*this, b);
  return *this;
}
TrackedBlock& TrackedBlock::operator-=(const TrackedBlock& b) {
  combine_into<subtract_lanes>(*this, b);
  return *this;
}
TrackedBlock& TrackedBlock::operator*=(const TrackedBlock& b) {
  combine_into<multiply_lanes>(*this, b);
  return *this;
}
TrackedBlock& TrackedBlock::operator/=(const TrackedBlock& b) {
  combine_into<divide_lanes>(*this, b);
  return *this;
}

void multiply_add(TrackedBlock& sum, const TrackedBlock& a, const TrackedBlock& b) {
  multiply_add_lanes(a.value.lane.data(), a.error.lane.data(), b.value.lane.data(), b.error.lane.data(),
                     sum.value.lane.data(), sum.error.lane.data());
}

}  // namespace widegeo
