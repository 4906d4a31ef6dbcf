#include "number/error.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace widegeo {

namespace {

std::string joined(const std::string& what, const std::string& where, const std::string& hint) {
  std::string text = what;
  if (!where.empty()) text.append(" (").append(where).append(")");
  if (!hint.empty()) text.append("; ").append(hint);
  return text;
}

}  // namespace

Error::Error(ErrorCode code, std::string what, std::string where, std::string hint)
    : std::runtime_error(joined(what, where, hint)),
      code_(code),
      summary_(std::move(what)),
      where_(std::move(where)),
      hint_(std::move(hint)) {}

Error Error::about_argument(ErrorCode code, std::string what, std::string argument, std::string hint) {
  Error error(code, std::move(what), std::move(argument), std::move(hint));
  error.where_is_argument_ = true;
  return error;
}

unsigned edit_distance(const std::string& a, const std::string& b) {
  // Levenshtein distance with a single row; the length is capped, since hostile words would cost its square.
  constexpr std::size_t longest = 200;
  if (a.size() > longest || b.size() > longest) return static_cast<unsigned>(std::max(a.size(), b.size()));
  std::vector<unsigned> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    unsigned diagonal = row[0];
    row[0] = static_cast<unsigned>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const unsigned substituted = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace widegeo
