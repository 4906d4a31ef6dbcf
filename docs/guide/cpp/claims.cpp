// A statement proved over a whole range, one refuted, and the theory against simulated networks.
#include <iostream>
#include <widegeo/widegeo.hpp>

int main() {
  using namespace widegeo;
  using statement::parse_domain;

  statement::Statement claim;
  claim.claim = "scalar_curvature < 0";
  claim.forall = {parse_domain("activation", {"erf"}), parse_domain("dimension", {"3"}),
                  parse_domain("radius", {"0.5:2"})};
  std::cout << claim.claim << ": " << to_text(prove(claim, 60, 2).verdict) << "\n";

  claim.claim = "scalar_curvature < -6";
  const statement::Finding finding = search(claim);
  std::cout << claim.claim << ": " << to_text(finding.verdict) << ", margin " << finding.margin << "\n";

  const Network network("erf");
  SimulationQuestion question;
  question.x = {decimal("0.8"), decimal("0.3")};
  question.widths = {200};
  question.samples = 500;
  question.seed = 1;
  for (const SimulationRow& row : network.validate(question)) {
    if (row.quantity != "g[1,1]") continue;
    std::cout << row.quantity << " of width " << *row.width << ": "
              << (row.verdict == SimulationRow::Verdict::holds ? "holds" : "does not hold") << "\n";
  }
}
