// Statements: searched for counterexamples, or proved.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "cli/check/check_command.hpp"
#include "cli/check/check_file.hpp"
#include "cli/check/check_report.hpp"
#include "cli/program/interrupt.hpp"
#include "cli/program/parse.hpp"
#include "statement/claim/names.hpp"
#include "statement/evaluation/program.hpp"
#include "statement/proof/certificate.hpp"
#include "statement/proof/prove.hpp"
#include "statement/search/search.hpp"
#include "storage/atomic_write.hpp"

namespace widegeo::cli {
namespace {

using statement::Finding;
using statement::Statement;

/// All of them, before anything is evaluated: what is wrong is said at once.
std::vector<statement::Program> compile(const std::vector<statement::Statement>& statements) {
  std::vector<statement::Program> programs;
  for (const statement::Statement& one : statements) {
    try {
      programs.emplace_back(one);
    } catch (const expr::ParseError& error) {
      throw PlacedParseError(error, one.place);
    } catch (const Error& error) {
      throw Error(error.code(), error.summary(), placed(one.place, error.where()), error.hint());
    }
  }
  return programs;
}

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::string position(std::size_t i, std::size_t n, const std::string& id, const std::string& doing) {
  return "statement " + std::to_string(i + 1) + " of " + std::to_string(n) + ", " + statement::printable(id) + ": " +
         doing;
}

bool has_certificate(const statement::Proof& proof) {
  return proof.finding.verdict == statement::Verdict::proved || proof.finding.verdict == statement::Verdict::enclosed ||
         (proof.finding.verdict == statement::Verdict::fails && proof.finding.certified &&
          std::isfinite(proof.finding.margin) && std::isfinite(proof.finding.error));  // beyond doubles none is written
}

/// One certificate as it is, several as a JSON array of them: each byte by byte, which is how they are read.
std::string certificate_text(const std::vector<std::string>& certificates) {
  if (certificates.size() == 1) return certificates.front();
  std::string text;
  for (const std::string& one : certificates) text += (text.empty() ? "[" : ",") + one;
  return text + "]\n";
}

}  // namespace

Result search_statements(const std::vector<Statement>& statements, const Options& options) {
  statement::SearchOptions search;
  if (options.points) search.points = parse_count(*options.points, "--points", 1, 1'000'000'000);
  search.threads = make_threads(options);
  const auto programs = compile(statements);
  ProgressLine line(!options.quiet);
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    line.show(position(i, programs.size(), statements[i].id, "searching"));
    findings.push_back(statement::search(programs[i], search));
  }
  line.clear();
  return report_findings(statements, findings, options);
}

Result prove_statements(const std::vector<Statement>& statements, const Options& options) {
  statement::ProofOptions proof_options;
  proof_options.threads = make_threads(options);
  const double limit = time_limit_of(options);
  const auto programs = compile(statements);
  const Clock clock;
  ProgressLine line(!options.quiet);
  std::vector<Finding> findings;
  std::vector<std::string> certificates;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    line.show(position(i, programs.size(), statements[i].id, "proving"));
    // What is left of the limit; none left is the least time, in which nothing is decided.
    if (limit > 0) proof_options.time_limit = std::max(limit - clock.seconds(), 1e-3);
    const statement::Proof proof = statement::prove(programs[i], proof_options);
    if (options.certificate && has_certificate(proof)) certificates.push_back(to_json(proof.certificate));
    findings.push_back(proof.finding);
  }
  line.clear();
  Result result = report_findings(statements, findings, options);
  if (options.certificate && !certificates.empty())
    storage::atomic_write(*options.certificate, certificate_text(certificates));
  if (options.certificate && certificates.size() < findings.size()) {
    result.document.notes.push_back(certificates.empty()
                                        ? "nothing was decided, so no certificate is written"
                                        : "the certificate holds only the " + std::to_string(certificates.size()) +
                                              " decided statements");
  }
  return result;
}

}  // namespace widegeo::cli
