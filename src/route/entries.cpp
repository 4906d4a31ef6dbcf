#include "route/entries.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include "closedform/entries/entries.hpp"
#include "gaussian/table/entries.hpp"
#include "gaussian/table/pair_entries.hpp"
#include "number/error.hpp"

namespace widegeo {
namespace {

/// Below these many pairs a table of seconds to make does not pay against entries of microseconds.
constexpr std::size_t few_for_closed = 500'000;
/// Above it pair by pair is the last resort only: minutes.
constexpr std::size_t most_by_pairs = 100'000;

double error_of(const EntryLayer& layer, const EntryNeed& need) {
  const EntryErrors& e = layer.errors();
  return need.dot && std::isfinite(e.Kdot) ? std::max(e.K, e.Kdot) : e.K;
}

}  // namespace

struct ChosenEntries::State {
  struct Candidate {
    std::unique_ptr<EntrySource> source;
    bool slow = false;  ///< not to be asked for a smaller error alone
  };

  bool strict = false;
  std::vector<Candidate> candidates;  ///< the best first
  mutable std::mutex mutex;
  mutable std::vector<std::string> used;
  mutable std::optional<ErrorKind> kind;
};

ChosenEntries::ChosenEntries(const Activation& activation, const EntryChoice& choice)
    : state_(std::make_unique<State>()) {
  state_->strict = choice.strict;
  auto& candidates = state_->candidates;
  const bool closed = choice.closed != nullptr, fast = closed && has_fast_entries(*choice.closed);
  const auto add_closed = [&] { candidates.push_back({closed_form_entries(*choice.closed)}); };
  const auto add_tables = [&] { candidates.push_back({series_entries(activation, choice.threads, choice.watch)}); };
  const auto add_pairs = [&] {
    candidates.push_back({pair_entries(activation, choice.watch), choice.pairs > most_by_pairs});
  };
  const bool closed_first = closed && (fast || choice.pairs <= few_for_closed || !choice.others);
  if (closed_first) add_closed();
  if (!choice.others) return;
  add_tables();
  if (closed && !closed_first) add_closed();
  add_pairs();
}

ChosenEntries::~ChosenEntries() = default;

std::unique_ptr<EntryLayer> ChosenEntries::layer(double q_low, double q_high, const EntryNeed& need) const {
  std::unique_ptr<EntryLayer> best;
  ErrorKind kind = ErrorKind::rounding;
  std::exception_ptr thrown;
  for (const State::Candidate& candidate : state_->candidates) {
    if (best && candidate.slow) break;
    try {
      auto layer = candidate.source->layer(q_low, q_high, need);
      if (best && error_of(*best, need) <= error_of(*layer, need)) continue;
      best = std::move(layer);
      kind = candidate.source->kind();
      if (error_of(*best, need) <= need.tolerance) break;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::accuracy) throw;
      thrown = std::current_exception();
    }
  }
  if (!best) std::rethrow_exception(thrown);
  if (state_->strict && !(error_of(*best, need) <= need.tolerance))
    throw Error(ErrorCode::accuracy, "the expectations of a layer do not reach the tolerance");
  const std::lock_guard<std::mutex> lock(state_->mutex);
  const std::string name = best->representation();
  auto& used = state_->used;
  if (std::find(used.begin(), used.end(), name) == used.end()) used.push_back(name);
  state_->kind = state_->kind ? weaker(*state_->kind, kind) : kind;
  return best;
}

ErrorKind ChosenEntries::kind() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->kind.value_or(ErrorKind::rounding);
}

std::string ChosenEntries::representation() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return fmt::format("{}", fmt::join(state_->used, ", "));
}

}  // namespace widegeo
