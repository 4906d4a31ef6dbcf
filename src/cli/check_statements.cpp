#include "cli/check_command.hpp"
#include "core/error.hpp"

namespace widegeo::cli {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::input, what + " is not in this version of the program", "check");
}

}  // namespace

Result search_statements(const std::vector<statement::Statement>&, const Options&) { refuse("a file of statements"); }
Result prove_statements(const std::vector<statement::Statement>&, const Options&) { refuse("a proof"); }
Result verify_certificates(const Options&) { refuse("a certificate"); }

}  // namespace widegeo::cli
