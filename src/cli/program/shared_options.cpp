#include "cli/program/command.hpp"

namespace widegeo::cli {

void declare_model(OptionTable& t, Options& o) {
  t.group("Model");
  t.value("--activation", o.activation, "NAME|EXPR", "a name of `widegeo activations`, or an expression in x");
  t.value("--param", o.parameters, "NAME=VALUE", "a parameter of the activation (repeatable)");
  t.value("--depth", o.depth, "L", "hidden layers (default 1)");
  t.value("--weight-variance", o.weight_variance, "s[,s..]", "one for all layers or one per layer (default 1)");
  t.value("--bias-variance", o.bias_variance, "b[,b..]", "one for all layers or one per layer (default 0)");
  t.value("--input-scale", o.input_scale, "one|fan-in", "W1 ~ N(0, s) or N(0, s/d) (default one)");
  t.value("--layer", o.layer, "post|pre", "features after or before the last activation (default post)");
  t.value("--model", o.model_file, "FILE.toml", "read the model from this file; options override it");
}

void declare_output(OptionTable& t, Options& o) {
  t.group("Output");
  t.value("--format", o.format, "text|json|csv|markdown|latex", "(default text)");
  t.value("--output", o.output, "FILE", "write to this file instead of standard output");
  t.value("--fields", o.fields, "NAME[,NAME..]", "only these fields of each result, in this order; `help` lists them");
  t.flag("--quiet", o.quiet, "no notes and no progress");
}

void declare_effort(OptionTable& t, Options& o) {
  t.group("Accuracy and effort");
  t.value("--digits", o.digits, "D",
          "correct digits requested, 1 to 10000 (default: 12, in double where that suffices)");
  t.value("--threads", o.threads, "N", "(default: all cores)");
  t.value("--seed", o.seed, "N", "seed of the random numbers (default 0; only validate draws any)");
}

void declare_route(OptionTable& t, Options& o) {
  t.group("Accuracy and effort");
  t.value("--route", o.route, "auto|closed|quadrature", "how the expectations are computed (default auto)");
}

void declare_text_tables(OptionTable& t, Options& o) {
  t.group("Text tables");
  t.value("--header", o.header, "N|none", "lines of names (default: the first line, if all its cells are names)");
  t.value("--separator", o.separator, "CHAR", "also tab or blank (default: comma, semicolon or tab, as found)");
  t.value("--decimal", o.decimal, "CHAR", ". or , (default .)");
}

}  // namespace widegeo::cli
