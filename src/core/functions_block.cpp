// Functions of Block: the double function in every lane, so that lanes agree with double bit for bit.
#include <algorithm>

#include "core/functions.hpp"

namespace widegeo {

namespace {

template <double (*f)(double)>
Block each(const Block& x) {
  Block r{Block::Uninitialised{}};
  for (std::size_t i = 0; i < Block::width; ++i) r.lane[i] = f(x.lane[i]);
  return r;
}

template <double (*f)(double, double)>
Block each(const Block& x, const Block& y) {
  Block r{Block::Uninitialised{}};
  for (std::size_t i = 0; i < Block::width; ++i) r.lane[i] = f(x.lane[i], y.lane[i]);
  return r;
}

}  // namespace

Block exp(const Block& x) { return each<static_cast<double (*)(double)>(&exp)>(x); }
Block log(const Block& x) { return each<static_cast<double (*)(double)>(&log)>(x); }
Block sqrt(const Block& x) { return each<static_cast<double (*)(double)>(&sqrt)>(x); }
Block sin(const Block& x) { return each<static_cast<double (*)(double)>(&sin)>(x); }
Block cos(const Block& x) { return each<static_cast<double (*)(double)>(&cos)>(x); }
Block tan(const Block& x) { return each<static_cast<double (*)(double)>(&tan)>(x); }
Block sinh(const Block& x) { return each<static_cast<double (*)(double)>(&sinh)>(x); }
Block cosh(const Block& x) { return each<static_cast<double (*)(double)>(&cosh)>(x); }
Block tanh(const Block& x) { return each<static_cast<double (*)(double)>(&tanh)>(x); }
Block asin(const Block& x) { return each<static_cast<double (*)(double)>(&asin)>(x); }
Block acos(const Block& x) { return each<static_cast<double (*)(double)>(&acos)>(x); }
Block atan(const Block& x) { return each<static_cast<double (*)(double)>(&atan)>(x); }
Block asinh(const Block& x) { return each<static_cast<double (*)(double)>(&asinh)>(x); }
Block erf(const Block& x) { return each<static_cast<double (*)(double)>(&erf)>(x); }
Block erfc(const Block& x) { return each<static_cast<double (*)(double)>(&erfc)>(x); }
Block log1p(const Block& x) { return each<static_cast<double (*)(double)>(&log1p)>(x); }
Block expm1(const Block& x) { return each<static_cast<double (*)(double)>(&expm1)>(x); }
Block abs(const Block& x) { return each<static_cast<double (*)(double)>(&abs)>(x); }
Block relu(const Block& x) { return each<static_cast<double (*)(double)>(&relu)>(x); }
Block sign(const Block& x) { return each<static_cast<double (*)(double)>(&sign)>(x); }
Block step(const Block& x) { return each<static_cast<double (*)(double)>(&step)>(x); }
Block normal_cdf(const Block& x) { return each<static_cast<double (*)(double)>(&normal_cdf)>(x); }
Block normal_pdf(const Block& x) { return each<static_cast<double (*)(double)>(&normal_pdf)>(x); }
Block sigmoid(const Block& x) { return each<static_cast<double (*)(double)>(&sigmoid)>(x); }
Block softplus(const Block& x) { return each<static_cast<double (*)(double)>(&softplus)>(x); }
Block sinc(const Block& x) { return each<static_cast<double (*)(double)>(&sinc)>(x); }
Block atan2(const Block& y, const Block& x) { return each<static_cast<double (*)(double, double)>(&atan2)>(y, x); }
Block pow(const Block& x, const Block& y) { return each<static_cast<double (*)(double, double)>(&pow)>(x, y); }
Block min(const Block& a, const Block& b) { return each<static_cast<double (*)(double, double)>(&min)>(a, b); }
Block max(const Block& a, const Block& b) { return each<static_cast<double (*)(double, double)>(&max)>(a, b); }
Block owens_t(const Block& h, const Block& a) { return each<static_cast<double (*)(double, double)>(&owens_t)>(h, a); }

bool is_finite(const Block& x) {
  return std::all_of(x.lane.begin(), x.lane.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace widegeo
