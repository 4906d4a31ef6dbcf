// The theory against simulated finite networks: plan, simulate, judge, report. The two sides share the activation and
// nothing else.
#include "cli/validate/validate_command.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "cli/program/command.hpp"
#include "cli/program/long_run.hpp"
#include "cli/program/parse.hpp"
#include "cli/validate/campaign_file.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

std::string progress_text(const Progress& p, std::uint64_t& counted, std::size_t& last_simulation,
                          std::uint64_t& before) {
  if (p.simulation != last_simulation) {
    last_simulation = p.simulation;
    before = 0;
  }
  counted += p.networks > before ? p.networks - before : 0;
  before = p.networks;
  const double rate = p.seconds > 0 ? static_cast<double>(counted) / p.seconds : 0;
  return fmt::format("simulation {} of {}, {} of about {} networks, {:.3g} networks/s, {} left", p.simulation + 1,
                     p.simulations, p.networks, p.expected, rate, duration(p.seconds_left));
}

CampaignOptions campaign_options(const Options& options, Ranks& ranks, ProgressLine& line) {
  CampaignOptions campaign;
  // Without --threads the ranks of one machine share its cores.
  campaign.threads = options.threads ? make_threads(options) : 0;
  campaign.ranks = &ranks;
  campaign.checkpoint = options.checkpoint.value_or("");
  campaign.resume = options.resume;
  if (options.resume && !options.checkpoint)
    throw Error(ErrorCode::input, "there is nothing to resume from", "--resume", "give --checkpoint FILE");
  if (options.time_limit) {
    const double limit = nearest_double(parse_number(*options.time_limit, "--time-limit"));
    if (limit <= 0) throw Error(ErrorCode::input, "the time limit is not positive", "--time-limit");
    campaign.time_limit = limit;
  }
  campaign.stop_now = PoliteInterrupt::asked;
  if (line.active()) {
    campaign.progress = [&line, counted = std::uint64_t{0}, last = std::size_t{0},
                         before = std::uint64_t{0}](const Progress& progress) mutable {
      line.show(progress_text(progress, counted, last, before));
    };
  }
  return campaign;
}

/// The simulation that is farthest from its target error: its worst quantity and what was reached; empty: none is.
std::string missed_target(const ValidationPlan& plan, const std::vector<PlannedSimulation>& planned,
                          const std::vector<SimulationResult>& results) {
  std::string text;
  double worst = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Simulation& simulation = planned[i].simulation;
    if (!simulation.target_error || results[i].target_reached) continue;
    const double excess = results[i].reached_error / *simulation.target_error;
    if (!text.empty() && excess <= worst) continue;
    worst = excess;
    const double reached = results[i].reached_error;
    text = simulation.quantities[results[i].worst_quantity].name() + " of " + plan.cases[planned[i].case_index].label +
           ", d = " + std::to_string(simulation.x.size()) + ", width " + std::to_string(simulation.spec.width[0]) +
           ": " + (std::isfinite(reached) ? report::decimal(reached, 3) : "no finite error") + " instead of " +
           report::shortest(*simulation.target_error) + " after " + std::to_string(simulation.samples) + " networks";
  }
  return text;
}

/// Ends the program with exit code 3 when the time limit passes while an activation is examined or exact values are
/// computed: that work cannot be asked to stop. Nothing is being written then, and the checkpoint of the simulation is
/// complete. Of several processes the first says so; the others wait until it has, and end without a word.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  Deadline(std::optional<double> limit, Clock::time_point start, std::string work, std::string hint, bool speaks) {
    if (!limit || !(*limit < 1e9)) return;  // longer than any clock of the machine runs
    constexpr double for_the_first_to_speak = 5;
    const std::chrono::duration<double> allowed(*limit + (speaks ? 0 : for_the_first_to_speak));
    const auto end = start + std::chrono::duration_cast<Clock::duration>(allowed);
    thread_ = std::thread([this, end, speaks, seconds = *limit, work = std::move(work), hint = std::move(hint)] {
      std::unique_lock<std::mutex> lock(mutex_);
      if (wake_.wait_until(lock, end, [this] { return done_; })) return;
      if (speaks)
        std::fprintf(stderr, "widegeo: error: out of time while %s (time limit %s s); allow more time, or %s\n",
                     work.c_str(), report::shortest(seconds).c_str(), hint.c_str());
      std::fflush(nullptr);
      std::_Exit(static_cast<int>(ErrorCode::accuracy));
    });
  }
  ~Deadline() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      done_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  bool done_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

Result run_validation(const Options& options, Ranks& ranks) {
  const auto start = Deadline::Clock::now();
  ValidationPlan plan;
  report::Format format = report::Format::text;
  ProgressLine line(!options.quiet && ranks.is_root());
  CampaignOptions campaign;
  std::vector<PlannedSimulation> planned;
  run_together(ranks, [&] {
    if (options.digits && parse_count(*options.digits, "--digits", 1, 10000) > 15)
      throw Error(ErrorCode::input, "simulations run in double", "--digits", "ask for at most 15 digits");
    format = make_format(options);
    const std::optional<double> limit =
        options.time_limit ? std::optional(nearest_double(parse_number(*options.time_limit, "--time-limit")))
                           : std::nullopt;
    const Deadline deadline(limit > 0 ? limit : std::nullopt, start, "analysing the activation", "simplify it",
                            ranks.is_root());
    plan = options.campaign ? plan_of_file(options) : plan_of_options(options);
    campaign = campaign_options(options, ranks, line);
    planned = plan_simulations(plan);
  });
  const std::string exact_work = "computing the exact values",
                    exact_hint = options.checkpoint ? "continue from the checkpoint, or ask for fewer quantities"
                                                    : "ask for fewer quantities";
  std::vector<std::vector<ExactValue>> exact;
  const Accuracy accuracy = make_accuracy(options);
  run_together(ranks, [&] {
    const bool targets =
        std::ranges::any_of(planned, [](const PlannedSimulation& p) { return p.simulation.target_error.has_value(); });
    if (!targets || !ranks.is_root()) return;  // the first process decides when a target is reached
    const Deadline deadline(campaign.time_limit, start, exact_work, exact_hint, ranks.is_root());
    exact = exact_values(plan, accuracy);
    set_error_scales(planned, exact);
  });
  std::vector<Simulation> simulations;
  for (const PlannedSimulation& p : planned) simulations.push_back(p.simulation);

  std::vector<SimulationResult> results;
  {
    const PoliteInterrupt polite;
    try {
      results = run_campaign(simulations, campaign);
    } catch (const Stopped&) {
      line.clear();
      return interrupted_result(options.checkpoint ? how_to_go_on("checkpoint " + *options.checkpoint)
                                                   : "nothing was saved: give --checkpoint FILE to be able to resume",
                                ranks);
    }
  }
  line.clear();
  Result result;
  result.silent = true;
  if (!ranks.is_root()) return result;

  if (exact.empty()) {
    const Deadline deadline(campaign.time_limit, start, exact_work, exact_hint, ranks.is_root());
    exact = exact_values(plan, accuracy);
  }
  std::vector<ValidationRow> rows = make_rows(plan, planned, results, exact);
  const Judgement judgement = judge(rows, plan.false_alarm);
  result = report_validation(plan, rows, judgement, {format, make_print_digits(options), options.distribution});
  const std::string missed = missed_target(plan, planned, results);
  if (!missed.empty()) {
    result.document.notes.push_back("the target error was not reached: " + missed);
    if (result.exit_code == 0) {
      result.exit_code = static_cast<int>(ErrorCode::accuracy);
      result.claim = "the target error was not reached: " + missed;
      result.hint = "allow more networks, or a larger error";
    }
  }
  const bool for_people = format != report::Format::json && format != report::Format::csv;
  if (for_people && !options.fields) {
    result.document.select(text_columns(options.campaign.has_value(), options.distribution));
    result.document.expendable = {"standard_error", "p_value"};  // in brackets at the mean; from z
  }
  return result;
}

}  // namespace

Result validate_command(const Options& options) {
  return run_on_ranks([&options](Ranks& ranks) { return run_validation(options, ranks); });
}

namespace {

void declare_validate(OptionTable& t, Options& o) {
  t.file("campaign", o.campaign, "CAMPAIGN.toml", "grids of models and points, in place of a single one");
  declare_model(t, o);
  t.group("Input");
  t.value("--x", o.x, "NUMBERS", "a point, as 0.3,-0.7");
  t.group("Simulation");
  t.value("--quantities", o.validate_quantities, "NAME[,NAME..]",
          "metric, kernel, log_volume, scalar_curvature, ... (default: metric, log_volume and, up to d = 4, "
          "scalar_curvature)");
  t.value("--width", o.width, "N[,N..]",
          "hidden layer width; several remove the bias of order 1/width (default 1000,4000,16000 where there is "
          "one, else 1000)");
  t.value("--samples", o.samples, "M[,M..]", "networks, at each width (default 2000; explicit weights 200)");
  t.value("--target-error", o.target_error, "E[,E..]",
          "draw until every standard error is at most E times the exact value; --samples is then the maximum");
  t.value("--sampler", o.sampler, "auto|conditional|explicit", "(default auto)");
  t.value("--weight-law", o.weight_law, "gaussian|uniform|rademacher|orthogonal|sparse|student-t",
          "(default gaussian)");
  t.value("--weight-parameter", o.weight_parameter, "P",
          "sparse: the fraction of nonzero weights; student-t: degrees of freedom");
  t.value("--control-variates", o.control_variates, "yes|no", "(default yes)");
  t.value("--false-alarm", o.false_alarm, "P", "chance that a correct theory fails any of the tests (default 1e-3)");
  t.flag("--distribution", o.distribution, "quantiles over the networks; in JSON and CSV also a histogram");
  t.value("--checkpoint", o.checkpoint, "FILE", "saves progress, for --resume");
  t.flag("--resume", o.resume, "continue from the checkpoint");
  t.value("--time-limit", o.time_limit, "SECONDS", "refuse or stop a run that would take longer");
  declare_route(t, o);
  declare_effort(t, o);
  declare_output(t, o);
}

std::string validate_fields() {
  return R"(model                 activation and architecture
point                 the input
dimension             of the input
radius                of the input
quantity              what is measured
width                 of the hidden layers; infinity: extrapolated from all widths
samples               networks
not_finite            networks without a finite value
exact                 value at infinite width
mean                  over the networks
standard_error        of the mean
z                     (mean - exact) / standard_error
p_value               of z
verdict               holds, fails, or why the row is not judged
reason                in words
deviation             of the mean from the exact value, relative
resolution            the least relative deviation that would have been noticed
standard_deviation    of a single network
slope                 of the mean in 1 / width
slope_standard_error  of the slope
allowance             for higher orders in 1 / width
fit_p_value           of the fit over the widths
method                how the mean was computed
skewness              of the values
excess_kurtosis       of the values
# --distribution
median                of the values
quantile_*            of the values: 01, 05, 25, 75, 95, 99
histogram_low         left end of the histogram
histogram_high        right end of the histogram
histogram_below       values below it
histogram_above       values above it
histogram             counts
)";
}

}  // namespace

namespace command {
extern const Command validate;
const Command validate{
    .name = "validate",
    .help = "the theory against simulated finite networks, with a verdict",
    .example = "Example:\n  widegeo validate --activation erf --x 0.8,0.3 --width 200 --samples 500 --seed 1",
    .fields = validate_fields,
    .declare = declare_validate,
    .run = validate_command,
    .shared_by_ranks = [](const Options&) { return true; },
};
}  // namespace command

}  // namespace widegeo::cli
