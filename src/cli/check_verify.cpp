// Certificates, checked by what did not make them.
#include "cli/check_command.hpp"
#include "cli/check_file.hpp"
#include "cli/check_report.hpp"
#include "cli/interrupt.hpp"
#include "cli/toml_reader.hpp"
#include "report/decimal.hpp"
#include "statement/certificate.hpp"

namespace widegeo::cli {
namespace {

/// For people two digits, not below the number.
report::Value upper_bound(double value, report::Format format) {
  if (for_people(format)) return report::Exact{report::error_text(value)};
  return short_number(value, format);
}

}  // namespace

Result verify_certificates(const Options& options) {
  const std::string& path = *options.verify;
  const report::Format format = make_format(options);
  const unsigned threads = make_threads(options);
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
  bool widths = false;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const statement::Certificate& certificate = certificates[i];
    const statement::Statement& stated = certificate.statement;
    line.show("certificate " + std::to_string(i + 1) + " of " + std::to_string(certificates.size()) + ": verifying " +
              stated.id);
    const statement::Verification found = statement::verify(certificate, threads);
    report::Record record;
    record.emplace_back("id", stated.id);
    record.emplace_back("claim", stated.claim);
    record.emplace_back("where", stated.hypothesis);
    record.emplace_back("verdict", to_text(certificate.verdict));
    record.emplace_back("valid", found.valid);
    if (certificate.verdict == statement::Verdict::enclosed) {
      widths = true;
      record.emplace_back("width", upper_bound(found.width, format));
    } else {
      record.emplace_back("width", format == report::Format::json
                                       ? report::Value(report::Null{"only an equality is enclosed"})
                                       : report::Value(std::string()));
    }
    record.emplace_back("leaves", static_cast<long long>(found.leaves));
    record.emplace_back("cross_checked", static_cast<long long>(found.cross_checked));
    record.emplace_back("reason", found.reason);
    records.push_back(std::move(record));
    if (found.valid) continue;
    wrong += (wrong.empty() ? "" : ", ") + stated.id;
    if (reason.empty()) reason = found.reason;
  }
  line.clear();
  result.document.set_rows(std::move(records));
  if (for_people(format) && !options.fields)
    result.document.select(
        widths ? std::vector<std::string>{"id", "claim", "verdict", "width", "valid", "leaves", "cross_checked"}
               : std::vector<std::string>{"id", "claim", "verdict", "valid", "leaves", "cross_checked"});
  if (!wrong.empty()) {
    result.exit_code = static_cast<int>(ErrorCode::claim);
    result.failure = "the certificate does not prove its statement";
    result.claim = wrong;
    result.hint = reason;
  }
  return result;
}

}  // namespace widegeo::cli
