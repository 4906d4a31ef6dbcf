// The table of quantities from outside: what the program prints of each, or that it refuses the name.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "quantity/quantity.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using Json = nlohmann::ordered_json;

TEST_CASE("program: `metric` prints the table's quantities in its order, and no number where one does not exist") {
  for (const unsigned d : {1U, 2U, 5U}) {
    const ProgramRun run =
        run_program("metric --activation erf --radius 0.5 --dimension " + std::to_string(d) + " --format json");
    REQUIRE(run.code == 0);
    const Json row = Json::parse(run.out)["results"][0];
    std::size_t k = 0;
    for (const auto& [name, answer] : row.items()) {
      if (name == "radius" || name == "dimension") continue;
      REQUIRE(k < quantity_table.size());
      const QuantityEntry& entry = quantity_table[k++];
      CHECK(name == entry.name);
      CHECK(answer["value"].is_null() == (d < entry.least_dimension));
      if (d < entry.least_dimension) CHECK(answer["reason"] == std::string(absent_reason(entry.quantity, d)));
    }
    CHECK(k > static_cast<std::size_t>(GeometricQuantity::scalar_curvature));
  }
}

TEST_CASE("program: `formula` answers for a quantity of the table or refuse its name") {
  for (const QuantityEntry& entry : quantity_table) {
    const std::string name(entry.name);
    CAPTURE(name);
    const ProgramRun formula = run_program("formula --activation erf --format json --quantity " + name);
    REQUIRE((formula.code == 0 || formula.code == 2));
    if (formula.code == 0)
      CHECK(Json::parse(formula.out)["results"][0]["quantity"] == name);
    else
      CHECK(formula.err.find("'" + name + "'") != std::string::npos);
  }
}
