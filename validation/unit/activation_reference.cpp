// The table of docs/reference/activations.md is written from the catalogue and must stay equal to it. To rewrite it:
// WIDEGEO_UPDATE_DOCS=1 unit_activation_reference
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "activation/activation.hpp"

using namespace widegeo;

namespace {

const std::string begin_mark = "<!-- table: begin -->\n", end_mark = "<!-- table: end -->\n";

std::string parity_text(expr::Parity parity) {
  return parity == expr::Parity::even ? "even" : parity == expr::Parity::odd ? "odd" : "";
}

std::string points_text(const expr::Analysis& analysis) {
  std::string text;
  for (const expr::SpecialPoint& p : analysis.points) {
    if (!text.empty()) text += ", ";
    text += p.kind == expr::SpecialPoint::Kind::jump   ? "jump"
            : p.kind == expr::SpecialPoint::Kind::kink ? "kink"
                                                       : "singular";
    text += " at " + (p.exact ? to_text(*p.exact) : std::to_string(p.approximate));
  }
  return text.empty() ? "analytic" : text;
}

std::string table() {
  std::string text = "| name | phi(x) | parameters | parity | points | description |\n|---|---|---|---|---|---|\n";
  for (const CatalogueEntry& entry : catalogue()) {
    const Activation a = make_activation(entry.name);
    std::string names = "`" + entry.name + "`", parameters;
    for (const std::string& alias : entry.aliases) names += ", " + alias;
    for (const auto& [name, standard] : entry.parameters) {
      parameters += (parameters.empty() ? "" : ", ") + name + " = " + standard;
    }
    text += "| " + names + " | `" + entry.expression + "` | " + parameters + " | " + parity_text(a.analysis.parity) +
            " | " + points_text(a.analysis) + " | " + entry.description + " |\n";
  }
  return text;
}

}  // namespace

TEST_CASE("documentation: the table of activations equals the catalogue") {
  const std::string path = std::string(WIDEGEO_SOURCE_DIR) + "/docs/reference/activations.md";
  std::stringstream buffer;
  buffer << std::ifstream(path).rdbuf();
  const std::string page = buffer.str();
  const std::size_t begin = page.find(begin_mark), end = page.find(end_mark);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const std::string wanted = page.substr(0, begin + begin_mark.size()) + table() + page.substr(end);
  if (std::getenv("WIDEGEO_UPDATE_DOCS") != nullptr) {
    std::ofstream(path) << wanted;
  } else {
    CHECK(page == wanted);
  }
}
