// Certificates, checked by what did not make them.
#include <algorithm>
#include <chrono>

#include "cli/check/check_command.hpp"
#include "cli/check/check_file.hpp"
#include "cli/check/check_report.hpp"
#include "cli/program/interrupt.hpp"
#include "cli/program/toml_reader.hpp"
#include "report/decimal.hpp"
#include "statement/claim/names.hpp"
#include "statement/proof/certificate.hpp"

namespace widegeo::cli {
namespace {

constexpr double default_limit = 600;  ///< seconds, of all certificates together

/// For people two digits, not below the number.
report::Value upper_bound(double value, report::Format format) {
  if (for_people(format)) return report::Exact{report::error_text(value)};
  return short_number(value, format);
}

}  // namespace

Result verify_certificates(const Options& options) {
  const std::string& path = *options.verify;
  const report::Format format = make_format(options);
  statement::VerifyOptions limits;
  limits.threads = make_threads(options);
  // A stranger's certificate must not keep anybody busy for longer than was asked.
  const double limit = options.time_limit ? time_limit_of(options) : default_limit;
  const auto start = std::chrono::steady_clock::now();
  std::vector<statement::Certificate> certificates;
  for (const std::string& text : split_json_array(read_text_file(path), path)) {
    try {
      certificates.push_back(statement::certificate_from_json(text));
    } catch (const Error& error) {
      throw Error(error.code(), error.summary(), error.where().empty() ? path : path + ", " + error.where(),
                  error.hint());
    }
  }
  ProgressLine line(!options.quiet);
  Result result;
  result.document.schema = "widegeo/check/1";
  std::vector<report::Record> records;
  std::string wrong, reason;
  bool widths = false, late = false, failed = false;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const statement::Certificate& certificate = certificates[i];
    const statement::Statement& stated = certificate.statement;
    line.show("certificate " + std::to_string(i + 1) + " of " + std::to_string(certificates.size()) + ": verifying " +
              statement::printable(stated.id));
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    limits.time_limit = std::max(limit - spent, 1e-3);
    const statement::Verification found = statement::verify(certificate, limits);
    report::Record record;
    record.emplace_back("id", shown(stated.id, format));
    record.emplace_back("claim", shown(stated.claim, format));
    record.emplace_back("where", shown(stated.hypothesis, format));
    record.emplace_back("verdict", to_text(certificate.verdict));
    record.emplace_back("valid", found.late ? report::Value(report::Null{found.reason}) : report::Value(found.valid));
    if (certificate.verdict == statement::Verdict::enclosed) {
      widths = true;
      record.emplace_back("width", upper_bound(found.width, format));
    } else {
      record.emplace_back("width", format == report::Format::json
                                       ? report::Value(report::Null{"only an enclosed equality has a width"})
                                       : report::Value(std::string()));
    }
    record.emplace_back("leaves", static_cast<long long>(found.leaves));
    record.emplace_back("cross_checked", static_cast<long long>(found.cross_checked));
    record.emplace_back("reason", shown(found.reason, format));
    records.push_back(std::move(record));
    if (found.valid) continue;
    // A certificate that is wrong says more than one that the time did not suffice for.
    if (found.late && failed && !late) continue;
    if (late && !found.late) wrong = reason = "";
    failed = true;
    late = found.late;
    wrong += (wrong.empty() ? "" : ", ") + statement::printable(stated.id);
    if (reason.empty()) reason = statement::printable(found.reason);
  }
  line.clear();
  result.document.set_rows(std::move(records));
  if (for_people(format) && !options.fields)
    result.document.select(
        widths ? std::vector<std::string>{"id", "claim", "verdict", "width", "valid", "leaves", "cross_checked"}
               : std::vector<std::string>{"id", "claim", "verdict", "valid", "leaves", "cross_checked"});
  if (failed) {
    result.exit_code = static_cast<int>(late ? ErrorCode::accuracy : ErrorCode::claim);
    result.failure =
        late ? "the certificate is not checked to its end" : "the certificate does not prove its statement";
    result.claim = wrong;
    result.hint = reason;
  }
  return result;
}

}  // namespace widegeo::cli
