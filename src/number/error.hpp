// The only exception type of the library. A message has three parts, so that the program can print `widegeo: error:
// WHAT (WHERE); HINT`, and the code is the exit code.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace widegeo {

enum class ErrorCode {
  claim = 1,     ///< a claim or a cross-check failed
  input = 2,     ///< bad usage, bad input, or a quantity that does not exist
  accuracy = 3,  ///< the asked accuracy was not reached
  io = 4,        ///< reading or writing failed
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, std::string what, std::string where = {}, std::string hint = {});
  /// What is wrong lies in an argument of the question: "kind ntk", where the program has an option --kind.
  static Error about_argument(ErrorCode code, std::string what, std::string argument, std::string hint = {});

  ErrorCode code() const { return code_; }
  const std::string& summary() const { return summary_; }
  const std::string& where() const { return where_; }
  const std::string& hint() const { return hint_; }
  bool where_is_argument() const { return where_is_argument_; }

 private:
  ErrorCode code_;
  std::string summary_, where_, hint_;
  bool where_is_argument_ = false;
};

/// Thrown out of work that was asked to stop. What it keeps for resuming (a checkpoint, an unfinished array) is
/// complete.
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "stopped"; }
};

/// The candidate nearest to `word` in edit distance, or empty if none is near (distance > max(2, length / 3)).
template <class Range>
std::string nearest_name(const std::string& word, const Range& candidates);

unsigned edit_distance(const std::string& a, const std::string& b);

template <class Range>
std::string nearest_name(const std::string& word, const Range& candidates) {
  std::string best;
  unsigned best_distance = static_cast<unsigned>(word.size() / 3 > 2 ? word.size() / 3 : 2) + 1;
  for (const std::string& candidate : candidates) {
    const unsigned distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace widegeo
