// A campaign gives the same bits however it is run: threads, ranks, interruptions, kills.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <bit>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include "montecarlo/campaign.hpp"
#include "montecarlo/checkpoint.hpp"
#include "number/error.hpp"
#include "parallel/ranks.hpp"
#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

Simulation simulation(const char* activation, std::uint64_t samples, std::uint32_t campaign) {
  Simulation s;
  s.spec.depth = 2;
  s.spec.width = {23, 17};
  s.spec.weight_variance = {1.5, 1.2};
  s.spec.bias_variance = {0.1};
  s.activation = make_activation(activation);
  s.x = {0.8, -0.3};
  s.quantities = {{Observable::kernel}, {Observable::metric_entry, 0, 1}, {Observable::log_volume}};
  s.seed = 11;
  s.campaign = campaign;
  s.samples = samples;
  return s;
}

/// Both samplers, fewer networks than a pilot, a target error, no multiple of any block.
std::vector<Simulation> small_campaign() {
  std::vector<Simulation> all{simulation("erf", 3001, 100), simulation("tanh", 100, 101), simulation("gelu", 777, 102),
                              simulation("erf", 100000, 103)};
  all[2].sampler = Sampler::explicit_weights;
  all[3].target_error = 0.02;
  return all;
}

/// Every number of the results, bit for bit.
std::vector<std::uint64_t> bits_of(const std::vector<SimulationResult>& results) {
  std::vector<std::uint64_t> out;
  for (const SimulationResult& result : results) {
    out.insert(out.end(), {result.samples, result.not_finite, std::uint64_t{result.target_reached}});
    for (const QuantityResult& q : result.quantities) {
      for (const MeanEstimate& e : {q.estimate, q.plain})
        for (const double v : {e.mean, e.standard_error, e.degrees_of_freedom, e.variance})
          out.push_back(std::bit_cast<std::uint64_t>(v));
      std::vector<double> histogram(Histogram::state_size());
      q.histogram.save(histogram);
      for (const double v : histogram) out.push_back(std::bit_cast<std::uint64_t>(v));
    }
  }
  return out;
}

CampaignOptions with_threads(unsigned threads) {
  CampaignOptions options;
  options.threads = threads;
  return options;
}

const std::vector<std::uint64_t>& expected_bits() {
  static const std::vector<std::uint64_t> bits = bits_of(run_campaign(small_campaign(), with_threads(1)));
  return bits;
}

/// Ranks that are threads of this process and exchange messages through its memory.
struct Room {
  explicit Room(unsigned size) : all(size), meet(size) {}
  std::vector<std::vector<double>> all;
  std::vector<double> letter;
  std::barrier<> meet;
};

class ThreadRanks final : public Ranks {
 public:
  ThreadRanks(Room& room, unsigned rank) : room_(room), rank_(rank) {}
  unsigned rank() const override { return rank_; }
  unsigned size() const override { return static_cast<unsigned>(room_.all.size()); }
  std::vector<std::vector<double>> gather(std::span<const double> message) override {
    room_.all[rank_].assign(message.begin(), message.end());
    room_.meet.arrive_and_wait();
    auto out = is_root() ? room_.all : std::vector<std::vector<double>>();
    room_.meet.arrive_and_wait();
    return out;
  }
  void broadcast(std::vector<double>& data) override {
    if (is_root()) room_.letter = data;
    room_.meet.arrive_and_wait();
    data = room_.letter;
    room_.meet.arrive_and_wait();
  }

 private:
  Room& room_;
  unsigned rank_;
};

/// f(ranks) on `size` ranks at once.
void on_ranks(unsigned size, const std::function<void(Ranks&)>& f) {
  Room room(size);
  std::vector<std::jthread> threads;
  for (unsigned rank = 0; rank < size; ++rank)
    threads.emplace_back([&room, &f, rank] {
      ThreadRanks ranks(room, rank);
      f(ranks);
    });
}

/// Runs to the end, stopped after every `rounds` rounds and resumed; gives back how often.
int run_in_pieces(const CampaignOptions& base, int rounds, std::vector<SimulationResult>& results) {
  CampaignOptions options = base;
  for (int pieces = 1;; ++pieces) {
    int seen = 0;
    options.stop = [&] { return ++seen >= rounds; };
    try {
      results = run_campaign(small_campaign(), options);
      return pieces;
    } catch (const Stopped&) {
      options.resume = true;
    }
  }
}

}  // namespace

TEST_CASE("campaign: 1, 2 and 7 threads and all cores give the same bits") {
  for (const unsigned threads : {2U, 7U, 0U})
    CHECK(bits_of(run_campaign(small_campaign(), with_threads(threads))) == expected_bits());
}

TEST_CASE("campaign: 1, 3 and 5 ranks give the same bits, on every rank") {
  for (const unsigned size : {1U, 3U, 5U}) {
    std::vector<std::vector<std::uint64_t>> got(size);
    on_ranks(size, [&](Ranks& ranks) {
      CampaignOptions options = with_threads(1);
      options.ranks = &ranks;
      got[ranks.rank()] = bits_of(run_campaign(small_campaign(), options));
    });
    for (const auto& bits : got) CHECK(bits == expected_bits());
  }
}

TEST_CASE("campaign: interrupted after every round and resumed on any number of threads and ranks, the same bits") {
  const ScratchFolder scratch;
  for (const int rounds : {1, 2, 5}) {
    CampaignOptions options = with_threads(static_cast<unsigned>(rounds));
    options.checkpoint = scratch.file("interrupted" + std::to_string(rounds));
    std::vector<SimulationResult> results;
    const int pieces = run_in_pieces(options, rounds, results);
    CHECK(bits_of(results) == expected_bits());
    if (rounds == 1) CHECK(pieces > 8);  // four pilots and four main parts at least
    // A finished campaign is resumed to the same end at once.
    options.resume = true;
    CHECK(bits_of(run_campaign(small_campaign(), options)) == expected_bits());
  }
  // Stopped by the flag of one rank only, resumed alone.
  CampaignOptions options = with_threads(1);
  options.checkpoint = scratch.file("ranks");
  std::atomic<int> interrupted{0};
  on_ranks(3, [&](Ranks& ranks) {
    CampaignOptions mine = options;
    mine.ranks = &ranks;
    int seen = 0;
    mine.stop = [&] { return ranks.rank() == 2 && ++seen == 3; };
    try {
      run_campaign(small_campaign(), mine);
    } catch (const Stopped&) {
      ++interrupted;
    }
  });
  CHECK(interrupted == 3);
  options.resume = true;
  CHECK(bits_of(run_campaign(small_campaign(), options)) == expected_bits());
}

TEST_CASE("campaign: killed at random moments and resumed until it ends, the same bits") {
  const ScratchFolder scratch;
  std::mt19937_64 random = generator_of_test("campaign kills");
  const std::string file = scratch.file("killed");
  std::size_t kills = 0, resumed = 0;
  // On a busy machine a campaign may end, or be killed, without ever reaching a first checkpoint: then once more.
  for (std::size_t trial = 0; trial < trials(3) || (resumed == 0 && trial < 100); ++trial) {
    std::filesystem::remove(file);
    for (bool ended = false; !ended;) {
      const bool resume = std::filesystem::exists(file);
      resumed += resume;
      std::fflush(stdout);
      const pid_t child = ::fork();
      if (child == 0) {
        // One thread: after fork() only that one exists. A checkpoint after every round, so that many kills hit one.
        CampaignOptions options = with_threads(1);
        options.checkpoint = file;
        options.resume = resume;
        options.checkpoint_seconds = 0;
        try {
          run_campaign(small_campaign(), options);
        } catch (...) {
          ::_exit(1);
        }
        ::_exit(0);
      }
      REQUIRE(child > 0);
      std::this_thread::sleep_for(std::chrono::microseconds(static_cast<long>(log_uniform(random, 500, 300000))));
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      ended = WIFEXITED(status);
      if (ended) CHECK(WEXITSTATUS(status) == 0);
      kills += !ended;
    }
    CampaignOptions options = with_threads(2);
    options.checkpoint = file;
    options.resume = true;
    CHECK(bits_of(run_campaign(small_campaign(), options)) == expected_bits());
  }
  std::printf("%zu kills, %zu resumptions\n", kills, resumed);
  CHECK(kills > 0);
  CHECK(resumed > 0);
}

TEST_CASE("campaign: an error of one rank is thrown on rank 0 as it is, and ends the others in silence") {
  std::atomic<int> root{0}, others{0};
  on_ranks(4, [&](Ranks& ranks) {
    try {
      run_together(ranks, [&] {
        if (ranks.rank() >= 2)
          throw Error(ErrorCode::io, "of rank " + std::to_string(ranks.rank()), "somewhere", "a hint");
      });
    } catch (const ReportedByRoot& error) {
      others += error.code() == ErrorCode::io;
    } catch (const Error& error) {
      root += ranks.is_root() && std::string(error.what()) == "of rank 2 (somewhere); a hint";
    }
  });
  CHECK(root == 1);
  CHECK(others == 3);
}
