// Any bytes: the parser refuses them with an Error, or gives a tree that prints, reads back as itself, and can be
// differentiated, rewritten and evaluated.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "expr/tape/tape.hpp"

namespace {

using namespace widegeo;
using namespace widegeo::expr;

void require(bool condition) {
  if (!condition) std::abort();
}

void read_back(const Expr& e) {
  if (e.node_count() > max_nodes) return;
  const std::string text = to_text(e);
  if (text.size() > max_text) return;
  Expr again;
  try {
    again = parse(text);
  } catch (const Error&) {
    // Brackets may nest deeper in the text than they did in the source; anything else must be read.
    require(e.depth() > max_depth / 4);
    return;
  }
  require(again == e);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const Expr e = parse(text);
    read_back(e);
    to_latex(e);
    const Expr stable = stabilise(e);
    read_back(stable);
    std::array<Expr, 2> outputs{e, stable};
    if (!e.is_comparison()) {
      outputs[1] = stabilise(derivative(e, "x"));
      read_back(outputs[1]);
    }
    std::vector<std::string> names;
    for (const std::string& name : variables_of(e)) names.push_back(name);
    const Tape tape(outputs, names);
    const std::vector<double> in(names.size(), 0.75);
    std::array<double, 2> out{};
    Tape::Workspace<double> workspace;
    tape.evaluate<double>(in, out, workspace);
  } catch (const Error& error) {
    require(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
