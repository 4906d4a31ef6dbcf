// Long runs of the program: stopped, killed, shared among processes, they print what one undisturbed run prints.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo::testing;

namespace {

/// About two seconds of one core; two models, a fit in 1/width, both samplers, a target error.
constexpr const char* campaign_text = R"(name = "long runs"
seed = 9
[[experiment]]
activation = ["erf", "gelu"]
depth = [1, 2]
dimension = [2]
radius = [1]
width = [300, 1200]
samples = 6000
quantities = ["metric", "log_volume", "scalar_curvature"]
[[experiment]]
activation = ["tanh"]
depth = [2]
dimension = [3]
radius = ["1/2"]
width = [60]
samples = 500
sampler = "explicit"
quantities = ["kernel"]
)";

/// A child process: the shell's `command`, replaced by the program it names.
pid_t start(const std::string& command, const std::string& out, const std::string& err) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setpgid(0, 0);
  (void)::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
  (void)::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
  ::execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
  ::_exit(127);
}

/// Exit code, or minus the signal that ended it.
int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool wait_until(const std::function<bool()>& condition) {
  const auto start = std::chrono::steady_clock::now();
  while (!condition()) {
    if (std::chrono::steady_clock::now() - start > std::chrono::seconds(60)) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// The campaign's file, and what one undisturbed run on one thread prints for it.
struct LongRun {
  ScratchFolder scratch;
  std::string campaign = scratch.write("campaign.toml", campaign_text);
  std::string expected;
  LongRun() {
    const ProgramRun run = run_program("validate " + campaign + " --format json --threads 1 --false-alarm 1e-9");
    REQUIRE_MESSAGE(run.code == 0, run.err);
    expected = run.out;
  }
  std::string arguments(const std::string& checkpoint, bool resume, unsigned threads) const {
    return "validate " + campaign + " --format json --false-alarm 1e-9 --checkpoint " + checkpoint +
           (resume ? " --resume" : "") + (threads > 0 ? " --threads " + std::to_string(threads) : "");
  }
  std::string program(const std::string& checkpoint, bool resume, unsigned threads = 2) const {
    return std::string(WIDEGEO_BINARY_DIR) + "/widegeo " + arguments(checkpoint, resume, threads);
  }
};

const LongRun& long_run() {
  static const LongRun run;
  return run;
}

}  // namespace

TEST_CASE("long run: killed at random moments and resumed until it ends, it prints the same bytes") {
  const LongRun& run = long_run();
  std::mt19937_64 random = generator_of_test("long run kills");
  std::size_t kills = 0, resumed = 0;
  for (std::size_t trial = 0; trial < trials(2); ++trial) {
    const std::string checkpoint = run.scratch.file("killed" + std::to_string(trial));
    const std::string out = run.scratch.file("out"), err = run.scratch.file("err");
    for (double patience = 50;; patience *= 1.3) {  // at last long enough for any machine
      const bool resume = std::filesystem::exists(checkpoint);
      resumed += resume;
      const pid_t child = start(run.program(checkpoint, resume, static_cast<unsigned>(1 + trial % 3)), out, err);
      REQUIRE(child > 0);
      std::this_thread::sleep_for(std::chrono::microseconds(static_cast<long>(1000 * uniform(random, 5, patience))));
      ::kill(child, SIGKILL);
      const int code = wait_for(child);
      if (code == -SIGKILL) {
        ++kills;
        continue;
      }
      CHECK_MESSAGE(code == 0, read_whole(err));
      break;
    }
    CHECK(read_whole(out) == run.expected);
  }
  std::printf("%zu kills, %zu resumptions\n", kills, resumed);
  CHECK(kills > 0);
  CHECK(resumed > 0);
}

TEST_CASE("long run: Ctrl-C keeps what is done and says how to go on") {
  const LongRun& run = long_run();
  const std::string checkpoint = run.scratch.file("stopped");
  const std::string out = run.scratch.file("out"), err = run.scratch.file("err");
  const pid_t child = start(run.program(checkpoint, false), out, err);
  REQUIRE(wait_until([&] { return std::filesystem::exists(checkpoint); }));
  ::kill(child, SIGINT);
  CHECK(wait_for(child) == 130);
  const std::string said = read_whole(err);
  CHECK(std::count(said.begin(), said.end(), '\n') == 1);
  CHECK(said.find("widegeo: error: interrupted; continue with the same command and --resume") == 0);
  CHECK(read_whole(out).empty());
  const ProgramRun rest = run_program(run.arguments(checkpoint, true, 1));
  CHECK(rest.code == 0);
  CHECK(rest.out == run.expected);
}

TEST_CASE("long run: a checkpoint that is missing, damaged or of another campaign is refused in one line") {
  const LongRun& run = long_run();
  const auto refused = [&](const std::string& checkpoint, int code, const std::string& why) {
    const ProgramRun got = run_program(run.arguments(checkpoint, true, 1) + " --seed 10");
    CHECK(got.code == code);
    CHECK(got.out.empty());
    CHECK(std::count(got.err.begin(), got.err.end(), '\n') == 1);
    CHECK_MESSAGE(got.err.find(why) != std::string::npos, got.err);
  };
  refused(run.scratch.file("none"), 4, "No such file");
  refused(run.scratch.write("text", "not a checkpoint, not even a short one"), 2, "not a widegeo checkpoint");
  const std::string good = run.scratch.file("good");
  REQUIRE(run_program(run.arguments(good, false, 2)).code == 0);
  refused(good, 2, "other simulations");
  refused(run.scratch.write("short", read_whole(good).substr(0, 1000)), 4, "damaged");
}

#ifdef WIDEGEO_MPI

namespace {

/// Four processes on a machine of any number of cores, which wait without burning what cores there are.
std::string on_four_ranks(const std::string& program) {
  return "env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1 "
         "mpirun --oversubscribe --bind-to none -np 4 " +
         program;
}

struct Outcome {
  int code = 0;
  std::string out, err;
};
Outcome run_on_four_ranks(const LongRun& run, const std::string& program) {
  const std::string out = run.scratch.file("out"), err = run.scratch.file("err");
  Outcome outcome;
  outcome.code = wait_for(start(on_four_ranks(program), out, err));
  outcome.out = read_whole(out);
  outcome.err = read_whole(err);
  return outcome;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string stat = read_whole(entry.path() / "stat");
    const std::size_t behind_name = stat.rfind(')');  // pid (name) state parent ...
    if (behind_name == std::string::npos) continue;
    std::istringstream fields(stat.substr(behind_name + 1));
    std::string state;
    pid_t its_parent = 0;
    if (fields >> state >> its_parent && its_parent == parent) out.push_back(std::stoi(name));
  }
  return out;
}

}  // namespace

TEST_CASE("long run: four processes print the same bytes as one") {
  const LongRun& run = long_run();
  const Outcome got = run_on_four_ranks(run, run.program(run.scratch.file("four"), false, 0));
  CHECK_MESSAGE(got.code == 0, got.err);
  CHECK(got.out == run.expected);
}

TEST_CASE("long run: what is wrong for all processes is said once") {
  const LongRun& run = long_run();
  for (const auto& [program, code] : std::vector<std::pair<std::string, int>>{
           {run.program(run.scratch.file("none"), true, 1), 4},
           {run.program(run.scratch.file("new"), false, 1) + " --no-such-option", 2},
           {run.program(run.scratch.file("new"), false, 1) + " --seed x", 2},
           {run.program(run.scratch.file("new"), false, 1) + " --time-limit 0.001", 3}}) {
    INFO(program);
    const Outcome got = run_on_four_ranks(run, program);
    CHECK(got.code == code);
    CHECK(got.out.empty());
    CHECK_MESSAGE(occurrences(got.err, "widegeo: error: ") == 1, got.err);
  }
}

TEST_CASE("long run: a process that dies ends the job with an error and a usable checkpoint") {
  const LongRun& run = long_run();
  const std::string checkpoint = run.scratch.file("died");
  const std::string out = run.scratch.file("out"), err = run.scratch.file("err");
  const pid_t job = start(on_four_ranks(run.program(checkpoint, false, 1)), out, err);
  std::vector<pid_t> ranks;
  REQUIRE(wait_until([&] { return std::filesystem::exists(checkpoint); }));
  ranks = children_of(job);
  REQUIRE(ranks.size() >= 4);
  ::kill(*std::max_element(ranks.begin(), ranks.end()), SIGKILL);
  CHECK(wait_for(job) != 0);
  CHECK(read_whole(out).empty());
  const ProgramRun rest = run_program(run.arguments(checkpoint, true, 2));
  CHECK_MESSAGE(rest.code == 0, rest.err);
  CHECK(rest.out == run.expected);
}

#else

TEST_CASE("long run: a program built for one process refuses to be one of several") {
  const LongRun& run = long_run();
  ::setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
  const ProgramRun got = run_program(run.arguments(run.scratch.file("two"), false, 1));
  ::unsetenv("OMPI_COMM_WORLD_SIZE");
  CHECK(got.code == 2);
  CHECK(got.err.find("WIDEGEO_MPI") != std::string::npos);
}

#endif
