// The options of every command, through CLI11; its complaints are translated into the project's one-line form.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "cli/program/program.hpp"
#include "number/error.hpp"

namespace widegeo::cli {
namespace {

const std::vector<std::string> commands{"kernel", "metric", "formula", "activations", "validate", "regress", "check"};

void add_model(CLI::App& app, Options& o) {
  const char* group = "Model";
  app.add_option("--activation", o.activation, "NAME|EXPR  a name of `widegeo activations`, or an expression in x")
      ->group(group);
  app.add_option("--param", o.parameters, "NAME=VALUE  a parameter of the activation (repeatable)")
      ->group(group)
      ->allow_extra_args(false);
  app.add_option("--depth", o.depth, "L  hidden layers (default 1)")->group(group);
  app.add_option("--weight-variance", o.weight_variance, "s[,s..]  one for all layers or one per layer (default 1)")
      ->group(group);
  app.add_option("--bias-variance", o.bias_variance, "b[,b..]  one for all layers or one per layer (default 0)")
      ->group(group);
  app.add_option("--input-scale", o.input_scale, "one|fan-in  W1 ~ N(0, s) or N(0, s/d) (default one)")->group(group);
  app.add_option("--layer", o.layer, "post|pre  features after or before the last activation (default post)")
      ->group(group);
  app.add_option("--model", o.model_file, "FILE.toml  the same in a file; options override it")->group(group);
}

void add_output(CLI::App& app, Options& o) {
  const char* group = "Output";
  app.add_option("--format", o.format, "text|json|csv|markdown|latex (default text)")->group(group);
  app.add_option("--output", o.output, "FILE  write there instead of to standard output")->group(group);
  app.add_option("--fields", o.fields, "NAME[,NAME..]  only these fields of each result, in this order")->group(group);
  app.add_flag("--quiet", o.quiet, "no notes and no progress")->group(group);
}

void add_effort(CLI::App& app, Options& o) {
  const char* group = "Accuracy and effort";
  app.add_option("--digits", o.digits,
                 "D  right digits asked for, 1 to 10000 (default: 12, in double where that suffices)")
      ->group(group);
  app.add_option("--threads", o.threads, "N  (default: all cores)")->group(group);
  app.add_option("--seed", o.seed, "N  of the random numbers (default 0; only validate draws any)")->group(group);
}

void add_route(CLI::App& app, Options& o) {
  app.add_option("--route", o.route, "auto|closed|quadrature  where the expectations come from (default auto)")
      ->group("Accuracy and effort");
}

void add_table(CLI::App& app, Options& o) {
  const char* group = "Tables in text";
  app.add_option("--header", o.header, "N|none  lines of names (default: the first line, if all its cells are names)")
      ->group(group);
  app.add_option("--separator", o.separator, "CHAR  or tab, blank (default: comma, semicolon or tab, as found)")
      ->group(group);
  app.add_option("--decimal", o.decimal, "CHAR  . or , (default .)")->group(group);
}

void add_validate(CLI::App& app, Options& o) {
  auto* validate = app.add_subcommand("validate", "the theory against simulated finite networks, with a verdict");
  validate->add_option("campaign", o.campaign, "CAMPAIGN.toml  grids of models and points, in place of one of them");
  add_model(*validate, o);
  validate->add_option("--x", o.x, "NUMBERS  a point, as 0.3,-0.7")->group("Input");
  const char* group = "Simulation";
  validate
      ->add_option("--quantities", o.validate_quantities,
                   "NAME[,NAME..]  metric, kernel, log_volume, scalar_curvature, ... (default: metric, log_volume and, "
                   "up to d = 4, scalar_curvature)")
      ->group(group);
  validate
      ->add_option("--width", o.width,
                   "N[,N..]  of every hidden layer; several remove the bias of order 1/width (default 1000,4000,16000 "
                   "where there is one, else 1000)")
      ->group(group);
  validate->add_option("--samples", o.samples, "M[,M..]  networks, at each width (default 2000; explicit weights 200)")
      ->group(group);
  validate
      ->add_option(
          "--target-error", o.target_error,
          "E[,E..]  draw until every standard error is at most E of the exact value; --samples is then the most")
      ->group(group);
  validate->add_option("--sampler", o.sampler, "auto|conditional|explicit (default auto)")->group(group);
  validate
      ->add_option("--weight-law", o.weight_law,
                   "gaussian|uniform|rademacher|orthogonal|sparse|student-t (default gaussian)")
      ->group(group);
  validate
      ->add_option("--weight-parameter", o.weight_parameter,
                   "P  sparse: the fraction of nonzero weights; student-t: degrees of freedom")
      ->group(group);
  validate->add_option("--control-variates", o.control_variates, "yes|no  (default yes)")->group(group);
  validate
      ->add_option("--false-alarm", o.false_alarm,
                   "P  chance that a right theory fails, all tests together (default 1e-3)")
      ->group(group);
  validate->add_flag("--distribution", o.distribution, "quantiles over the networks; in JSON and CSV also a histogram")
      ->group(group);
  validate->add_option("--checkpoint", o.checkpoint, "FILE  keeps what is done")->group(group);
  validate->add_flag("--resume", o.resume, "go on from the checkpoint")->group(group);
  validate->add_option("--time-limit", o.time_limit, "SECONDS  refuse, or stop, what would take longer")->group(group);
  add_route(*validate, o);
  add_effort(*validate, o);
  add_output(*validate, o);
  validate->footer("Example:\n  widegeo validate --activation erf --x 0.8,0.3 --width 200 --samples 500 --seed 1");
}

void add_gram(CLI::App& app, Options& o) {
  const char* group = "Gram matrix (--input)";
  app.add_flag("--all-layers", o.all_layers, "a matrix for every depth 1..L")->group(group);
  app.add_option("--dtype", o.dtype, "float64|float32  of the .npy written (default float64)")->group(group);
  app.add_option("--tolerance", o.tolerance,
                 "E  error asked for, relative to sqrt(K(x,x) K(y,y)) (default 1e-12; with --derivatives or --pairs "
                 "1e-10)")
      ->group(group);
  app.add_option("--memory-limit", o.memory_limit, "BYTES  as 64M: beyond the files (default 64M)")->group(group);
  app.add_flag("--force", o.force, "replace an existing output file")->group(group);
  app.add_flag("--resume", o.resume, "go on with what an interrupted run has left")->group(group);
}

void add_regress(CLI::App& app, Options& o) {
  auto* regress = app.add_subcommand("regress", "ridge regression with the kernel of an infinitely wide network");
  add_model(*regress, o);
  const char* group = "Data";
  regress->add_option("--input", o.input, "FILE  .csv, .csv.gz or .npy: every row is a point")->group(group);
  regress->add_option("--columns", o.columns, "FIRST:LAST  columns of --input that are coordinates, from 1")
      ->group(group);
  regress->add_option("--targets", o.targets, "FILE  a row of targets for every row of --input")->group(group);
  regress->add_option("--target-column", o.target_column, "K  or: the targets are column K of --input")->group(group);
  regress->add_option("--train", o.train, "FIRST:LAST  rows to learn from, from 1")->group(group);
  regress->add_option("--test", o.test, "FIRST:LAST  rows to predict (default: all others)")->group(group);
  regress->add_flag("--classes", o.classes, "the targets are classes: predict the likeliest, count the right answers")
      ->group(group);
  add_table(*regress, o);
  group = "Regression";
  regress->add_option("--kind", o.kind, "nngp|ntk|both (default nngp)")->group(group);
  regress->add_option("--ridge", o.ridge, "R  added to the diagonal, relative to its mean (default 1e-6)")
      ->group(group);
  regress
      ->add_option("--tolerance", o.tolerance,
                   "E  error of the kernel, relative to sqrt(K(x,x) K(y,y)) (default 1e-12)")
      ->group(group);
  add_route(*regress, o);
  regress->add_option("--threads", o.threads, "N  (default: all cores)")->group("Accuracy and effort");
  add_output(*regress, o);
  regress->footer(
      "Example:\n  widegeo regress --activation erf --depth 3 --input-scale fan-in --input digits.csv --columns 1:64 "
      "\\\n"
      "    --target-column 65 --classes --train 1:1200");
}

void add_scalar(CLI::App& kernel, Options& o) {
  const char* group = "One function of the correlation";
  kernel.add_flag("--scalar", o.scalar, "the kernel of inputs of one norm as a function of rho = x.y/|x|^2")
      ->group(group);
  kernel.add_option("--as", o.scalar_form, "table|chebyshev|power  values or coefficients (default table)")
      ->group(group);
  kernel.add_option("--rho", o.rho, "LOW:HIGH:COUNT or NUMBERS  of the table (default -1:1:21)")->group(group);
  kernel.add_option("--order", o.order, "N  of the power series, up to 200 (default 20)")->group(group);
  kernel.add_option("--radius", o.radius, "R  the norm of the inputs (default 1)")->group(group);
  kernel.add_option("--dimension", o.dimension, "d  of the inputs, for --input-scale fan-in")->group(group);
}

void add_check(CLI::App& app, Options& o) {
  auto* check = app.add_subcommand("check", "the theorems, and your own statements: verdicts, proofs, counterexamples");
  check->add_option("statements", o.statements, "MINE.toml  statements of your own, in place of the catalogue");
  const char* group = "Catalogue";
  check->add_option("--only", o.only, "ID[,ID..]  these theorems, or groups of them")->group(group);
  check->add_flag("--list", o.list, "what there is; nothing is run")->group(group);
  check->add_option("--explain", o.explain, "ID  statement, source, both routes and the numbers compared")
      ->group(group);
  check->add_option("--mutation", o.mutation, "NAME  with --only or --explain: break the formula; the check must fail")
      ->group(group);
  check->add_option("--effort", o.effort, "N  more cases and more samples (default 1)")->group(group);
  check->add_option("--seed", o.seed, "N  of cases drawn at random and of simulations (default 1)")->group(group);
  group = "Statements";
  check->add_option("--points", o.points, "N  points of the search, for each statement (default 20000)")->group(group);
  check->add_flag("--certified", o.certified, "prove or refute over whole ranges, by balls")->group(group);
  check->add_option("--certificate", o.certificate, "FILE.json  with --certified: the proofs, for --verify")
      ->group(group);
  check
      ->add_option("--time-limit", o.time_limit,
                   "SECONDS  with --certified or --verify: what is open then is undecided")
      ->group(group);
  check->add_option("--verify", o.verify, "FILE.json  check the certificates of this file")->group(group);
  check->add_option("--threads", o.threads, "N  (default: all cores)")->group("Effort");
  add_output(*check, o);
  check->footer(
      "Examples:\n  widegeo check\n  widegeo check --explain ricci-published-coefficient\n  widegeo check MINE.toml "
      "--certified --certificate MINE.json");
}

void add_commands(CLI::App& app, Options& o) {
  auto* kernel = app.add_subcommand("kernel", "the kernel of a pair of inputs, or a Gram matrix");
  add_model(*kernel, o);
  kernel->add_option("--x", o.x, "NUMBERS  first input, as 0.3,-0.7")->group("Input");
  kernel->add_option("--y", o.y, "NUMBERS  second input (default: the first)")->group("Input");
  kernel->add_option("--input", o.input, "FILE  .csv, .csv.gz or .npy: Gram matrix of its rows, with --output")
      ->group("Input");
  kernel->add_option("--input2", o.input2, "FILE  the rows of --input against these")->group("Input");
  kernel->add_option("--columns", o.columns, "FIRST:LAST  columns of the files to use, from 1")->group("Input");
  kernel->add_option("--kind", o.kind, "nngp|ntk, or both in a Gram matrix (default nngp)")->group("Quantity");
  kernel->add_option("--derivatives", o.derivatives, "0|1|2  with gradients (1) and the mixed Hessian (2)")
      ->group("Quantity");
  kernel
      ->add_option("--gradient-of", o.gradient_of,
                   "x|y  with --input and --derivatives 1: d/d x_i or d/d y_j of k(x_i, y_j) (default y)")
      ->group("Quantity");
  kernel
      ->add_option("--pairs", o.pairs,
                   "FILE  with --input: only these pairs of rows; two columns of row numbers, counted from 0")
      ->group("Input");
  add_table(*kernel, o);
  add_scalar(*kernel, o);
  add_gram(*kernel, o);
  add_route(*kernel, o);
  add_effort(*kernel, o);
  add_output(*kernel, o);
  kernel->footer("Example:\n  widegeo kernel --activation erf --x 0.3,-0.7 --y 0.5,0.2 --derivatives 2");

  auto* metric = app.add_subcommand("metric", "the induced metric, its volume element and curvature");
  add_model(*metric, o);
  metric->add_option("--x", o.x, "NUMBERS  a point, as 0.3,-0.7")->group("Input");
  metric->add_option("--radius", o.radius, "R|FROM:TO:N  a radius or N radii with both ends; needs --dimension")
      ->group("Input");
  metric->add_option("--dimension", o.dimension, "d  1 to 1000000, with --radius")->group("Input");
  metric->add_flag("--log", o.logarithmic, "space the radii logarithmically")->group("Input");
  metric->add_option("--input", o.input, "FILE  .csv, .csv.gz or .npy: every row is a point")->group("Input");
  metric->add_option("--columns", o.columns, "FIRST:LAST  columns of the file to use, from 1")->group("Input");
  add_table(*metric, o);
  add_route(*metric, o);
  add_effort(*metric, o);
  add_output(*metric, o);
  metric->add_flag("--force", o.force, "replace an existing .npy")->group("Output");
  metric->footer("Example:\n  widegeo metric --activation erf --depth 3 --radius 0.5:2:4 --dimension 3");

  auto* formula = app.add_subcommand("formula", "closed forms and the depth recursion, symbolically");
  add_model(*formula, o);
  formula
      ->add_option("--quantity", o.quantities,
                   "K|Kdot|V|D|Omega|dOmega|ddOmega|A|B|R|scalar  (repeatable; default all but scalar)")
      ->group("Quantity")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_output(*formula, o);
  formula->footer("Example:\n  widegeo formula --activation erf --quantity K --format latex");

  auto* activations = app.add_subcommand("activations", "the named activations");
  add_output(*activations, o);
  activations->footer("Example:\n  widegeo activations --format markdown");

  add_validate(app, o);
  add_regress(app, o);
  add_check(app, o);
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) names.push_back(option->get_name());
  return names;
}

[[noreturn]] void unknown(const std::string& word, const CLI::App& app) {
  const std::string name = word.substr(0, word.find('='));
  if (name.empty() || name.front() != '-') {
    throw Error(ErrorCode::input, "unexpected argument '" + name + "'", app.get_name(), "options begin with --");
  }
  const std::string near = nearest_name(name, option_names(app));
  throw Error(ErrorCode::input, "unknown option '" + name + "'", app.get_name(),
              near.empty() ? "see widegeo " + app.get_name() + " --help" : "did you mean '" + near + "'?");
}

/// Whether the command has an argument of its own beside the options.
bool takes_file(const CLI::App& app) {
  return app.get_option_no_throw("campaign") != nullptr || app.get_option_no_throw("statements") != nullptr;
}

/// Every option exists at most once, save the repeatable ones; numbers with a leading minus belong to the option before
/// them: `--x -0.3,0.7` becomes `--x=-0.3,0.7`.
std::vector<std::string> joined(const std::vector<std::string>& arguments, const CLI::App& app) {
  std::vector<std::string> result;
  std::map<std::string, int> seen;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const std::string name = word.substr(0, word.find('='));
    const CLI::Option* option = name.starts_with("--") ? app.get_option_no_throw(name) : nullptr;
    if (option == nullptr && !word.starts_with("-") && !word.empty() && takes_file(app) && seen["file"]++ == 0) {
      result.push_back(word);
      continue;
    }
    if (option == nullptr && word != "-h") unknown(word, app);
    if (option == nullptr || option->get_items_expected_max() == 0) {
      if (option != nullptr && word != name) {
        throw Error(ErrorCode::input, "option '" + name + "' takes no value", app.get_name());
      }
      result.push_back(word);
      continue;
    }
    const bool repeatable = name == "--param" || name == "--quantity";
    if (!repeatable && seen[name]++ > 0)
      throw Error(ErrorCode::input, "option '" + name + "' is given twice", app.get_name());
    if (word != name) {
      result.push_back(word);
    } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
      result.push_back(word + "=" + arguments[++i]);
    } else {
      throw Error(ErrorCode::input, "option '" + name + "' needs a value", app.get_name(),
                  "see widegeo " + app.get_name() + " --help");
    }
    if (result.back().size() == name.size() + 1) {
      throw Error(ErrorCode::input, "the value of option '" + name + "' is empty", app.get_name());
    }
  }
  return result;
}

}  // namespace

std::variant<Options, std::string> parse_arguments(std::vector<std::string> arguments) {
  Options options;
  CLI::App app("widegeo: the exact Riemannian geometry of infinitely wide neural networks", "widegeo");
  app.footer(
      "widegeo COMMAND --help shows the options of a command and an example.\n"
      "Exit codes: 0 done, 1 a claim or cross-check failed, 2 bad usage or input, 3 accuracy not reached, 4 reading or "
      "writing "
      "failed.");
  app.add_flag("--version")->description("print the version");
  add_commands(app, options);

  if (arguments.empty()) throw Error(ErrorCode::input, "no command is given", "", "see widegeo --help");
  const std::string command = arguments.front();
  if (command == "--help" || command == "-h" || command == "help") return app.help();
  if (command == "--version") return std::string("widegeo ") + WIDEGEO_VERSION + "\n";
  if (command.starts_with("-")) unknown(command, app);
  if (std::find(commands.begin(), commands.end(), command) == commands.end()) {
    const std::string near = nearest_name(command, commands);
    throw Error(ErrorCode::input, "unknown command '" + command + "'", "",
                near.empty() ? "known: kernel, metric, formula, activations, validate, regress, check"
                             : "did you mean '" + near + "'?");
  }
  CLI::App& chosen = *app.get_subcommand(command);
  arguments.erase(arguments.begin());
  if (std::any_of(arguments.begin(), arguments.end(),
                  [](const auto& word) { return word == "--help" || word == "-h"; })) {
    return chosen.help("widegeo");
  }
  arguments = joined(arguments, chosen);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    chosen.parse(arguments);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorCode::input, error.what(), command, "see widegeo " + command + " --help");
  }
  options.command = command;
  return options;
}

}  // namespace widegeo::cli
