#include "parallel/ranks.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <thread>

#include "parallel/parallel.hpp"

#ifdef WIDEGEO_MPI
#include "parallel/mpi/ranks_mpi.hpp"
#endif

namespace widegeo {
namespace {

class SingleRank final : public Ranks {
 public:
  unsigned rank() const override { return 0; }
  unsigned size() const override { return 1; }
  std::vector<std::vector<double>> gather(std::span<const double> message) override {
    return {std::vector<double>(message.begin(), message.end())};
  }
  void broadcast(std::vector<double>&) override {}
};

unsigned long environment_number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::strtoul(text, nullptr, 10);
}

/// True if several processes were started. Open MPI's mpirun sets OMPI_COMM_WORLD_SIZE; other PMIx launchers (Slurm)
/// set PMIX_RANK and report the number in their own way.
bool several_launched() {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) return environment_number("OMPI_COMM_WORLD_SIZE") > 1;
  if (std::getenv("PMIX_RANK") == nullptr) return false;
  return environment_number("PMIX_RANK") > 0 || environment_number("SLURM_NTASKS") > 1;
}

void append_text(std::vector<double>& out, const std::string& text) {
  out.push_back(static_cast<double>(text.size()));
  for (const char c : text) out.push_back(static_cast<unsigned char>(c));
}

std::string read_text(std::span<const double>& in) {
  const auto length = std::min(in.size() - 1, static_cast<std::size_t>(in[0]));
  std::string text;
  for (const double c : in.subspan(1, length)) text += static_cast<char>(static_cast<unsigned char>(c));
  in = in.subspan(1 + length);
  return text;
}

}  // namespace

std::unique_ptr<Ranks> single_rank() { return std::make_unique<SingleRank>(); }

std::unique_ptr<Ranks> join_ranks() {
  if (!several_launched()) return single_rank();
#ifdef WIDEGEO_MPI
  return mpi_ranks();
#else
  throw Error(ErrorCode::input, "this program was built without MPI, but several processes were started", "mpirun",
              "build with -DWIDEGEO_MPI=ON");
#endif
}

unsigned launched_rank() {
  const char* name = std::getenv("OMPI_COMM_WORLD_RANK") != nullptr ? "OMPI_COMM_WORLD_RANK" : "PMIX_RANK";
  return static_cast<unsigned>(environment_number(name));
}

unsigned threads_of_rank(const Ranks& ranks) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  // mpirun binds each of a few ranks to a core of its own, and more ranks together to a socket.
  return std::max(1U, std::min(available_threads(), cores / std::max(1U, ranks.size_on_this_machine())));
}

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::io, "not enough memory", "", "use fewer threads or ranks on this machine");
  } catch (const std::exception& error) {
    return Error(ErrorCode::input, error.what());
  }
}

std::vector<double> pack_error(const Error* error) {
  std::vector<double> out;
  if (error == nullptr) return out;
  out.push_back(static_cast<double>(error->code()));
  for (const std::string& text : {error->summary(), error->where(), error->hint()}) append_text(out, text);
  return out;
}

void throw_packed(std::span<const double> packed, bool is_root) {
  if (packed.empty()) return;
  const auto code = static_cast<ErrorCode>(static_cast<int>(packed[0]));
  std::span<const double> rest = packed.subspan(1);
  const std::string what = read_text(rest), where = read_text(rest), hint = read_text(rest);
  const Error error(code, what, where, hint);
  if (is_root) throw error;
  throw ReportedByRoot(error);
}

void run_together(Ranks& ranks, const std::function<void()>& f) {
  std::vector<double> packed;
  std::exception_ptr own;
  try {
    f();
  } catch (...) {
    own = std::current_exception();
    const Error error = current_error();
    packed = pack_error(&error);
  }
  const std::vector<std::vector<double>> all = ranks.gather(packed);
  packed.clear();
  for (const std::vector<double>& one : all)
    if (packed.empty()) packed = one;
  ranks.broadcast(packed);
  if (packed.empty()) return;
  ranks.leave();
  if (ranks.is_root() && own) std::rethrow_exception(own);  // of its own class
  throw_packed(packed, ranks.is_root());
}

}  // namespace widegeo
