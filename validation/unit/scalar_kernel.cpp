// Scalar kernels: what is refused, the same bits from every set of instructions, and the table of the program.
#include "gram/scalar/scalar_kernel.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "cli/program/command.hpp"
#include "closedform/closedform.hpp"
#include "gram/scalar/scalar_evaluate.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

const report::Value& field(const report::Record& record, const std::string& name) {
  for (const auto& [key, value] : record)
    if (key == name) return value;
  throw Error(ErrorCode::input, "no field " + name);
}

double number(const report::Record& record, const std::string& name) {
  return std::stod(std::get<report::Number>(field(record, name).data).value);
}

cli::Result run_kernel(const cli::Options& options) { return cli::find_command("kernel")->run(options); }

cli::Options options_of(const char* activation) {
  cli::Options options;
  options.command = "kernel";
  options.scalar = true;
  options.activation = activation;
  options.format = "json";
  options.threads = "1";
  return options;
}

}  // namespace

TEST_CASE("scalar kernel: every set of instructions gives the same bits, wherever an element stands") {
  auto random = testing::generator_of_test("scalar_bits");
  std::vector<double> c(23), x(151);
  for (double& ck : c) ck = testing::uniform(random, -1, 1);
  for (double& xi : x) xi = testing::uniform(random, -1, 1);
  const std::size_t n = x.size();
  x.resize(n + gram::clenshaw_padding);
  std::vector<double> reference(x.size());
  gram::all_clenshaws()[0](c.data(), c.size(), x.data(), reference.data(), n);
  for (const gram::Clenshaw sum : gram::all_clenshaws())
    for (const std::size_t first : {0UL, 1UL, 13UL}) {
      std::vector<double> out(x.size());
      sum(c.data(), c.size(), x.data() + first, out.data(), n - first);
      CHECK(std::memcmp(out.data(), reference.data() + first, (n - first) * sizeof(double)) == 0);
    }
  // T_5 = 16 x^5 - 20 x^3 + 5 x at 1/2, exactly.
  const double t5[] = {0, 0, 0, 0, 0, 1};
  double half[1 + gram::clenshaw_padding] = {0.5}, value[1 + gram::clenshaw_padding];
  gram::clenshaw()(t5, 6, half, value, 1);
  CHECK(value[0] == 0.5);
}

TEST_CASE("scalar kernel: a pair's result does not depend on the pairs around it, with one panel and with many") {
  Model model;
  model.depth = 1;
  model.weight_variance = {4};
  for (const char* name : {"relu", "hard_tanh"}) {
    const auto form = find_closed_form(make_activation(name));
    const auto source = closed_form_expectations<TrackedDouble>(*form);
    const auto refined = closed_form_expectations<Real>(*form);
    const gram::ScalarKernel kernel(model, *source, 2.62, 1, false, 1e-13, 1, refined.get());
    CHECK((kernel.panels() > 1) == (std::string(name) == "hard_tanh"));
    std::vector<double> rho, sine, all(1100);
    for (std::size_t i = 0; i < all.size(); ++i) {
      rho.push_back(std::cos(0.0028 * static_cast<double>(i)));
      sine.push_back(1 - rho.back() * rho.back());
    }
    kernel.evaluate(rho, sine, all);
    for (std::size_t i = 0; i < all.size(); i += 37) {
      double one = 0;
      kernel.evaluate({&rho[i], 1}, {&sine[i], 1}, {&one, 1});
      CHECK(one == all[i]);
    }
    kernel.evaluate(rho, sine, rho);  // in place
    CHECK(rho == all);
  }
}

TEST_CASE("scalar kernel: norms that are not positive, arrays of two lengths and tolerances out of reach are refused") {
  const Model model;
  const auto source = closed_form_expectations<TrackedDouble>(*find_closed_form(make_activation("erf")));
  for (const double t : {0.0, -1.0, std::nan(""), HUGE_VAL})
    CHECK_THROWS_AS(gram::ScalarKernel(model, *source, t, 1, false), Error);
  CHECK_THROWS_AS(gram::ScalarKernel(model, *source, 1, 1, false, 1e-17), Error);
  const gram::ScalarKernel kernel(model, *source, 1, 1, false);
  double rho[2] = {0, 1}, out[1];
  CHECK_THROWS_AS(kernel.evaluate(rho, rho, out), Error);
}

TEST_CASE("kernel --scalar: the table is the kernel of pairs, and the coefficients sum to it") {
  // x = (2, 0), y = (1.2, 1.6): norms 2, correlation 3/5.
  for (const char* kind : {"nngp", "ntk"})
    for (const char* activation : {"gelu", "relu"}) {
      cli::Options options = options_of(activation);
      options.kind = kind;
      options.depth = "2";
      options.bias_variance = "0.1";
      options.radius = "2";
      options.rho = "0.6,-1,1";
      const auto table = run_kernel(options).document;
      cli::Options pair = options_of(activation);
      pair.scalar = false;
      pair.kind = kind;
      pair.depth = "2";
      pair.bias_variance = "0.1";
      pair.x = "2,0";
      for (std::size_t i = 0; i < 3; ++i) {
        const char* other[] = {"1.2,1.6", "-2,0", "2,0"};
        pair.y = other[i];
        const auto expected = run_kernel(pair).document;
        for (const char* name : {"kernel", "kernel_dot"})
          CHECK(testing::relative_difference(number(table.row(i), name), number(expected.row(0), name)) < 1e-12);
      }
      const double truth = number(table.row(0), "kernel"), one = number(table.row(2), "kernel");
      options.rho.reset();
      options.scalar_form = "chebyshev";
      const auto chebyshev = run_kernel(options).document;
      const double v = std::string(activation) == "relu" ? 2 * std::acos(0.6) / std::acos(-1) - 1 : 0.6;
      double sum = 0;
      for (std::size_t k = 0; k < chebyshev.count; ++k)
        sum += number(chebyshev.row(k), "coefficient") * std::cos(static_cast<double>(k) * std::acos(v));
      CHECK(std::fabs(sum - truth) < 2e-12 * one);
      options.scalar_form = "power";
      options.order = "30";
      const auto power = run_kernel(options).document;
      sum = 0;
      for (std::size_t k = 0; k < power.count; ++k)
        sum += number(power.row(k), "coefficient") * std::pow(0.6, static_cast<double>(k));
      CHECK(std::fabs(sum - truth) <
            number(power.row(30), "remainder_at_one") * std::pow(0.6, 31.0) + 1e-12 * std::fabs(truth));
    }
}

TEST_CASE("kernel --scalar: what has no meaning is refused") {
  const auto refused = [](const auto& change) {
    cli::Options options = options_of("erf");
    change(options);
    try {
      (void)run_kernel(options);
    } catch (const Error& error) {
      return error.code() == ErrorCode::input;
    }
    return false;
  };
  CHECK(refused([](auto& o) { o.x = "1,2"; }));
  CHECK(refused([](auto& o) { o.rho = "-1:1.5:3"; }));
  CHECK(refused([](auto& o) { o.rho = "0:1"; }));
  CHECK(refused([](auto& o) { o.order = "5"; }));
  CHECK(refused([](auto& o) { o.scalar_form = "taylor"; }));
  CHECK(refused([](auto& o) { o.radius = "0"; }));
  CHECK(refused([](auto& o) { o.input_scale = "fan-in"; }));
  CHECK(refused([](auto& o) { o.scalar = false, o.x = "1", o.rho = "0"; }));
  CHECK(refused([](auto& o) { o.activation = "sign", o.kind = "ntk"; }));
  CHECK(refused([](auto& o) { o.kind = "both"; }));
}
