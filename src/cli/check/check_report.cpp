#include "cli/check/check_report.hpp"

#include <algorithm>
#include <cmath>

#include "cli/program/parse.hpp"
#include "number/error.hpp"
#include "report/decimal.hpp"
#include "statement/claim/names.hpp"

namespace widegeo::cli {
namespace {

using report::Format;
using report::Record;
using report::Value;

constexpr std::size_t shown_to_people = 12;  ///< of the numbers that were compared; --format json has more

/// Absent: an empty cell of a CSV file stands for itself.
Value none(const std::string& reason, Format format) {
  if (format == Format::csv) return std::string();
  return report::Null{reason};
}

Value verdict_value(theory::Verdict verdict) { return std::string(theory::to_text(verdict)); }

std::string plural(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

/// The fields of a theorem's result that every format has.
Record record_of(const TheoremRun& run, Format format) {
  const theory::Theorem& theorem = *run.theorem;
  const theory::Evidence& evidence = run.evidence;
  const bool compared = evidence.count() > 0;
  const std::string why = run.reason.empty() ? "nothing was compared" : run.reason;
  Record record;
  record.emplace_back("id", theorem.id);
  record.emplace_back("group", theorem.group);
  record.emplace_back("statement", theorem.statement);
  record.emplace_back("verdict", verdict_value(run.verdict));
  record.emplace_back("expected", verdict_value(theorem.expected));
  record.emplace_back("residual", compared ? short_number(evidence.worst().residual, format) : none(why, format));
  record.emplace_back("tolerance", compared ? short_number(evidence.worst().tolerance, format) : none(why, format));
  record.emplace_back("at", compared ? Value(evidence.worst().at) : none(why, format));
  record.emplace_back("left", compared ? Value(evidence.worst().left) : none(why, format));
  record.emplace_back("right", compared ? Value(evidence.worst().right) : none(why, format));
  record.emplace_back("comparisons", static_cast<long long>(evidence.count()));
  record.emplace_back("tolerance_reason", evidence.reason());
  record.emplace_back("reason", run.reason);
  record.emplace_back("source", theorem.source);
  return record;
}

Record record_of(const theory::ComparedPair& comparison, Format format) {
  Record record;
  record.emplace_back("at", comparison.at);
  record.emplace_back("left", comparison.left);
  record.emplace_back("right", comparison.right);
  record.emplace_back("residual", short_number(comparison.residual, format));
  record.emplace_back("tolerance", short_number(comparison.tolerance, format));
  return record;
}

/// The exit code and the line on stderr.
void conclude(const std::vector<TheoremRun>& runs, Result& result) {
  std::vector<std::string> wrong, open;
  for (const TheoremRun& run : runs) {
    if (run.as_expected()) continue;
    (run.verdict == theory::Verdict::undecided ? open : wrong).push_back(run.theorem->id);
  }
  if (wrong.empty() && open.empty()) return;
  const bool failed = !wrong.empty();
  const auto& names = failed ? wrong : open;
  result.exit_code = static_cast<int>(failed ? ErrorCode::claim : ErrorCode::accuracy);
  result.failure = plural(names.size(), "theorem") + (names.size() == 1 ? " does" : " do") +
                   (failed ? " not have the expected verdict" : " not come to a verdict");
  result.claim = joined(names);
  result.hint = "`widegeo check --explain " + names.front() + "` shows the numbers";
}

std::vector<std::string> summary_of(const std::vector<TheoremRun>& runs) {
  std::size_t holds = 0, refuted = 0, wrong = 0, open = 0;
  for (const TheoremRun& run : runs) {
    if (run.verdict == theory::Verdict::undecided && !run.as_expected()) {
      ++open;
    } else if (!run.as_expected()) {
      ++wrong;
    } else {
      (run.verdict == theory::Verdict::holds ? holds : refuted) += 1;
    }
  }
  std::string line = plural(runs.size(), "theorem") + ": ";
  std::vector<std::string> parts;
  if (holds > 0)
    parts.push_back((holds == runs.size() ? "all hold" : std::to_string(holds) + (holds == 1 ? " holds" : " hold")));
  if (refuted > 0) parts.push_back(std::to_string(refuted) + " refuted as expected");
  if (wrong > 0) parts.push_back(std::to_string(wrong) + " NOT as expected");
  if (open > 0) parts.push_back(std::to_string(open) + " undecided");
  std::vector<std::string> notes{line + joined(parts)};
  for (const TheoremRun& run : runs) {
    if (run.verdict == theory::Verdict::undecided) notes.push_back(run.theorem->id + " undecided: " + run.reason);
  }
  return notes;
}

std::string explanation(const TheoremRun& run) {
  const theory::Theorem& theorem = *run.theorem;
  const theory::Evidence& evidence = run.evidence;
  std::string text;
  const auto line = [&text](const std::string& name, const std::string& value) {
    if (!value.empty()) text += name + std::string(name.size() < 12 ? 12 - name.size() : 0, ' ') + "  " + value + "\n";
  };
  line("theorem", theorem.id + " (" + theorem.group + ")");
  line("statement", theorem.statement);
  line("latex", theorem.latex);
  line("hypotheses", theorem.hypotheses);
  line("source", theorem.source);
  line("derivation", theorem.derivation);
  line("left", theorem.left);
  line("right", theorem.right);
  line("expected", std::string(theory::to_text(theorem.expected)));
  line("verdict", std::string(theory::to_text(run.verdict)));
  line("reason", run.reason);
  line("tolerance", evidence.reason());
  if (!theorem.provable.empty()) line("provable", "`widegeo check --certified --only " + theorem.id + "` proves it");
  for (const theory::Mutation& mutation : theorem.mutations) line("mutation", mutation.name + ": " + mutation.meaning);
  return text;
}

}  // namespace

bool for_people(Format format) { return format != Format::json && format != Format::csv; }

Value short_number(double value, Format format) {
  if (!std::isfinite(value)) return none(std::isnan(value) ? "it is not a number" : "it is not finite", format);
  return report::Exact{for_people(format) ? report::decimal(value, 3) : report::shortest(value)};
}

Result report_theorems(const std::vector<TheoremRun>& runs, const Options& options, const Record& model) {
  const Format format = make_format(options);
  Result result;
  result.document.schema = "widegeo/check/1";
  result.document.model = model;
  result.document.notes = summary_of(runs);
  std::vector<Record> records;
  for (const TheoremRun& run : runs) records.push_back(record_of(run, format));
  result.document.set_rows(std::move(records));
  if (for_people(format) && !options.fields)
    result.document.select({"id", "verdict", "expected", "residual", "tolerance", "at"});
  conclude(runs, result);
  return result;
}

Result explain_theorem_run(const TheoremRun& run, const Options& options, const Record& model) {
  const Format format = make_format(options);
  const theory::Theorem& theorem = *run.theorem;
  const auto& kept = run.evidence.kept();
  Result result;
  result.document.schema = "widegeo/check/1";
  result.document.model = model;
  if (format == Format::json) {
    Record record = record_of(run, format);
    record.emplace_back("latex", theorem.latex);
    record.emplace_back("hypotheses", theorem.hypotheses);
    record.emplace_back("derivation", theorem.derivation);
    record.emplace_back("left_route", theorem.left);
    record.emplace_back("right_route", theorem.right);
    record.emplace_back("provable", !theorem.provable.empty());
    report::List mutations, compared;
    for (const theory::Mutation& m : theorem.mutations)
      mutations.emplace_back(Record{{"name", m.name}, {"meaning", m.meaning}});
    for (const theory::ComparedPair& comparison : kept) compared.emplace_back(record_of(comparison, format));
    record.emplace_back("mutations", mutations);
    record.emplace_back("compared", compared);
    result.document.set_rows({record});
  } else {
    // The worst one first: it decides.
    std::vector<Record> records;
    if (run.evidence.count() > 0) records.push_back(record_of(run.evidence.worst(), format));
    for (const theory::ComparedPair& comparison : kept) {
      const bool worst = comparison.at == run.evidence.worst().at && comparison.left == run.evidence.worst().left &&
                         comparison.right == run.evidence.worst().right;
      if (!worst) records.push_back(record_of(comparison, format));
    }
    if (format == Format::text && records.size() > shown_to_people) records.resize(shown_to_people);
    const std::size_t shown = records.size();
    result.document.set_rows(std::move(records));
    if (format == Format::text) {
      result.document.model.clear();
      if (options.fields) result.document.select(split(*options.fields, ','));
      std::string text = explanation(run) + "compared      " + plural(run.evidence.count(), "pair") +
                         (shown < run.evidence.count() ? ", " + std::to_string(shown) + " of them shown" : "") +
                         ", worst first\n";
      report::render(result.document, format, [&text](const std::string& piece) { text += piece; });
      result.raw = text;
    }
  }
  conclude({run}, result);
  return result;
}

Result report_list(const std::vector<const theory::Theorem*>& theorems, const Options& options) {
  const Format format = make_format(options);
  Result result;
  result.document.schema = "widegeo/check/1";
  std::vector<Record> records;
  for (const theory::Theorem* theorem : theorems) {
    Record record;
    record.emplace_back("id", theorem->id);
    record.emplace_back("group", theorem->group);
    record.emplace_back("expected", verdict_value(theorem->expected));
    record.emplace_back("statement", theorem->statement);
    record.emplace_back("latex", theorem->latex);
    record.emplace_back("source", theorem->source);
    record.emplace_back("provable", !theorem->provable.empty());
    std::vector<std::string> names;
    for (const theory::Mutation& mutation : theorem->mutations) names.push_back(mutation.name);
    if (format == Format::json) {
      record.emplace_back("mutations", report::List(names.begin(), names.end()));
    } else {
      record.emplace_back("mutations", joined(names));
    }
    records.push_back(std::move(record));
  }
  result.document.set_rows(std::move(records));
  if (for_people(format) && !options.fields) result.document.select({"id", "group", "expected", "statement"});
  return result;
}

double time_limit_of(const Options& options) {
  if (!options.time_limit) return 0;
  const double limit = nearest_double(parse_number(*options.time_limit, "--time-limit"));
  if (!(limit > 0)) throw Error(ErrorCode::input, "the time limit is not positive", "--time-limit");
  return limit;
}

std::string shown(const std::string& text, report::Format format) {
  return format == report::Format::json ? text : statement::printable(text);
}

}  // namespace widegeo::cli
