// A checkpoint that is not exactly what was written for these simulations is refused, with the reason; limits of time
// and of finite numbers are kept.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>

#include "montecarlo/campaign.hpp"
#include "montecarlo/checkpoint.hpp"
#include "number/error.hpp"
#include "storage/digest.hpp"
#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

Simulation simulation(std::uint64_t samples = 1000) {
  Simulation s;
  s.spec.depth = 2;
  s.spec.width = {30};
  s.activation = make_activation("erf");
  s.x = {0.5, 0.4};
  s.quantities = {{Observable::metric_entry, 0, 0}, {Observable::log_volume}};
  s.seed = 5;
  s.campaign = 200;
  s.samples = samples;
  return s;
}

std::optional<Error> error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

CampaignOptions saving_to(const std::string& file, bool resume = false) {
  CampaignOptions options;
  options.threads = 1;
  options.checkpoint = file;
  options.resume = resume;
  return options;
}

}  // namespace

TEST_CASE("checkpoint: what is read is what was written, bit for bit") {
  const ScratchFolder scratch;
  const std::vector<double> state{0.1, -0.0, 1e-310, 1e308, 3};
  for (const auto& numbers : {state, std::vector<double>{}}) {
    write_checkpoint(scratch.file("c"), 77, numbers);
    const std::vector<double> back = read_checkpoint(scratch.file("c"), 77);
    REQUIRE(back.size() == numbers.size());
    for (std::size_t i = 0; i < back.size(); ++i) {
      CHECK(back[i] == numbers[i]);
      CHECK(std::signbit(back[i]) == std::signbit(numbers[i]));
    }
  }
}

TEST_CASE("checkpoint: the digest is FNV-1a") {
  // Test vectors of the authors, http://www.isthe.com/chongo/src/fnv/test_fnv.c
  CHECK(storage::fnv1a("") == 0xcbf29ce484222325U);
  CHECK(storage::fnv1a("a") == 0xaf63dc4c8601ec8cU);
  CHECK(storage::fnv1a("foobar") == 0x85944171f73967e8U);
}

TEST_CASE("checkpoint: every flipped bit, every truncation, anything appended is refused") {
  const ScratchFolder scratch;
  const std::string file = scratch.file("good");
  write_checkpoint(file, 77, std::vector<double>{1, 2, 3});
  const std::string good = read_whole(file);
  const auto refused = [&](const std::string& content) {
    const auto error = error_of([&] { read_checkpoint(scratch.write("bad", content), 77); });
    return error && (error->code() == ErrorCode::io || error->code() == ErrorCode::input) &&
           contains(error->what(), "bad");
  };
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      accepted += !refused(bad);
    }
  for (std::size_t length = 0; length < good.size(); ++length) accepted += !refused(good.substr(0, length));
  for (const char* more : {"x", "\n", "12345678"}) accepted += !refused(good + more);
  CHECK(accepted == 0);
  CHECK_FALSE(refused(good));
}

TEST_CASE("checkpoint: says whether it is missing, damaged, foreign, of another version or of other simulations") {
  const ScratchFolder scratch;
  const std::string file = scratch.file("c");
  const auto problem = [&](const std::string& path) {
    const auto error = error_of([&] { read_checkpoint(path, 77); });
    return error ? std::to_string(static_cast<int>(error->code())) + " " + error->what() : "";
  };
  CHECK(contains(problem(scratch.file("none")), "4 cannot read the checkpoint: No such file"));
  CHECK(contains(problem(scratch.write("empty", "")), "4 the checkpoint is damaged: it is empty"));
  CHECK(contains(problem(scratch.write("text", "x,y\n0,1\n")), "2 this file is not a widegeo checkpoint"));
  CHECK(contains(problem(scratch.file("")), "4 "));  // a folder
  write_checkpoint(file, 78, std::vector<double>{1});
  CHECK(contains(problem(file), "2 the checkpoint belongs to other simulations"));
  const std::string good = read_whole(file);
  CHECK(contains(problem(scratch.write("short", good.substr(0, 40))), "4 the checkpoint is damaged"));

  // Another version of the program, with a valid checksum: written by hand.
  std::string other = good;
  const std::size_t at = other.find(WIDEGEO_VERSION);
  REQUIRE(at != std::string::npos);
  other[at] = '9';
  std::uint32_t crc = 0xffffffffU;  // CRC-32 bit by bit, not by the library that the code uses
  for (std::size_t i = 0; i + 4 < other.size(); ++i) {
    crc ^= static_cast<unsigned char>(other[i]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  crc = ~crc;
  for (std::size_t i = 0; i < 4; ++i) other[other.size() - 4 + i] = static_cast<char>(crc >> (8 * i));
  CHECK(contains(problem(scratch.write("version", other)), "2 the checkpoint was written by widegeo 9"));
}

TEST_CASE("campaign: resuming is refused for every change of the simulations") {
  const ScratchFolder scratch;
  const std::string file = scratch.file("c");
  run_campaign({simulation()}, saving_to(file));
  CHECK_NOTHROW(run_campaign({simulation()}, saving_to(file, true)));
  const std::vector<std::function<void(Simulation&)>> changes{
      [](Simulation& s) { s.spec.width = {31}; },
      [](Simulation& s) { s.spec.depth = 3; },
      [](Simulation& s) { s.spec.weight_variance = {1.0000000000000002}; },
      [](Simulation& s) { s.spec.bias_variance = {0.1}; },
      [](Simulation& s) { s.spec.input_fan_in = true; },
      [](Simulation& s) { s.spec.activate_last = false; },
      [](Simulation& s) { s.activation = make_activation("erf(1.0001*x)"); },
      [](Simulation& s) { s.x[1] = 0.41; },
      [](Simulation& s) { s.quantities.pop_back(); },
      [](Simulation& s) { s.quantities[0].j = 1; },
      [](Simulation& s) { s.sampler = Sampler::explicit_weights; },
      [](Simulation& s) { s.control_variates = false; },
      [](Simulation& s) { s.seed = 6; },
      [](Simulation& s) { s.campaign = 201; },
      [](Simulation& s) { s.samples = 1001; },
      [](Simulation& s) { s.target_error = 0.1; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    Simulation changed = simulation();
    changes[i](changed);
    const auto error = error_of([&] { run_campaign({changed}, saving_to(file, true)); });
    REQUIRE(error);
    CHECK(contains(error->what(), "belongs to other simulations"));
  }
  CHECK(error_of([&] { run_campaign({simulation(), simulation()}, saving_to(file, true)); }));
  CHECK(error_of([&] { run_campaign({simulation()}, saving_to(scratch.file("none"), true)); })->code() ==
        ErrorCode::io);
  CHECK(error_of([&] { run_campaign({simulation()}, saving_to(scratch.file("no/folder/c"))); })->code() ==
        ErrorCode::io);
}

TEST_CASE("campaign: a target error is reached, by few more networks than it needs, and the estimate says so") {
  Simulation s = simulation(1000000);
  s.control_variates = false;  // they are so good that the pilot alone would reach the targets
  for (const double target : {0.01, 0.003}) {
    s.target_error = target;
    const SimulationResult result = run_campaign({s}, CampaignOptions{})[0];
    CHECK(result.target_reached);
    CHECK(result.samples < s.samples);
    double worst = 0;
    for (const QuantityResult& q : result.quantities) {
      const double size = std::max(std::fabs(q.estimate.mean), std::sqrt(q.estimate.variance));
      worst = std::max(worst, q.estimate.standard_error / size);
    }
    CHECK(worst <= target);
    CHECK(result.reached_error == doctest::Approx(worst));
    // The next look comes after a quarter more networks, so the error is at least 1/sqrt(1.25) of the target but for
    // the rounding to blocks and its own noise.
    CHECK(worst > target / 1.3);
  }
  s.samples = 500;
  s.target_error = 1e-6;
  const SimulationResult result = run_campaign({s}, CampaignOptions{})[0];
  CHECK_FALSE(result.target_reached);
  CHECK(result.samples == 500);
  CHECK(result.reached_error > 1e-6);
}

TEST_CASE("campaign: how many networks a target takes depends on the spread, not on how near to 0 the mean falls") {
  // At x = (x_1, 0) the mean of g[1,2] is 0: networks needed by the scale of the metric are the same for every seed but
  // for the noise of a variance; by |mean| they would differ by orders of magnitude.
  for (const double scale : {0.0, 1.0}) {
    std::vector<double> drawn;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      Simulation s = simulation(200000);
      s.control_variates = false;
      s.seed = seed;
      s.x = {0.5, 0};
      s.quantities = {{Observable::metric_entry, 0, 1}};
      s.target_error = scale == 0 ? 0.02 : 0.001;
      if (scale > 0) s.error_scale = {scale};
      const SimulationResult result = run_campaign({s}, CampaignOptions{})[0];
      CHECK(result.target_reached);
      drawn.push_back(static_cast<double>(result.samples));
    }
    // Looks are a factor 1.25 apart, and a variance from 1000 networks or more has a relative error of 5 percent: three
    // neighbouring looks, with a false alarm below 1e-3, and the seeds are fixed.
    CHECK(std::ranges::max(drawn) / std::ranges::min(drawn) < 1.25 * 1.25 * 1.05);
  }
  Simulation s = simulation();
  s.error_scale = {1};
  CHECK(error_of([&] { run_campaign({s}, CampaignOptions{}); })->code() == ErrorCode::input);
}

TEST_CASE("campaign: a quantity that some networks do not have leaves the means of the others whole") {
  // Three ReLU units in two dimensions: the metric is degenerate when fewer than two are active, which happens in half
  // of the networks.
  Simulation s = simulation(2000);
  s.activation = make_activation("relu");
  s.spec.depth = 1;
  s.spec.width = {3};
  s.quantities = {{Observable::log_volume}, {Observable::metric_entry, 0, 0}};
  const SimulationResult both = run_campaign({s}, CampaignOptions{})[0];
  CHECK(both.samples + both.not_finite == 2000);
  CHECK(both.quantities[0].samples + both.quantities[0].not_finite == 2000);
  CHECK(both.quantities[0].not_finite > 700);
  CHECK(both.quantities[0].not_finite < 1300);
  CHECK(both.quantities[0].histogram.total() == both.quantities[0].samples);
  CHECK(both.quantities[1].samples == 2000);
  s.quantities = {{Observable::metric_entry, 0, 0}};
  const SimulationResult alone = run_campaign({s}, CampaignOptions{})[0];
  CHECK(both.quantities[1].estimate.mean == alone.quantities[0].estimate.mean);
  CHECK(both.quantities[1].estimate.standard_error == alone.quantities[0].estimate.standard_error);
}

TEST_CASE("campaign: a checkpoint does not replace a file that is none") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("thesis.tex", "years of work");
  const auto error = error_of([&] { run_campaign({simulation()}, saving_to(file)); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::input);
  CHECK(contains(error->what(), "would be overwritten"));
  CHECK(read_whole(file) == "years of work");
  CHECK_NOTHROW(run_campaign({simulation()}, saving_to(scratch.write("empty", ""))));
  CHECK_NOTHROW(run_campaign({simulation(500)}, saving_to(scratch.file("empty"))));
}

TEST_CASE("campaign: what would take too long is refused at once with its duration, and can be resumed") {
  const ScratchFolder scratch;
  Simulation s = simulation(4000000000U);
  s.spec.width = {1000};
  CampaignOptions options = saving_to(scratch.file("c"));
  options.time_limit = 1;
  const auto start = std::chrono::steady_clock::now();
  const auto error = error_of([&] { run_campaign({s}, options); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::accuracy);
  CHECK(contains(error->what(), "would take about"));
  CHECK((contains(error->what(), " h ") || contains(error->what(), "days")));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  options.resume = true;  // what was drawn is saved
  const auto again = error_of([&] { run_campaign({s}, options); });
  REQUIRE(again);
  CHECK(contains(again->what(), "would take about"));
}

TEST_CASE(
    "campaign: a network that takes minutes is refused, or given up within a second, and what was saved is sound") {
  const ScratchFolder scratch;
  const auto seconds_of = [](const std::function<void()>& f) {
    const auto start = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  for (const Sampler sampler : {Sampler::conditional, Sampler::explicit_weights}) {
    Simulation s = simulation(2);
    s.sampler = sampler;
    s.spec.depth = sampler == Sampler::conditional ? 20 : 3;
    s.spec.width = {sampler == Sampler::conditional ? 100000000U : 100000U};  // a minute or more
    CampaignOptions options = saving_to(scratch.file("c"));
    options.time_limit = 2;
    const double refused = seconds_of([&] {
      const auto error = error_of([&] { run_campaign({s}, options); });
      REQUIRE(error);
      CHECK(error->code() == ErrorCode::accuracy);
      CHECK(contains(error->what(), "would take about"));
    });
    CHECK(refused < 1);
    // A limit that the rough forecast lets pass: the work begins and is given up.
    s.spec.width = {sampler == Sampler::conditional ? 10000000U : 25000U};
    options.time_limit = 1;
    const double over = seconds_of([&] {
      const auto error = error_of([&] { run_campaign({s}, options); });
      REQUIRE(error);
      CHECK(error->code() == ErrorCode::accuracy);
      CHECK(contains(error->what(), "out of time"));
    });
    CHECK(over < 4);  // 1.5 on an idle machine
    options.time_limit = std::nullopt;
    options.resume = true;
    options.stop_now = [] { return true; };
    CHECK(seconds_of([&] { CHECK_THROWS_AS(run_campaign({s}, options), Stopped); }) < 3);
  }
}

TEST_CASE("campaign: the first samples give the histogram its range, and every network is in it") {
  const SimulationResult result = run_campaign({simulation(2000)}, CampaignOptions{})[0];
  for (const QuantityResult& q : result.quantities) {
    CHECK(q.histogram.total() == 2000);
    CHECK(q.histogram.low() < q.plain.mean);
    CHECK(q.histogram.high() > q.plain.mean);
  }
}

TEST_CASE("campaign: networks that are not finite are counted and left out; none left is an error") {
  Simulation s = simulation(400);
  s.activation = make_activation("exp(x^4)");
  s.spec.weight_variance = {1};
  s.spec.depth = 1;
  s.spec.width = {3};
  s.control_variates = false;
  s.x = {3, 0};
  try {
    const SimulationResult result = run_campaign({s}, CampaignOptions{})[0];
    CHECK(result.not_finite > 0);
    CHECK(result.samples + result.not_finite == 400);
    for (const QuantityResult& q : result.quantities) {
      CHECK(q.samples >= result.samples);
      CHECK(q.samples + q.not_finite == 400);
      CHECK(q.histogram.total() == q.samples);
      CHECK(std::isfinite(q.plain.mean));
    }
  } catch (const Error& error) {
    FAIL(error.what());
  }
  s.x = {1000, 0};
  s.spec.width = {50};
  const auto error = error_of([&] { run_campaign({s}, CampaignOptions{}); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::input);
  CHECK(contains(error->what(), "none of the first 256 networks"));
}

TEST_CASE("campaign: nonsense is refused before any work") {
  const std::vector<std::function<void(Simulation&)>> mistakes{
      [](Simulation& s) { s.samples = 0; },
      [](Simulation& s) { s.samples = 1; },
      [](Simulation& s) { s.samples = std::uint64_t{1} << 32; },
      [](Simulation& s) { s.quantities.clear(); },
      [](Simulation& s) { s.target_error = 0; },
      [](Simulation& s) { s.target_error = std::nan(""); },
      [](Simulation& s) { s.spec.width = {0}; },
      [](Simulation& s) { s.campaign = 1U << 16; },
      [](Simulation& s) { s.activation = make_activation("step(x)"); },
      [](Simulation& s) {
        s.sampler = Sampler::conditional;
        s.spec.weight_law = WeightLaw::uniform;
      },
  };
  for (std::size_t i = 0; i < mistakes.size(); ++i) {
    INFO("mistake " << i);
    Simulation s = simulation();
    mistakes[i](s);
    const auto error = error_of([&] { run_campaign({simulation(), s}, CampaignOptions{}); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::input);
  }
}
