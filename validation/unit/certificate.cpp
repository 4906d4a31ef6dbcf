// Certificates: what is written is read again, damage is refused, and what does not prove is not valid.
#include "statement/proof/certificate.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "number/error.hpp"
#include "statement/proof/prove.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

using Json = nlohmann::ordered_json;

/// sectional_tangential < 0 for erf at depth 1: a proof of a few leaves.
const Proof& curvature_proof() {
  static const Proof proof = [] {
    Statement s;
    s.id = "tangential";
    s.claim = "sectional_tangential < 0";
    s.hypothesis = "weight_variance > 7/10";
    s.forall = {parse_domain("activation", {"erf"}), parse_domain("dimension", {"3", "4"}),
                parse_domain("weight_variance", {"0.5:2"}), parse_domain("radius", {"0.5:2"})};
    return prove(Program(s));
  }();
  return proof;
}

const Proof& refutation() {
  static const Proof proof = [] {
    Statement s;
    s.id = "wrong";
    s.claim = "A > 1";
    s.forall = {parse_domain("activation", {"erf"}), parse_domain("radius", {"0.5:2"})};
    return prove(Program(s));
  }();
  return proof;
}

std::string error_of_reading(const std::string& text) {
  try {
    (void)certificate_from_json(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);
    return error.what();
  }
  return {};
}

/// The certificate after a change, through its text with a digest of its own: what a forger would write.
Verification verified_after(const std::function<void(Certificate&)>& change, const Proof& proof = curvature_proof()) {
  Certificate forged = proof.certificate;
  change(forged);
  return verify(certificate_from_json(to_json(forged)), {.threads = 2});
}

}  // namespace

TEST_CASE("a certificate is read as it was written, and is valid") {
  const Proof& proof = curvature_proof();
  REQUIRE(proof.finding.verdict == Verdict::proved);
  const std::string text = to_json(proof.certificate);
  const Certificate read = certificate_from_json(text);
  CHECK(to_json(read) == text);
  const Verification verification = verify(read);
  CHECK(verification.reason == "");
  CHECK(verification.valid);
  CHECK(verification.leaves == proof.finding.boxes);
  CHECK(verification.cross_checked > 0);
}

TEST_CASE("a certificate of a counterexample is read as it was written, and is valid") {
  const Proof& proof = refutation();
  REQUIRE(proof.finding.verdict == Verdict::fails);
  CHECK(proof.finding.certified);
  const std::string text = to_json(proof.certificate);
  const Certificate read = certificate_from_json(text);
  CHECK(to_json(read) == text);
  const Verification verification = verify(read);
  CHECK(verification.reason == "");
  CHECK(verification.valid);
}

TEST_CASE("every damaged byte of a certificate is noticed") {
  auto generator = testing::generator_of_test("damage");
  const std::string text = to_json(curvature_proof().certificate);
  for (std::size_t i = 0; i < testing::trials(400); ++i) {
    std::string damaged = text;
    const std::size_t at = generator() % text.size();
    damaged[at] = static_cast<char>(damaged[at] ^ static_cast<char>(1U << (generator() % 7)));
    CAPTURE(at);
    CHECK(error_of_reading(damaged).find("the certificate is damaged") != std::string::npos);
  }
  for (const std::string& other : {std::string(), std::string("{}"), text.substr(0, text.size() / 2), text + " ",
                                   std::string("[1, 2]"), std::string("not JSON")})
    CHECK(error_of_reading(other).find("the certificate is damaged") != std::string::npos);
}

TEST_CASE("a certificate that nests deeper than the stack is refused") {
  const std::string whole = to_json(refutation().certificate), bits = "\"bits\": 128";
  const std::size_t at = whole.find(bits), depth = 200'000;
  REQUIRE(at != std::string::npos);
  std::string text = whole;
  text.replace(at, bits.size(), "\"bits\": " + std::string(depth, '[') + std::string(depth, ']'));
  CHECK(error_of_reading(text).find("the certificate is damaged: it is nested too deeply") != std::string::npos);
}

TEST_CASE("trees that are not trees, and leaves that do not fit, are refused with a right digest too") {
  const auto refused = [](const std::function<void(Certificate&)>& change) {
    Certificate forged = curvature_proof().certificate;
    change(forged);
    return error_of_reading(to_json(forged)).find("the certificate is damaged") != std::string::npos;
  };
  CHECK(refused([](Certificate& c) { c.proofs[0].tree.pop_back(); }));
  CHECK(refused([](Certificate& c) { c.proofs[0].tree += '.'; }));
  CHECK(refused([](Certificate& c) { c.proofs[0].tree[0] = '7'; }));
  CHECK(refused([](Certificate& c) { c.proofs[0].tree[0] = '-'; }));
  CHECK(refused([](Certificate& c) { c.proofs[0].leaves.pop_back(); }));
  CHECK(refused([](Certificate& c) { c.proofs[0].leaves.emplace_back(); }));
  CHECK(refused([](Certificate& c) { std::swap(c.proofs[1].leaves.back().low, c.proofs[1].leaves.back().high); }));
  CHECK(refused([](Certificate& c) { c.statement.claim.clear(); }));
  CHECK(refused([](Certificate& c) { c.verdict = Verdict::searched; }));
}

TEST_CASE("a forged certificate is well formed but not valid") {
  const auto invalid = [](const std::function<void(Certificate&)>& change) {
    const Verification verification = verified_after(change);
    CHECK_FALSE(verification.reason.empty());
    return !verification.valid;
  };
  CHECK(verified_after([](Certificate&) {}).valid);
  CHECK(invalid([](Certificate& c) { c.statement.claim = "sectional_tangential < 0 - 1/10"; }));
  CHECK(invalid([](Certificate& c) { c.statement.claim = "sectional_tangential > 0"; }));
  CHECK(invalid([](Certificate& c) { c.statement.hypothesis.clear(); }));
  CHECK(invalid([](Certificate& c) { c.statement.forall[3].range->second = 100; }));
  CHECK(invalid([](Certificate& c) { c.statement.forall[0].texts[0] = "gelu"; }));
  CHECK(invalid([](Certificate& c) { c.proofs.pop_back(); }));
  CHECK(invalid([](Certificate& c) { std::swap(c.proofs[0], c.proofs[1]); }));
  CHECK(invalid([](Certificate& c) {
    c.proofs[0].tree = ".";
    c.proofs[0].leaves.resize(1);
  }));
  CHECK(invalid([](Certificate& c) {
    for (Leaf& leaf : c.proofs[0].leaves) leaf.excluded = true;
  }));
  CHECK(invalid([](Certificate& c) {
    for (Leaf& leaf : c.proofs[0].leaves) leaf.excluded = false, leaf.low = 0.01, leaf.high = 0.02;
  }));
  const std::size_t count = curvature_proof().certificate.proofs[0].leaves.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (curvature_proof().certificate.proofs[0].leaves[i].excluded) continue;
    CAPTURE(i);
    CHECK(invalid([i](Certificate& c) { c.proofs[0].leaves[i].low = c.proofs[0].leaves[i].high; }));
    CHECK(invalid([i](Certificate& c) { c.proofs[0].leaves[i].low = -c.proofs[0].leaves[i].high; }));
  }
  CHECK(invalid([](Certificate& c) { c.bits = 52; }));
  CHECK(invalid([](Certificate& c) { c.bits = 1L << 20; }));
  // One bisection in another range leaves the shape of the tree as it is.
  CHECK(invalid([](Certificate& c) {
    for (char& digit : c.proofs[0].tree)
      if (digit != '.') digit = digit == '0' ? '1' : '0';
  }));
}

TEST_CASE("a forged counterexample is not valid") {
  const auto invalid = [](const std::function<void(Certificate&)>& change) {
    return !verified_after(change, refutation()).valid;
  };
  CHECK(verified_after([](Certificate&) {}, refutation()).valid);
  CHECK(invalid([](Certificate& c) { c.statement.claim = "A < 1"; }));
  CHECK(invalid([](Certificate& c) { c.counterexample.at.values[0].second = 100; }));
  CHECK(invalid([](Certificate& c) { c.counterexample.at.values.clear(); }));
  CHECK(invalid([](Certificate& c) { c.counterexample.at.depth = 2; }));
  CHECK(invalid([](Certificate& c) { c.counterexample.margin *= 1.001; }));
  CHECK(invalid([](Certificate& c) { c.counterexample.error *= 10; }));
  CHECK(invalid([](Certificate& c) { c.counterexample.error = 0; }));
  CHECK(invalid([](Certificate& c) { c.counterexample.error *= -1; }));
  CHECK(invalid([](Certificate& c) { c.counterexample.compared.clear(); }));
  const std::vector<Compared>& compared = refutation().certificate.counterexample.compared;
  REQUIRE(compared.size() == 1);
  for (std::string Compared::*member : {&Compared::text, &Compared::left, &Compared::right, &Compared::error}) {
    const auto changed = [&](const std::string& text) {
      return invalid([&](Certificate& c) { c.counterexample.compared[0].*member = text; });
    };
    CAPTURE(compared[0].*member);
    for (const char* text : {"", "nan", "2", "[+/- inf]", "[0.9 +/- 1]", "A < 1"}) CHECK(changed(text));
  }
  // The last printed digit of the left side.
  std::string left = compared[0].left;
  const std::size_t last = left.find(' ') - 1;
  left[last] = left[last] == '5' ? '6' : '5';
  CHECK(invalid([&](Certificate& c) { c.counterexample.compared[0].left = left; }));
}

TEST_CASE("the width of an enclosed equality is part of what a check finds") {
  Statement s;
  s.id = "hessian";
  s.claim = "B == 2*derivative(A)";
  s.forall = {parse_domain("activation", {"erf"}), parse_domain("radius", {"0.5:2"})};
  ProofOptions options;
  options.equality_boxes = 20;
  const Proof proof = prove(Program(s), options);
  REQUIRE(proof.finding.verdict == Verdict::enclosed);
  const Verification found = verify(certificate_from_json(to_json(proof.certificate)));
  CHECK(found.reason == "");
  CHECK(found.width == -proof.finding.margin);
  CHECK(found.width > 1e-12);
  CHECK(verify(curvature_proof().certificate).width == 0);
}

namespace {

/// A certificate over one range that nobody has proved: leaves by hand.
Certificate by_hand(const std::string& claim, const std::string& range, Verdict verdict, std::string tree,
                    std::vector<Leaf> leaves, std::optional<double> width = {}) {
  Certificate c;
  c.statement.id = "forged";
  c.statement.claim = claim;
  c.statement.forall = {parse_domain("z", {range})};
  c.verdict = verdict;
  c.width = width;
  c.proofs.push_back({choices_of(c.statement).front(), std::move(tree), std::move(leaves)});
  return certificate_from_json(to_json(c));
}

Leaf leaf_of(double low, double high) { return {false, low, high}; }

}  // namespace

TEST_CASE("an enclosed equality is what it promises: what is not finite is within no width") {
  const double largest = std::numeric_limits<double>::max();
  for (const char* claim : {"1/(z-1/3) == 0", "log(-1-z) == 0", "0*log(-1-z) == 0", "1/(z-1/3)^2 == 0"})
    for (const double width : {0.25, 1e300, largest}) {
      CAPTURE(claim);
      CHECK_FALSE(verify(by_hand(claim, "0:1", Verdict::enclosed, ".", {leaf_of(-largest, largest)}, width)).valid);
      CHECK_FALSE(verify(by_hand(claim, "0:1", Verdict::enclosed, ".", {leaf_of(-width, 0)}, width)).valid);
    }
  // Refuted at a corner or at the centre; within `or`, `not`, `implies` nothing is enclosed.
  for (const char* claim : {"z == 0.5", "z < 0.1 or z == 0.5", "not (z != 0.5)", "z > 2 implies z == 0.5",
                            "z == 0 and z >= 0", "z == z^2"}) {
    CAPTURE(claim);
    CHECK_FALSE(verify(by_hand(claim, "0:1", Verdict::enclosed, ".", {leaf_of(-1, 0)}, 1.0)).valid);
    CHECK_FALSE(verify(by_hand(claim, "0:1", Verdict::enclosed, "0..", {leaf_of(-1, 0), leaf_of(-1, 0)}, 1.0)).valid);
  }
  // exp(z) exp(-z) = 1 is enclosed in [-2, 1.8] on one box: valid where so much was promised, and nowhere else.
  const auto product = [](std::optional<double> width) {
    return verify(by_hand("exp(z)*exp(-z) == 1", "0:1", Verdict::enclosed, ".", {leaf_of(-1.8, 0)}, width));
  };
  CHECK_MESSAGE(product(1.8).valid, product(1.8).reason);
  CHECK(product(1.8).width == 1.8);
  CHECK_FALSE(product(1e-3).valid);
  CHECK_FALSE(product(0.25).valid);
  CHECK_MESSAGE(product({}).reason == "it does not say which width it promises", product({}).reason);
}

TEST_CASE("a proof by hand of what has no value somewhere is not valid") {
  for (const char* claim : {"0*(1/(z-1/3)) == 0", "(1/(z-1/3))^0 == 1", "z >= 0 or 1/(z-1/3) > 0",
                            "atan(1/(z-1/3)) < 2", "0*sqrt(z-1/3) == 0"}) {
    CAPTURE(claim);
    const Verification found = verify(by_hand(claim, "0:1", Verdict::proved, ".", {leaf_of(0, 2)}));
    CHECK_FALSE(found.valid);
    CHECK_MESSAGE(found.reason.find("exist") != std::string::npos, found.reason);
  }
  CHECK(verify(by_hand("z^2 + 1 > 0", "0:1", Verdict::proved, ".", {leaf_of(1, 2)})).valid);
}

TEST_CASE("the work of a check is bounded") {
  // A tree that bisects one box again and again.
  const std::size_t depth = 100'000;
  const std::vector<Leaf> leaves(depth + 1, leaf_of(0, 2));
  const Certificate deep =
      by_hand("z^2 + 1 > 0", "0:1", Verdict::proved, std::string(depth, '0') + std::string(depth + 1, '.'), leaves);
  CHECK_THROWS_WITH_AS(verify(deep), doctest::Contains("more than 128 times"), Error);
  // A wrong leaf ends the check.
  std::string tree = ".";
  for (int i = 0; i < 14; ++i) {
    std::string twice = "0";
    twice += tree;
    twice += tree;
    tree = std::move(twice);
  }
  const std::vector<Leaf> many(std::size_t{1} << 14U, leaf_of(0, 2));
  const Verification wrong = verify(by_hand("z^2 < 0", "0:1", Verdict::proved, tree, many));
  CHECK_FALSE(wrong.valid);
  CHECK(wrong.leaves <= 512);
  VerifyOptions options;
  options.time_limit = 1e-6;
  const Verification late = verify(by_hand("z^2 + 1 > 0", "0:1", Verdict::proved, tree, many), options);
  CHECK(late.late);
  CHECK_FALSE(late.valid);
  options.time_limit = 0;
  options.max_leaves = 1000;
  CHECK_FALSE(verify(by_hand("z^2 + 1 > 0", "0:1", Verdict::proved, tree, many), options).valid);
}
