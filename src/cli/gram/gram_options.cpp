#include "cli/gram/gram_options.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "cli/program/parse.hpp"

namespace widegeo::cli {
namespace {

constexpr std::size_t default_memory = std::size_t{64} << 20, least_memory = std::size_t{1} << 20;

}  // namespace

Kinds make_kinds(const Options& options) {
  const std::size_t choice = options.kind ? parse_choice(*options.kind, "--kind", {"nngp", "ntk", "both"}) : 0;
  return {choice != 1, choice != 0};
}

gram::GramRequest make_gram_request(const Options& options, const PreparedNetwork& network) {
  const Kinds kinds = make_kinds(options);
  gram::GramRequest request;
  request.nngp = kinds.nngp;
  request.ntk = kinds.ntk;
  request.all_layers = options.all_layers;
  if (options.tolerance) {
    request.tolerance = nearest_double(parse_number(*options.tolerance, "--tolerance"));
    if (!(request.tolerance >= 1e-15 && request.tolerance <= 0.1)) {
      throw Error(ErrorCode::input, "the tolerance is not between 1e-15 and 0.1", "--tolerance",
                  "for example --tolerance 1e-12");
    }
  }
  if (kinds.ntk) network.require_ntk(kinds.text());
  return request;
}

std::size_t parse_bytes(const std::string& text, const std::string& option) {
  const Error nonsense(ErrorCode::input, "'" + text + "' is not an amount of memory", option,
                       "for example " + option + " 64M");
  std::string number = text;
  std::string unit;
  while (!number.empty() && std::isalpha(static_cast<unsigned char>(number.back())) != 0) {
    unit.insert(unit.begin(), static_cast<char>(std::tolower(static_cast<unsigned char>(number.back()))));
    number.pop_back();
  }
  if (unit.ends_with("ib")) {
    unit.resize(unit.size() - 2);
  } else if (unit.ends_with("b")) {
    unit.pop_back();
  }
  const std::size_t power = unit.empty() ? 0 : std::string("kmgt").find(unit) + 1;
  if (number.empty() || unit.size() > 1 || (!unit.empty() && power == 0)) throw nonsense;
  const auto value = parse_rational(number);
  if (!value) throw nonsense;
  const double bytes = std::ldexp(nearest_double(*value), static_cast<int>(10 * power));
  if (!(bytes >= static_cast<double>(least_memory) && bytes <= 0x1p50))
    throw Error(ErrorCode::input, "the memory limit is not between 1M and 1024T", option,
                "for example " + option + " 64M");
  return static_cast<std::size_t>(bytes);
}

void check_array_output(const std::string& path, bool force) {
  std::error_code ignored;
  if (!force && std::filesystem::is_regular_file(path, ignored))
    throw Error(ErrorCode::io, "the file exists already", path, "--force replaces it");
}

ArrayOptions make_array_options(const Options& options, bool derivatives) {
  ArrayOptions array;
  const std::string example = derivatives ? "for example --output G.npy" : "for example --output K.npy or K.csv";
  if (!options.output) {
    throw Error(ErrorCode::input,
                derivatives ? "derivatives need an output file" : "a Gram matrix needs an output file", "--output",
                example);
  }
  if (!(options.output->ends_with(".npy") || options.output->ends_with(".csv")))
    throw Error(ErrorCode::input, "the extension of '" + *options.output + "' is unknown", "--output", example);
  if (derivatives && options.output->ends_with(".csv"))
    throw Error(ErrorCode::input, "derivatives are written to a .npy file only", "--output", example);
  array.file.path = *options.output;
  array.csv = array.file.path.ends_with(".csv");
  array.file.force = options.force;
  array.file.resume = options.resume;
  if (options.dtype) {
    array.file.type = parse_choice(*options.dtype, "--dtype", {"float64", "float32"}) == 0
                          ? storage::ElementType::float64
                          : storage::ElementType::float32;
  }
  array.file.memory_limit =
      options.memory_limit ? parse_bytes(*options.memory_limit, "--memory-limit") : default_memory;
  if (array.csv) {
    refuse_option(options.dtype, "--dtype", "a .csv holds the shortest text of each double");
    const std::string why = "a .csv is written in one go; write a .npy";
    if (array.file.resume) throw Error(ErrorCode::input, "option '--resume' does not apply here", "--resume", why);
    if (options.all_layers || make_kinds(options).text() == "both")
      throw Error(ErrorCode::input, "a .csv holds only one matrix", "--output", "write a .npy");
  }
  check_array_output(array.file.path, array.file.force);
  return array;
}

}  // namespace widegeo::cli
