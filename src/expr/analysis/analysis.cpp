#include "expr/analysis/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "expr/analysis/analysis_detail.hpp"
#include "number/error.hpp"
#include "number/scalar.hpp"

namespace widegeo::expr {

Real SpecialPoint::location() const {
  if (exact) return to_real(*exact);
  const unsigned digits = working_digits();
  Real root;
  {
    // Both a zero of even order, located through the derivative, and rounding cost digits: refine with extra ones.
    const PrecisionScope precision(digits + digits / 2 + 30);
    const std::set<std::string> names = variables_of(*defining);
    detail::Function f(*defining, names.empty() ? "x" : *names.begin());
    root = detail::refine_zero(f, Real(low), Real(high), digits + 10);
  }
  return at_working_precision(root);
}

bool Analysis::has_jump() const {
  return std::ranges::any_of(points, [](const SpecialPoint& p) { return p.kind == SpecialPoint::Kind::jump; });
}

bool Analysis::has_jump_at_zero() const {
  return std::ranges::any_of(points, [](const SpecialPoint& p) {
    return p.kind == SpecialPoint::Kind::jump && (p.exact ? *p.exact == 0 : p.low <= 0 && p.high >= 0);
  });
}

namespace {

/// The line cut at the candidates: cell i lies between candidates i-1 and i.
struct Cell {
  Real middle;
  bool defined = true;
};

std::vector<Cell> cells_of(const std::vector<detail::Candidate>& candidates, const Expr& phi, const std::string& x) {
  detail::Function f(phi, x);
  std::vector<Cell> cells;
  for (std::size_t i = 0; i <= candidates.size(); ++i) {
    const bool first = i == 0, last = i == candidates.size();
    Real low = first ? Real(-1) : candidates[i - 1].location, high = last ? Real(1) : candidates[i].location;
    if (first && !last) low = high - 2;
    if (last && !first) high = low + 2;
    // Not the exact middle: by symmetry it may be an exceptional value, such as 0.
    Cell cell{.middle = low + (high - low) * Real("0.4871")};
    for (const char* fraction : {"0.4871", "0.0913", "0.9207"}) {
      if (isnan(f(low + (high - low) * Real(fraction)))) cell.defined = false;
    }
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::string name_of_place(const detail::Candidate& c) {
  if (c.exact) return widegeo::to_text(*c.exact);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6g", c.location.to_double());
  return buffer;
}

/// "x < 0", "-1 < x < 1, x > 5"; neighbouring undefined cells are joined.
std::string undefined_text(const std::vector<detail::Candidate>& candidates, const std::vector<Cell>& cells,
                           const std::string& x) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].defined) continue;
    std::size_t end = i;
    while (end + 1 < cells.size() && !cells[end + 1].defined) ++end;
    if (!text.empty()) text += ", ";
    if (i == 0 && end + 1 == cells.size()) return "every " + x;
    if (i == 0) {
      text += x + " < " + name_of_place(candidates[end]);
    } else if (end + 1 == cells.size()) {
      text += x + " > " + name_of_place(candidates[i - 1]);
    } else {
      text += name_of_place(candidates[i - 1]) + " < " + x + " < " + name_of_place(candidates[end]);
    }
    i = end;
  }
  return text;
}

/// Of a phi in pieces whose ends are known exactly and lie symmetrically: each piece against its mirror image.
Parity parity_of_pieces(const std::vector<detail::Candidate>& candidates, const std::vector<detail::Branch>& branches,
                        const std::string& x) {
  std::optional<Parity> common;
  for (std::size_t i = 0, j = candidates.size(); i < candidates.size(); ++i) {
    --j;
    if (!candidates[i].exact || !candidates[j].exact || *candidates[i].exact != -*candidates[j].exact)
      return Parity::none;
  }
  for (std::size_t i = 0, j = branches.size() - 1; i <= j; ++i, --j) {
    if (!branches[i].defined || !branches[j].defined) return Parity::none;
    const Parity parity = detail::mirrored(branches[i].tree, branches[j].tree, x);
    if (parity == Parity::none) return Parity::none;
    // A piece that is 0 has both parities.
    if (detail::is_identically_zero(branches[i].tree)) continue;
    if (common && *common != parity) return Parity::none;
    common = parity;
    if (j == 0) break;
  }
  return common.value_or(Parity::even);
}

}  // namespace

namespace {

Analysis analysed(const Expr& given, const std::string& x, bool known_continuous) {
  for (const std::string& name : variables_of(given)) {
    if (name != x)
      throw Error(ErrorCode::input, "the expression contains '" + name + "' beside " + x, "analysis",
                  "give it a value");
  }
  const Expr phi = stabilise(given);
  Analysis result;
  result.parity = detail::find_parity(given, x);
  if (result.parity == Parity::none) result.parity = detail::find_parity(phi, x);
  result.growth = detail::find_growth(phi, x);

  const PrecisionScope precision(detail::analysis_digits);
  const std::vector<detail::Candidate> candidates = detail::find_candidates(phi, x);
  const std::vector<Cell> cells = cells_of(candidates, phi, x);
  result.undefined_where = undefined_text(candidates, cells, x);
  if (candidates.empty()) return result;

  std::vector<detail::Branch> branches;
  for (const Cell& cell : cells) branches.push_back({detail::resolve_branches(phi, x, cell.middle), cell.defined});
  if (result.parity == Parity::none) result.parity = parity_of_pieces(candidates, branches, x);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Real reach = 1;
    if (i > 0) reach = std::min(reach, Real(candidates[i].location - candidates[i - 1].location));
    if (i + 1 < candidates.size()) reach = std::min(reach, Real(candidates[i + 1].location - candidates[i].location));
    if (auto point = detail::classify(candidates[i], branches[i], branches[i + 1], phi, x, reach, known_continuous)) {
      result.points.push_back(std::move(*point));
    }
  }
  return result;
}

}  // namespace

Analysis analyse(const Expr& phi, const std::string& x) { return analysed(phi, x, false); }

Analysis detail::analyse_continuous(const Expr& phi, const std::string& x) { return analysed(phi, x, true); }

}  // namespace widegeo::expr
