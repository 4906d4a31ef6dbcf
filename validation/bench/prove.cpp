// How long do proofs over boxes take, and how much faster is a certificate checked than found?
//   prove_sign  one proof of a sign for erf at depth 1 over radius 0.01:10, weight_variance 0.5:4, bias_variance 0:2;
//               the aim is 60 s for all of them together on 2 cores
//   verify_sign the certificate of the same proof; counter `ratio`: time of the proof over time of the check
//   box         one box judged: an evaluation of the claim over balls and, where that does not decide, its gradient
//   at_a_point  the claim's value and gradient at one point, in double with running errors and over balls
// Counters: leaves, boxes judged, bytes of the certificate and bytes a leaf.
#include "statement/proof/prove.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "statement/proof/enclosure.hpp"

namespace {

using namespace widegeo;
using namespace widegeo::statement;

Statement sign_of(const std::string& quantity, const std::string& dimension) {
  Statement s;
  s.id = quantity;
  s.claim = quantity + " < 0";
  s.forall = {parse_domain("activation", {"erf"}), parse_domain("dimension", {dimension}),
              parse_domain("weight_variance", {"0.5:4"}), parse_domain("bias_variance", {"0:2"}),
              parse_domain("radius", {"0.01:10"})};
  return s;
}

struct Timed {
  Proof proof;
  double seconds = 0;
};

/// Every proof is found once a run, however many benchmarks use it.
const Timed& proof_of(const std::string& quantity, const std::string& dimension) {
  static std::map<std::string, Timed> found;
  const auto [place, fresh] = found.try_emplace(quantity + dimension);
  if (fresh) {
    const Program program(sign_of(quantity, dimension));
    const auto start = std::chrono::steady_clock::now();
    place->second.proof = prove(program);
    place->second.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  return place->second;
}

void prove_sign(benchmark::State& state, const std::string& quantity, const std::string& dimension) {
  const Timed& timed = proof_of(quantity, dimension);
  for (auto _ : state) state.SetIterationTime(timed.seconds);
  const Finding& finding = timed.proof.finding;
  if (finding.verdict != Verdict::proved) state.SkipWithError("not proved");
  const auto leaves = static_cast<double>(finding.boxes);
  const auto bytes = static_cast<double>(to_json(timed.proof.certificate).size());
  state.counters["leaves"] = leaves;
  state.counters["judged"] = static_cast<double>(finding.searched);
  state.counters["bytes"] = bytes;
  state.counters["bytes_a_leaf"] = bytes / leaves;
}

void verify_sign(benchmark::State& state, const std::string& quantity, const std::string& dimension) {
  const Timed& timed = proof_of(quantity, dimension);
  double seconds = 0;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    const Verification verification = verify(timed.proof.certificate);
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    state.SetIterationTime(seconds);
    if (!verification.valid) state.SkipWithError("not valid");
  }
  state.counters["ratio"] = timed.seconds / seconds;
}

void box(benchmark::State& state) {
  const Program program(sign_of("scalar_curvature", "3"));
  const Problem problem = problem_of(program, program.choices()[0]);
  Box part = problem.ranges;
  for (std::size_t i = 0; i < 12; ++i) part = bisected(part, i % part.size()).second;
  for (auto _ : state) benchmark::DoNotOptimize(judge_box(problem, part, {}).margin.low);
}

template <class T>
void at_a_point(benchmark::State& state) {
  const Program program(sign_of("scalar_curvature", "3"));
  const Evaluator<T> evaluator(program, program.choices()[0]);
  const std::vector<T> point{T(1), T(1) / T(4), T(5) / T(4)};
  for (auto _ : state) benchmark::DoNotOptimize(evaluator(point, 1).claim.front().value());
}

BENCHMARK_TEMPLATE(at_a_point, TrackedDouble)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(at_a_point, Ball)->Unit(benchmark::kMicrosecond);
BENCHMARK(box)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(prove_sign, tangential_3, std::string("sectional_tangential"), std::string("3"))
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(verify_sign, tangential_3, std::string("sectional_tangential"), std::string("3"))
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(prove_sign, scalar_2, std::string("scalar_curvature"), std::string("2"))
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(verify_sign, scalar_2, std::string("scalar_curvature"), std::string("2"))
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(prove_sign, scalar_3, std::string("scalar_curvature"), std::string("3"))
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(prove_sign, scalar_10, std::string("scalar_curvature"), std::string("10"))
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

}  // namespace

BENCHMARK_MAIN();
