#include "cli/check_command.hpp"
#include "core/error.hpp"

namespace widegeo::cli {

Result verify_certificates(const Options&) {
  throw Error(ErrorCode::input, "certificates cannot be checked by this version of the program", "--verify");
}

}  // namespace widegeo::cli
