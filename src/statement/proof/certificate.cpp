#include "statement/proof/certificate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "number/ball/arb.hpp"
#include "number/error.hpp"
#include "statement/claim/names.hpp"
#include "statement/proof/enclosure_box.hpp"
#include "storage/digest.hpp"

namespace widegeo::statement {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* schema = "widegeo/certificate/1";

/// For a text that nothing identifies as a certificate.
[[noreturn]] void damaged_or_none(const std::string& what) {
  throw Error(ErrorCode::input, "the certificate is damaged, or the file is not one: " + printable(what), "certificate",
              "`widegeo check --certified --certificate FILE` makes one");
}

[[noreturn]] void damaged(const std::string& what) {
  throw Error(ErrorCode::input, "the certificate is damaged: " + printable(what), "certificate",
              "make it again with `widegeo check --certified`");
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// The one text of an object: a line for each member, and for each proof.
std::string canonical(const Json& object) {
  std::string text = "{";
  for (const auto& [name, value] : object.items()) {
    text += (text.size() == 1 ? "" : ",\n ") + dump(name) + ": ";
    if (name != "proofs" || !value.is_array()) {
      text += dump(value);
      continue;
    }
    text += "[";
    for (std::size_t i = 0; i < value.size(); ++i) text += (i == 0 ? "\n  " : ",\n  ") + dump(value[i]);
    text += "]";
  }
  return text + "}\n";
}

std::string digest_of(const std::string& text) { return fmt::format("{:016x}", storage::fnv1a(text)); }

// Writing.

Json json_of(const std::vector<std::pair<std::string, Rational>>& values) {
  Json list = Json::array();
  for (const auto& [name, value] : values) list.push_back(Json::array({name, widegeo::to_text(value)}));
  return list;
}

Json json_of(const Domain& domain) {
  Json object{{"variable", domain.variable}};
  if (domain.range) {
    object["range"] = Json::array({widegeo::to_text(domain.range->first), widegeo::to_text(domain.range->second)});
  } else if (!domain.texts.empty()) {
    object["texts"] = domain.texts;
  } else {
    Json values = Json::array();
    for (const Rational& value : domain.values) values.push_back(widegeo::to_text(value));
    object["values"] = values;
  }
  return object;
}

Json json_of(const Statement& statement) {
  Json forall = Json::array();
  for (const Domain& domain : statement.forall) forall.push_back(json_of(domain));
  return Json{{"id", statement.id},
              {"claim", statement.claim},
              {"where", statement.hypothesis},
              {"forall", forall},
              {"input_scale", statement.input_scale == InputScale::one ? "one" : "fan-in"},
              {"layer", statement.read_out == ReadOut::post ? "post" : "pre"}};
}

Json json_of(const ChoiceProof& proof) {
  Json leaves = Json::array();
  for (const Leaf& leaf : proof.leaves) {
    if (leaf.excluded) {
      leaves.push_back(nullptr);
      continue;
    }
    leaves.push_back(leaf.low);
    leaves.push_back(leaf.high);
  }
  return Json{
      {"activation", proof.choice.activation},  {"depth", proof.choice.depth}, {"dimension", proof.choice.dimension},
      {"values", json_of(proof.choice.values)}, {"tree", proof.tree},          {"leaves", std::move(leaves)}};
}

Json json_of(const Finding& finding) {
  Json compared = Json::array();
  for (const Compared& c : finding.compared)
    compared.push_back(Json{{"text", c.text}, {"left", c.left}, {"right", c.right}, {"error", c.error}});
  return Json{{"activation", finding.at.activation},
              {"depth", finding.at.depth},
              {"dimension", finding.at.dimension},
              {"values", json_of(finding.at.values)},
              {"margin", finding.margin},
              {"error", finding.error},
              {"compared", compared}};
}

// Reading. What is not there or of another type throws Json::exception, which the caller turns into `damaged`.

Rational rational(const Json& text) {
  const std::optional<Rational> value = parse_rational(text.get<std::string>());
  if (!value) damaged("\"" + text.get<std::string>() + "\" is not an exact number");
  return *value;
}

/// A finite number of this JSON; integers too.
double number(const Json& json) {
  if (!json.is_number()) damaged("a number is missing");
  const double value = json.get<double>();
  if (!std::isfinite(value)) damaged("a number is not finite");
  return value;
}

template <class Whole>
Whole whole(const Json& json, std::uint64_t limit) {
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > limit) damaged("a count is out of its range");
  return static_cast<Whole>(json.get<std::uint64_t>());
}

std::vector<std::pair<std::string, Rational>> values_of(const Json& list) {
  std::vector<std::pair<std::string, Rational>> values;
  for (const Json& item : list) values.emplace_back(item.at(0).get<std::string>(), rational(item.at(1)));
  return values;
}

std::string one_of(const Json& text, const char* first, const char* second) {
  std::string word = text.get<std::string>();
  if (word != first && word != second) damaged("\"" + word + "\" is neither " + first + " nor " + second);
  return word;
}

Statement statement_of(const Json& json) {
  Statement statement;
  statement.id = json.at("id").get<std::string>();
  statement.claim = json.at("claim").get<std::string>();
  statement.hypothesis = json.at("where").get<std::string>();
  for (const Json& item : json.at("forall")) {
    Domain domain;
    domain.variable = item.at("variable").get<std::string>();
    if (item.contains("range"))
      domain.range = {rational(item.at("range").at(0)), rational(item.at("range").at(1))};
    else if (item.contains("texts"))
      domain.texts = item.at("texts").get<std::vector<std::string>>();
    else
      for (const Json& value : item.at("values")) domain.values.push_back(rational(value));
    statement.forall.push_back(std::move(domain));
  }
  statement.input_scale =
      one_of(json.at("input_scale"), "one", "fan-in") == "one" ? InputScale::one : InputScale::fan_in;
  statement.read_out = one_of(json.at("layer"), "post", "pre") == "post" ? ReadOut::post : ReadOut::pre;
  statement.validate();
  return statement;
}

/// Dots of a preorder that is one whole tree over so many ranges.
std::size_t leaves_of_tree(const std::string& tree, std::size_t ranges) {
  std::size_t open = 1, dots = 0;
  for (const char c : tree) {
    if (open == 0) damaged("a tree continues after its end");
    if (c == '.') {
      --open;
      ++dots;
      continue;
    }
    const int variable = variable_of(c);
    if (variable < 0 || static_cast<std::size_t>(variable) >= ranges)
      damaged("a tree bisects a range that does not exist");
    ++open;
  }
  if (open != 0) damaged("a tree is truncated");
  return dots;
}

ChoiceProof proof_of(const Json& json, std::size_t ranges) {
  ChoiceProof proof;
  proof.choice.activation = json.at("activation").get<std::string>();
  proof.choice.depth = whole<unsigned>(json.at("depth"), 100'000);
  proof.choice.dimension = whole<unsigned long>(json.at("dimension"), std::uint64_t{1} << 62U);
  proof.choice.values = values_of(json.at("values"));
  proof.tree = json.at("tree").get<std::string>();
  const std::size_t count = leaves_of_tree(proof.tree, ranges);
  const Json& list = json.at("leaves");
  for (std::size_t i = 0; i < list.size(); ++i) {
    Leaf leaf;
    leaf.excluded = list[i].is_null();
    if (!leaf.excluded) {
      leaf.low = number(list[i]);
      if (++i == list.size()) damaged("an enclosure has only one endpoint");
      leaf.high = number(list[i]);
      if (leaf.low > leaf.high) damaged("the endpoints of an enclosure are exchanged");
    }
    proof.leaves.push_back(leaf);
  }
  if (proof.leaves.size() != count) damaged("the number of leaves of a tree differs from the number listed");
  return proof;
}

Finding finding_of(const Json& json) {
  Finding finding;
  finding.verdict = Verdict::fails;
  finding.has_point = finding.certified = true;
  finding.at.activation = json.at("activation").get<std::string>();
  finding.at.depth = whole<unsigned>(json.at("depth"), 100'000);
  finding.at.dimension = whole<unsigned long>(json.at("dimension"), std::uint64_t{1} << 62U);
  finding.at.values = values_of(json.at("values"));
  finding.margin = number(json.at("margin"));
  finding.error = number(json.at("error"));
  for (const Json& c : json.at("compared"))
    finding.compared.push_back({c.at("text").get<std::string>(), c.at("left").get<std::string>(),
                                c.at("right").get<std::string>(), c.at("error").get<std::string>()});
  return finding;
}

Verdict verdict_of(const std::string& text) {
  for (const Verdict verdict : {Verdict::proved, Verdict::enclosed, Verdict::fails})
    if (to_text(verdict) == text) return verdict;
  damaged("\"" + text + "\" is not a verdict that can be certified");
}

Certificate certificate_of(const Json& json) {
  Certificate certificate;
  certificate.statement = statement_of(json.at("statement"));
  certificate.verdict = verdict_of(json.at("verdict").get<std::string>());
  certificate.bits = whole<long>(json.at("bits"), 1U << 20U);
  if (certificate.verdict == Verdict::enclosed && json.contains("width")) certificate.width = number(json.at("width"));
  if (certificate.verdict == Verdict::fails) {
    certificate.counterexample = finding_of(json.at("counterexample"));
    certificate.counterexample.id = certificate.statement.id;
    certificate.counterexample.claim = certificate.statement.claim;
    return certificate;
  }
  const std::size_t ranges = ranges_of(certificate.statement).size();
  for (const Json& proof : json.at("proofs")) certificate.proofs.push_back(proof_of(proof, ranges));
  return certificate;
}

/// All but the digest.
Json object_of(const Certificate& certificate, const Json& version, const Json& libraries) {
  Json json{{"schema", schema},
            {"version", version},
            {"libraries", libraries},
            {"statement", json_of(certificate.statement)},
            {"verdict", to_text(certificate.verdict)},
            {"bits", certificate.bits}};
  if (certificate.width) json["width"] = *certificate.width;
  if (certificate.verdict == Verdict::fails) {
    json["counterexample"] = json_of(certificate.counterexample);
  } else {
    Json proofs = Json::array();
    for (const ChoiceProof& proof : certificate.proofs) proofs.push_back(json_of(proof));
    json["proofs"] = std::move(proofs);
  }
  return json;
}

/// What writes and compares a value calls itself for every level of it: a certificate has seven, a stranger's text may
/// have more than the stack holds.
Json parsed(const std::string& text) {
  constexpr int max_depth = 16;
  return Json::parse(text, [](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
    if (depth > max_depth) damaged("it is nested too deeply");
    return true;
  });
}

}  // namespace

std::string to_json(const Certificate& certificate) {
  Json json = object_of(certificate, WIDEGEO_VERSION,
                        Json{{"flint", FLINT_VERSION}, {"arb", version_of_arb()}, {"gmp", gmp_version}});
  json["digest"] = digest_of(canonical(json));
  return canonical(json);
}

Certificate certificate_from_json(const std::string& text) {
  try {
    Json json = parsed(text);
    if (!json.is_object() || !json.contains("schema") || json.at("schema") != schema)
      damaged_or_none(std::string("its schema is not ") + schema);
    if (canonical(json) != text) damaged("its text is not in canonical form");
    const std::string digest = json.at("digest").get<std::string>();
    json.erase("digest");
    if (digest_of(canonical(json)) != digest) damaged("its digest does not match");
    Certificate certificate = certificate_of(json);
    const Json again = object_of(certificate, json.at("version"), json.at("libraries"));
    if (canonical(again) != canonical(json)) damaged("it has unknown fields, or values not in canonical form");
    return certificate;
  } catch (const Json::parse_error& error) {
    damaged_or_none("it is not valid JSON from byte " + std::to_string(error.byte) + " on");
  } catch (const Json::exception& error) {
    damaged(error.what());
  } catch (const Error& error) {
    if (error.where() == "certificate") throw;
    damaged(error.what());
  }
}

}  // namespace widegeo::statement
