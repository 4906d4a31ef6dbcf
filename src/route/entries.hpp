// The one choice of where the entries of Gram matrices come from: of the closed form, the tables and the quadrature of
// single pairs the first that serves, layer by layer.
#pragma once

#include <memory>
#include <string>

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"
#include "closedform/closedform.hpp"
#include "parallel/watch.hpp"

namespace widegeo {

struct EntryChoice {
  const ClosedForm* closed = nullptr;  ///< null: the route leaves it out
  bool others = true;                  ///< false: the closed form or nothing
  bool strict = false;                 ///< a layer whose error is above the tolerance is Error(accuracy)
  std::size_t pairs = 0;               ///< of the data set: tables must pay for their making
  unsigned threads = 1;
  const Watch* watch = nullptr;  ///< of the making of tables and of pairs; kept by the caller
};

/// Every layer takes the first of these that gives one:
///   the closed form, where an entry costs nanoseconds;
///   the tables (Hermite series, angles) where there are pairs enough to pay for them;
///   the closed form with Owen's T functions, microseconds; quadrature pair by pair, a millisecond.
/// Error(accuracy) of one asks the next, and so does an error above the tolerance: the smallest is taken then. Any
/// other error ends the choice.
class ChosenEntries final : public EntrySource {
 public:
  ChosenEntries(const Activation& activation, const EntryChoice& choice);
  ~ChosenEntries() override;
  std::unique_ptr<EntryLayer> layer(double q_low, double q_high, const EntryNeed& need) const override;
  /// The weakest of the layers given so far.
  ErrorKind kind() const override;
  /// Of the layers given so far, each once, in their order: "closed form, pairwise quadrature".
  std::string representation() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace widegeo
