// Statements and certificates of strangers. The first byte chooses what the others are:
//   d     the name of a variable and its items, a line each
//   c     the text of a certificate, to which the right digest is put: refused, or what would be written
//   b     changes of bytes of a certificate: refused
//   f     a tree and its leaves for a claim that is false in a corner: never valid
//   else  a claim, after a newline a hypothesis: refused, or a program whose values in double and over balls agree
// Whatever is refused is refused with Error(input) in one line.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "number/error.hpp"
#include "statement/evaluation/program.hpp"
#include "statement/proof/certificate.hpp"
#include "statement/proof/prove.hpp"
#include "storage/digest.hpp"

namespace {

using namespace widegeo;
using namespace widegeo::statement;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Runs what may end in Error(input), and in nothing else.
template <class Work>
void accepts_or_refuses(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    require(error.code() == ErrorCode::input);
    require(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

Statement statement_about(const std::string& claim, const std::string& hypothesis = {}) {
  Statement s;
  s.id = "fuzz";
  s.claim = claim;
  s.hypothesis = hypothesis;
  s.forall = {parse_domain("activation", {"erf"}), parse_domain("depth", {"2"}), parse_domain("dimension", {"3"}),
              parse_domain("weight_variance", {"0.5:2"}), parse_domain("radius", {"0.1:10"})};
  return s;
}

/// Calls stand for variables that no user can write, and use earlier calls only.
void check_calls(const Claim& claim) {
  std::set<std::string> known;
  const auto check = [&known](const expr::Expr& e) {
    for (const std::string& name : expr::variables_of(e)) require(!name.starts_with("__") || known.contains(name));
  };
  for (const Call& call : claim.calls) {
    for (const expr::Expr& argument : call.arguments) check(argument);
    require(known.insert(call.variable).second);
  }
  for (const Comparison& c : claim.comparisons) check(c.left), check(c.right);
}

void check_formula(const Claim& claim) {
  require(!claim.comparisons.empty());
  const std::size_t count = claim.comparisons.size();
  for (const Truth truth : {Truth::holds, Truth::fails}) {
    const std::vector<Truth> truths(count, truth);
    const std::vector<double> margins(count, truth == Truth::holds ? 1.0 : -1.0);
    const Truth whole = truth_of(claim.formula, truths);
    require(whole != Truth::undecided);
    require(margin_of(claim.formula, margins) == (whole == Truth::holds ? 1.0 : -1.0));
  }
  truth_of(claim.formula, std::vector<Truth>(count, Truth::undecided));
}

/// Where double and balls both have a value, the two enclosures meet.
void check_values(const Program& program) {
  const Choice& choice = program.choices().front();
  const std::array<TrackedDouble, 2> point{TrackedDouble(1.25), TrackedDouble(0.75)};
  const std::array<Ball, 2> balls{Ball(5) / Ball(4), Ball(3) / Ball(4)};
  const auto in_double = Evaluator<TrackedDouble>(program, choice)(point, 1);
  const auto over_balls = Evaluator<Ball>(program, choice)(balls, 1);
  if (!in_double.exists || !over_balls.exists) return;
  require(in_double.claim.size() <= over_balls.claim.size());  // of balls the conditions of existence follow
  for (std::size_t i = 0; i < in_double.claim.size(); ++i) {
    const TrackedDouble a = in_double.claim[i].value();
    const Ball b = over_balls.claim[i].value();
    if (!std::isfinite(a.value) || !std::isfinite(a.error) || !is_finite(b)) continue;
    require((b - Ball(a.value)).lower() <= a.error && (b - Ball(a.value)).upper() >= -a.error);
  }
}

void claim(const std::string& bytes) {
  accepts_or_refuses([&] {
    const std::size_t end = bytes.find('\n');
    const std::string text = bytes.substr(0, end);
    const Claim parsed = parse_claim(text);
    check_calls(parsed);
    check_formula(parsed);
    check_values(Program(statement_about(text, end == std::string::npos ? std::string() : bytes.substr(end + 1))));
  });
}

void domain(const std::string& bytes) {
  accepts_or_refuses([&] {
    std::vector<std::string> items = lines_of(bytes);
    const std::string variable = items.front();
    items.erase(items.begin());
    const Domain parsed = parse_domain(variable, items);
    require(parsed.choices() > 0);
    require(!parsed.range || parsed.range->first < parsed.range->second);
  });
}

/// The text without a digest, which ends in "}\n", with the right one.
std::string with_digest(const std::string& text) {
  const std::uint64_t hash = storage::fnv1a(text);
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 15U];
  return text.substr(0, text.size() - std::min<std::size_t>(2, text.size())) + ",\n \"digest\": \"" + digits + "\"}\n";
}

/// What stands between the versions, which need not be ours, and the digest.
std::string_view body_of(std::string_view text) {
  const std::size_t begin = text.find("\n \"statement\": "), end = text.rfind("\n \"digest\": ");
  require(begin != std::string_view::npos && end != std::string_view::npos && begin < end);
  return text.substr(begin, end - begin);
}

void certificate(const std::string& bytes) {
  accepts_or_refuses([&] {
    const std::string text = with_digest(bytes);
    const std::string again = to_json(certificate_from_json(text));
    require(body_of(again) == body_of(text));
  });
}

/// A > 9/10: it is false above a radius of about 0.3.
const Certificate& proof_in_a_corner() {
  static const Certificate found = [] {
    Statement s;
    s.id = "corner";
    s.claim = "A > 9/10";
    s.hypothesis = "radius < 5";
    s.forall = {parse_domain("activation", {"erf"}), parse_domain("weight_variance", {"1:2"}),
                parse_domain("radius", {"0.1:0.2"})};
    const Proof proof = prove(Program(s));
    require(proof.finding.verdict == Verdict::proved);
    require(verify(proof.certificate, {.threads = 1}).valid);
    return proof.certificate;
  }();
  return found;
}

void damage(const std::string& bytes) {
  static const std::string whole = to_json(proof_in_a_corner());
  std::string text = whole;
  for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
    const std::size_t at = static_cast<unsigned char>(bytes[i]) * 256U + static_cast<unsigned char>(bytes[i + 1]);
    text[at % text.size()] = bytes[i + 2];
  }
  accepts_or_refuses([&] {
    (void)certificate_from_json(text);
    require(text == whole);
  });
}

/// Two bytes a leaf: how far its stated enclosure reaches (the first is even: excluded by the hypothesis).
void forgery(const std::string& bytes) {
  Certificate forged = proof_in_a_corner();
  forged.statement.forall[2] = parse_domain("radius", {"0.1:4"});
  ChoiceProof& proof = forged.proofs.front();
  const std::size_t end = std::min<std::size_t>(bytes.find('\n'), 64);
  proof.tree = bytes.substr(0, end);
  proof.leaves.clear();
  for (std::size_t i = proof.tree.size() + 1; i + 1 < bytes.size() && proof.leaves.size() < 64; i += 2) {
    const int kind = static_cast<unsigned char>(bytes[i]);
    Leaf leaf;
    leaf.excluded = kind % 8 == 0;
    leaf.low = kind % 8 == 1 ? -1e300 : std::ldexp(1.0, -kind / 8);
    leaf.high = leaf.low + std::ldexp(1.0, static_cast<signed char>(bytes[i + 1]));
    proof.leaves.push_back(leaf);
  }
  accepts_or_refuses([&] { require(!verify(certificate_from_json(to_json(forged)), {.threads = 1}).valid); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'd':
      domain(bytes);
      break;
    case 'c':
      certificate(bytes);
      break;
    case 'b':
      damage(bytes);
      break;
    case 'f':
      forgery(bytes);
      break;
    default:
      claim(bytes);
      break;
  }
  return 0;
}
