// Findings about users' statements as records, with the command that shows a counterexample.
#include <algorithm>
#include <cmath>

#include "cli/check/check_report.hpp"
#include "cli/program/parse.hpp"
#include "number/error.hpp"
#include "report/decimal.hpp"
#include "statement/claim/names.hpp"

namespace widegeo::cli {
namespace {

using report::Format;
using report::Record;
using report::Value;
using statement::Finding;
using statement::Statement;
using statement::Verdict;

/// Names and values as they would stand on the command line.
Record record_of(const statement::Point& point) {
  Record record;
  if (!point.activation.empty()) record.emplace_back("activation", point.activation);
  record.emplace_back("depth", static_cast<long long>(point.depth));
  if (point.dimension > 0) record.emplace_back("dimension", static_cast<long long>(point.dimension));
  for (const auto& [name, value] : point.values) record.emplace_back(name, report::Exact{to_text(value)});
  return record;
}

std::string compared_text(const Finding& finding) {
  std::string text;
  for (const statement::Compared& one : finding.compared) {
    text +=
        (text.empty() ? "" : "; ") + one.text + ": left " + one.left + ", right " + one.right + ", error " + one.error;
  }
  return text;
}

Value point_value(const Finding& finding, Format format) {
  if (finding.has_point) {
    if (format == Format::json) return record_of(finding.at);
    return shown(to_text(finding.at), format);
  }
  if (format != Format::json) return std::string();
  return report::Null{"there is no point"};
}

/// Of a proof over ranges, margin and error are bounds for all of them: there is no worst point.
bool over_ranges(const Finding& finding) {
  return finding.verdict == Verdict::proved || finding.verdict == Verdict::enclosed;
}

Value empty(const std::string& reason, Format format) {
  if (format != Format::json) return std::string();
  return report::Null{reason};
}

Value number_at_point(const Finding& finding, double value, Format format) {
  if (!finding.has_point) return empty("there is no point", format);
  return std::isnan(value) ? empty("no value is known at the point", format) : short_number(value, format);
}

Value margin_value(const Finding& finding, Format format) {
  if (!over_ranges(finding) || for_people(format)) return number_at_point(finding, finding.margin, format);
  return short_number(finding.margin, format);
}

Value error_value(const Finding& finding, Format format) {
  if (finding.verdict == Verdict::proved) return empty("the margin is a lower bound over the ranges", format);
  if (finding.verdict == Verdict::enclosed && !for_people(format)) return short_number(finding.error, format);
  if (finding.has_point && for_people(format) && finding.error >= 0 && finding.error < 1e300)
    return report::Exact{report::error_text(finding.error)};
  return number_at_point(finding, finding.error, format);
}

Record record_of(const Statement& statement, const Finding& finding, Format format) {
  Record record;
  record.emplace_back("id", shown(finding.id, format));
  record.emplace_back("claim", shown(statement.claim, format));
  record.emplace_back("where", shown(statement.hypothesis, format));
  record.emplace_back("verdict", to_text(finding.verdict));
  record.emplace_back("margin", margin_value(finding, format));
  record.emplace_back("error", error_value(finding, format));
  record.emplace_back("certified", finding.certified);
  record.emplace_back("at", point_value(finding, format));
  record.emplace_back("searched", static_cast<long long>(finding.searched));
  record.emplace_back("excluded", static_cast<long long>(finding.excluded));
  record.emplace_back("missing", static_cast<long long>(finding.missing));
  record.emplace_back("boxes", static_cast<long long>(finding.boxes));
  record.emplace_back("reason", shown(finding.reason, format));
  if (format == Format::json) {
    report::List compared;
    for (const statement::Compared& one : finding.compared) {
      compared.emplace_back(
          Record{{"comparison", one.text}, {"left", one.left}, {"right", one.right}, {"error", one.error}});
    }
    record.emplace_back("compared", compared);
  } else {
    record.emplace_back("compared", shown(compared_text(finding), format));
  }
  record.emplace_back("command", finding.has_point ? shown(command_of(statement, finding.at), format) : "");
  return record;
}

std::vector<std::string> notes_of(const Statement& statement, const Finding& finding) {
  std::vector<std::string> notes{finding.id + ": " + to_text(finding.verdict) +
                                 (finding.reason.empty() ? "" : ", " + finding.reason)};
  if (finding.missing > 0 && !finding.first_missing.empty()) {
    notes.push_back(finding.id + ": " + std::to_string(finding.missing) +
                    (finding.missing == 1 ? " point has" : " points have") + " no value: " + finding.first_missing);
  }
  if (finding.verdict != Verdict::fails) return notes;
  notes.push_back(finding.id + ": counterexample " + to_text(finding.at));
  if (!finding.compared.empty()) notes.push_back(finding.id + ": " + compared_text(finding));
  const std::string command = command_of(statement, finding.at);
  if (!command.empty()) notes.push_back(finding.id + ": see `" + command + "`");
  return notes;
}

void conclude(const std::vector<Finding>& findings, Result& result) {
  std::vector<std::string> failed, open;
  const Finding* first = nullptr;
  for (const Finding& finding : findings) {
    if (finding.verdict == Verdict::fails) failed.push_back(finding.id);
    if (finding.verdict == Verdict::undecided) open.push_back(finding.id);
    const bool names = finding.verdict == Verdict::fails && failed.size() == 1;
    if (names || (first == nullptr && finding.verdict == Verdict::undecided)) first = &finding;
  }
  if (first == nullptr) return;
  if (!failed.empty()) {
    result.exit_code = static_cast<int>(ErrorCode::claim);
    result.failure = failed.size() == 1 ? "a claim fails" : std::to_string(failed.size()) + " claims fail";
    result.claim = statement::printable(joined(failed));
    result.hint = statement::printable("counterexample to " + first->id + ": " + to_text(first->at));
  } else {
    result.exit_code = static_cast<int>(ErrorCode::accuracy);
    result.failure = open.size() == 1 ? "a claim is undecided" : std::to_string(open.size()) + " claims are undecided";
    result.claim = statement::printable(joined(open));
    result.hint = statement::printable(first->reason);
  }
}

/// The value of `name` for all layers, or a list of those of each layer; empty: the default.
std::string variances(const statement::Point& point, const std::string& name, const char* otherwise) {
  std::string common;
  std::vector<std::string> layers(point.depth);
  bool single = false;
  for (const auto& [variable, value] : point.values) {
    if (variable == name) common = to_text(value);
    for (unsigned l = 0; l < point.depth; ++l) {
      if (variable != name + "_" + std::to_string(l + 1)) continue;
      layers[l] = to_text(value);
      single = true;
    }
  }
  if (!single) return common;
  std::string list;
  for (const std::string& layer : layers)
    list += (list.empty() ? "" : ",") + (!layer.empty() ? layer : common.empty() ? std::string(otherwise) : common);
  return list;
}

std::string quoted(const std::string& text) {
  const bool plain = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,/-") ==
                     std::string::npos;
  if (plain) return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace

std::string command_of(const Statement& statement, const statement::Point& point) {
  std::string radius;
  for (const auto& [name, value] : point.values) {
    if (name == "radius") radius = to_text(value);
  }
  if (point.activation.empty() || radius.empty()) return {};
  std::string command =
      "widegeo metric --activation " + quoted(point.activation) + " --depth " + std::to_string(point.depth);
  const std::string weights = variances(point, "weight_variance", "1");
  const std::string biases = variances(point, "bias_variance", "0");
  if (!weights.empty()) command += " --weight-variance " + weights;
  if (!biases.empty()) command += " --bias-variance " + biases;
  if (statement.input_scale == InputScale::fan_in) command += " --input-scale fan-in";
  if (statement.read_out == ReadOut::pre) command += " --layer pre";
  return command + " --radius " + radius + " --dimension " + std::to_string(point.dimension > 0 ? point.dimension : 2);
}

Result report_findings(const std::vector<Statement>& statements, const std::vector<Finding>& findings,
                       const Options& options) {
  const Format format = make_format(options);
  Result result;
  result.document.schema = "widegeo/check/1";
  std::vector<Record> records;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    records.push_back(record_of(statements[i], findings[i], format));
    if (!for_people(format)) continue;
    for (const std::string& note : notes_of(statements[i], findings[i]))
      result.document.notes.push_back(statement::printable(note));
  }
  result.document.set_rows(std::move(records));
  if (for_people(format) && !options.fields) {
    // What is proved has no worst point; its reason, with the margin, is among the notes.
    const bool points = std::ranges::any_of(findings, [](const Finding& finding) { return finding.has_point; });
    const std::string effort = options.certified ? "boxes" : "searched";
    result.document.select(points ? std::vector<std::string>{"id", "verdict", "margin", "error", effort, "at"}
                                  : std::vector<std::string>{"id", "claim", "verdict", effort});
  }
  conclude(findings, result);
  return result;
}

}  // namespace widegeo::cli
