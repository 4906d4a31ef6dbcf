#include "cli/kernel/scalar_command.hpp"

#include <algorithm>
#include <cmath>

#include "cli/kernel/kernel_pair.hpp"
#include "cli/kernel/scalar_taylor.hpp"
#include "cli/program/parse.hpp"
#include "gram/scalar/scalar_kernel.hpp"
#include "gram/scalar/scalar_source.hpp"
#include "parallel/parallel.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

constexpr unsigned long max_rows = 100'000;
constexpr unsigned max_degree = 1024;
constexpr unsigned guard_digits = 25, second_run_digits = 20;

struct Request {
  const Setup& setup;
  bool ntk = false;
  Rational t = 1;
  unsigned long dimension = 1;

  template <class T>
  PairKernel<T> kernel(const Expectations<T>& source, const InputPair<T>& pair) const {
    return ntk ? widegeo::ntk(setup.model, source, pair, 0) : nngp(setup.model, source, pair, 0);
  }
  /// `auto` leaves a closed form that refuses to quadrature.
  template <class F>
  auto by_route(const F& f) const {
    if (setup.use_closed()) {
      try {
        return f(true);
      } catch (const Error& error) {
        if (setup.route != Route::automatic || error.code() != ErrorCode::input) throw;
      }
    }
    return f(false);
  }
};

/// One correlation, exactly.
struct AtCorrelation {
  const Request& request;
  const Rational& rho;

  template <class T>
  Outcomes<T> operator()() const {
    return request.by_route([&](bool closed) {
      const auto source = make_source<T>(request.setup, closed);
      const Rational one_minus = 1 - rho, sine_squared = one_minus * (1 + rho);
      const InputPair<T> pair =
          gram::pair_of_one_norm<T>(from_rational<T>(request.t), from_rational<T>(rho), from_rational<T>(sine_squared),
                                    from_rational<T>(one_minus), request.dimension);
      const std::string infinite = request.setup.no_metric_reason();
      const gram::WithoutSlope<T> without_slope(*source);
      const PairKernel<T> k =
          infinite.empty() ? request.kernel<T>(*source, pair) : request.kernel<T>(without_slope, pair);
      Outcomes<T> result;
      result.kind = source->kind();
      result.add("kernel", k.kernel);
      if (!infinite.empty()) {
        result.none("kernel_dot", infinite);
      } else if (!k.kernel_dot) {
        result.none("kernel_dot", k.kernel_dot_reason);
      } else {
        result.add("kernel_dot", *k.kernel_dot);
      }
      return result;
    });
  }
};

/// Coefficients of rho^k and K(1) less their sum so far, k = 0..order.
struct Power {
  const Request& request;
  unsigned order;

  template <class T>
  Outcomes<T> operator()() const {
    return request.by_route([&](bool closed) {
      const auto taylor = taylor_of_kernel<T>(request.setup, closed);
      const auto source = make_source<T>(request.setup, closed);
      const gram::WithoutSlope<T> without_slope(*source);
      const T t = from_rational<T>(request.t), one(1), zero(0);
      const std::vector<T> c =
          gram::power_series<T>(request.setup.model, *source, taylor, t, request.dimension, request.ntk, order);
      const auto pair = gram::pair_of_one_norm<T>(t, one, zero, zero, request.dimension);
      T rest = (request.ntk ? request.kernel<T>(*source, pair) : request.kernel<T>(without_slope, pair)).kernel;
      Outcomes<T> result;
      result.kind = source->kind();
      for (unsigned k = 0; k <= order; ++k) {
        result.add("coefficient[" + std::to_string(k) + "]", c[k]);
        rest = rest - c[k];
        result.add("remainder_at_one[" + std::to_string(k) + "]", rest);
      }
      return result;
    });
  }
};

/// LOW:HIGH:COUNT with both ends, or a list.
std::vector<Rational> correlations(const std::string& text) {
  const auto parts = split(text, ':');
  std::vector<Rational> rho;
  if (parts.size() == 3) {
    const Rational low = parse_number(parts[0], "--rho"), high = parse_number(parts[1], "--rho");
    const unsigned long count = parse_count(parts[2], "--rho", 2, max_rows);
    for (unsigned long i = 0; i < count; ++i) rho.push_back(low + (high - low) * Rational(i) / Rational(count - 1));
  } else if (parts.size() == 1) {
    rho = parse_numbers(text, "--rho");
  } else {
    throw Error(ErrorCode::input, "'" + text + "' is neither LOW:HIGH:COUNT nor a list", "--rho",
                "for example --rho -1:1:21");
  }
  for (const Rational& r : rho)
    if (abs(r) > 1) throw Error(ErrorCode::input, "a correlation lies outside of [-1, 1]", "--rho " + to_text(r));
  return rho;
}

std::vector<report::Record> table(const Request& request, const Options& options, const Accuracy& accuracy) {
  const std::vector<Rational> rho = correlations(options.rho.value_or("-1:1:21"));
  std::vector<report::Record> rows(rho.size());
  Accuracy each = accuracy;
  each.threads = 1;
  parallel_for_ordered(rho.size(), accuracy.threads, [&](std::size_t i) {
    const Answers answers = evaluate(AtCorrelation{request, rho[i]}, each);
    rows[i] = {{"kind", request.ntk ? "ntk" : "nngp"}, {"rho", exact(rho[i])}};
    for (const Answer& answer : answers) rows[i].emplace_back(answer.name, answer.value);
  });
  return rows;
}

std::vector<report::Record> power(const Request& request, const Options& options, const Accuracy& accuracy) {
  const auto order =
      static_cast<unsigned>(parse_count(options.order.value_or("20"), "--order", 0, gram::max_power_order));
  const Answers answers = evaluate(Power{request, order}, accuracy);
  std::vector<report::Record> rows;
  for (unsigned k = 0; k <= order; ++k) {
    rows.push_back({{"kind", request.ntk ? "ntk" : "nngp"},
                    {"k", static_cast<long long>(k)},
                    {"coefficient", answers[2 * k].value},
                    {"remainder_at_one", answers[2 * k + 1].value}});
  }
  return rows;
}

/// v in [-1, 1] as the correlation, or as 2 theta / pi - 1.
template <class T>
InputPair<T> pair_at(const Request& request, const T& v, int end, bool in_angle) {
  const T t = from_rational<T>(request.t), one(1), two(2), zero(0);
  if (end != 0) {
    const bool same = (end > 0) != in_angle;
    return gram::pair_of_one_norm<T>(t, same ? one : -one, zero, same ? zero : two, request.dimension);
  }
  if (!in_angle) return gram::pair_of_one_norm<T>(t, v, (one - v) * (one + v), one - v, request.dimension);
  const T theta = pi<T>() * (v + one) / two, half = sin(theta / two), sine = sin(theta);
  return gram::pair_of_one_norm<T>(t, cos(theta), sine * sine, two * half * half, request.dimension);
}

/// Samples for Chebyshev series: doubles with running errors, or two working precisions.
gram::ChebyshevSampler sampler(const Request& request, bool in_angle, unsigned digits, bool in_double, bool closed) {
  const auto end_of = [](const Real& v) { return v == 1 ? 1 : v == -1 ? -1 : 0; };
  if (in_double) {
    return [=, &request](const Real& v) {
      const auto source = make_source<TrackedDouble>(request.setup, closed);
      const gram::WithoutSlope<TrackedDouble> without_slope(*source);
      const double nearest = v.to_double();
      const TrackedDouble tracked(nearest, std::fabs(nearest) * 0x1p-53);
      const auto pair = pair_at<TrackedDouble>(request, tracked, end_of(v), in_angle);
      const TrackedDouble k = (request.ntk ? request.kernel<TrackedDouble>(*source, pair)
                                           : request.kernel<TrackedDouble>(without_slope, pair))
                                  .kernel;
      return std::pair<Real, Real>(Real(k.value), Real(k.error));
    };
  }
  return [=, &request](const Real& v) {
    const auto value = [&](unsigned precision) {
      const PrecisionScope scope(precision);
      const auto source = make_source<Real>(request.setup, closed);
      const gram::WithoutSlope<Real> without_slope(*source);
      const auto pair = pair_at<Real>(request, at_working_precision(v), end_of(v), in_angle);
      return (request.ntk ? request.kernel<Real>(*source, pair) : request.kernel<Real>(without_slope, pair)).kernel;
    };
    const unsigned p = digits + guard_digits;
    const Real low = value(p), high = value(p + second_run_digits);
    return std::pair<Real, Real>(high, 2 * abs(high - low) + abs(high) * pow(Real(10), Real(-static_cast<int>(p))));
  };
}

/// A coefficient to the digits that its absolute error leaves and some more: many of them are summed. What printing
/// takes from it is added to `lost`.
report::Value rounded(const Real& value, const Real& error, const Accuracy& accuracy, ErrorKind kind, Real& lost) {
  constexpr double digits_of_sums = 3;
  const unsigned most = accuracy.print_digits == 0 ? 17 : accuracy.print_digits + 3;
  if (!(abs(value) > error)) {
    lost += abs(value);
    return report::Number{"0", report::error_text(Real(error + abs(value))), kind, most > 17};
  }
  const double ratio = std::floor(Real(log(abs(value) / error) / log(Real(10))).to_double());
  const auto digits = static_cast<unsigned>(std::clamp(ratio + 1 + digits_of_sums, 1.0, static_cast<double>(most)));
  const Real printing = report::print_error(value, digits);
  lost += printing;
  return report::Number{report::decimal(value, digits), report::error_text(Real(error + printing)), kind, most > 17};
}

std::vector<report::Record> chebyshev(const Request& request, const Accuracy& accuracy, std::string& note) {
  // A kink shows as a singularity at rho = 1, which the angle does not have.
  const bool in_angle = !request.setup.activation.analysis.analytic();
  const PrecisionScope scope(accuracy.digits + guard_digits + second_run_digits);
  gram::ChebyshevSeries series;
  const auto compute = [&](bool in_double) {
    series = request.by_route([&](bool closed) {
      const auto f = sampler(request, in_angle, accuracy.digits, in_double, closed);
      const Real at_one = f(Real(in_angle ? -1 : 1)).first;
      using gram::SeriesVariable;
      return gram::chebyshev_series(f, in_angle ? SeriesVariable::angle : SeriesVariable::correlation,
                                    Real(abs(at_one) * pow(Real(10), Real(-static_cast<int>(accuracy.digits)))),
                                    max_degree, accuracy.threads);
    });
  };
  bool done = false;
  if (accuracy.digits <= 13) {
    try {
      compute(true);
      done = true;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::accuracy) throw;
    }
  }
  if (!done) compute(false);

  // What is left out behind each coefficient, from the last to the first.
  const std::size_t count = series.coefficient.size();
  std::vector<Real> rest(count);
  rest[count - 1] = series.truncation;
  for (std::size_t k = count - 1; k >= 1; --k) rest[k - 1] = rest[k] + abs(series.coefficient[k]);
  std::vector<report::Record> rows;
  Real lost(0);  // by printing, of the coefficients so far
  for (std::size_t k = 0; k < count; ++k) {
    const report::Value coefficient =
        rounded(series.coefficient[k], series.coefficient_error, accuracy, ErrorKind::truncation, lost);
    rows.push_back({{"kind", request.ntk ? "ntk" : "nngp"},
                    {"k", static_cast<long long>(k)},
                    {"coefficient", coefficient},
                    {"error_of_sum", report::Exact{report::error_text(Real(rest[k] + lost))}}});
  }
  note = in_angle
             ? "kernel = sum of coefficient_k T_k(2*theta/pi - 1), theta = arccos(rho): the activation has kinks or "
               "jumps"
             : "kernel = sum of coefficient_k T_k(rho)";
  note += "; error_of_sum bounds what the coefficients up to k leave out on [-1, 1]";
  return rows;
}

}  // namespace

void refuse_scalar_options(const Options& options) {
  for (const auto& [value, name] : std::vector<std::pair<Text, std::string>>{{options.scalar_form, "--as"},
                                                                             {options.rho, "--rho"},
                                                                             {options.order, "--order"},
                                                                             {options.radius, "--radius"},
                                                                             {options.dimension, "--dimension"}})
    refuse_option(value, name, "it goes with --scalar");
}

Result scalar_command(const Options& options) {
  const std::string why = "--scalar is of inputs of one norm, given by --radius";
  for (const auto& [value, name] : std::vector<std::pair<Text, std::string>>{{options.x, "--x"},
                                                                             {options.y, "--y"},
                                                                             {options.input, "--input"},
                                                                             {options.input2, "--input2"},
                                                                             {options.columns, "--columns"},
                                                                             {options.header, "--header"},
                                                                             {options.separator, "--separator"},
                                                                             {options.decimal, "--decimal"},
                                                                             {options.derivatives, "--derivatives"},
                                                                             {options.pairs, "--pairs"},
                                                                             {options.gradient_of, "--gradient-of"},
                                                                             {options.dtype, "--dtype"},
                                                                             {options.memory_limit, "--memory-limit"}})
    refuse_option(value, name, why);
  refuse_option(options.tolerance, "--tolerance", "ask for --digits");
  for (const auto& [given, name] : std::vector<std::pair<bool, std::string>>{
           {options.all_layers, "--all-layers"}, {options.force, "--force"}, {options.resume, "--resume"}}) {
    if (given) refuse_option(name, name, "it goes with --input");
  }
  const std::size_t form = parse_choice(options.scalar_form.value_or("table"), "--as", {"table", "chebyshev", "power"});
  if (form != 0) refuse_option(options.rho, "--rho", "it goes with --as table");
  if (form != 2) refuse_option(options.order, "--order", "it goes with --as power");
  const Accuracy accuracy = make_accuracy(options);
  const Setup setup = make_setup(options);
  Request request{setup};
  request.ntk = options.kind && parse_choice(*options.kind, "--kind", {"nngp", "ntk"}) == 1;
  if (request.ntk && !setup.no_metric_reason().empty())
    throw Error(ErrorCode::input, "the neural tangent kernel does not exist: " + setup.no_metric_reason(),
                "--kind ntk");
  const Rational radius = options.radius ? parse_number(*options.radius, "--radius") : Rational(1);
  if (radius <= 0) throw Error(ErrorCode::input, "the radius must be above 0", "--radius");
  request.t = radius * radius;
  if (options.dimension) request.dimension = parse_count(*options.dimension, "--dimension", 1, 1'000'000);
  if (!options.dimension && setup.model.input_scale == InputScale::fan_in)
    throw Error(ErrorCode::input, "the scale fan-in needs the dimension of the inputs", "--dimension",
                "for example --dimension 64");

  Result result;
  result.document.schema = "widegeo/kernel/1";
  result.document.model = describe(setup);
  std::string note;
  std::vector<report::Record> rows = form == 0   ? table(request, options, accuracy)
                                     : form == 1 ? chebyshev(request, accuracy, note)
                                                 : power(request, options, accuracy);
  if (form == 2)
    note =
        "kernel = sum of coefficient_k rho^k; remainder_at_one = K(1) less the coefficients up to k bounds what they "
        "leave out on [-1, 1]";
  result.document.notes.push_back("|x| = |y| = " + to_text(radius) + ", x.y = rho |x|^2");
  if (!note.empty()) result.document.notes.push_back(note);
  result.document.set_rows(std::move(rows));
  return result;
}

}  // namespace widegeo::cli
