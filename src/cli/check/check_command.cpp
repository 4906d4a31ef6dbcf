#include "cli/check/check_command.hpp"

#include "cli/check/check_file.hpp"
#include "cli/program/command.hpp"
#include "number/error.hpp"

namespace widegeo::cli {
namespace {

void refuse_flag(bool value, const std::string& option, const std::string& why) {
  if (value) refuse_option("yes", option, why);
}

/// What belongs to the catalogue alone.
void refuse_catalogue_options(const Options& o, const std::string& why) {
  refuse_flag(o.list, "--list", why);
  refuse_option(o.only, "--only", why);
  refuse_option(o.explain, "--explain", why);
  refuse_option(o.mutation, "--mutation", why);
  refuse_option(o.effort, "--effort", why);
  refuse_option(o.seed, "--seed", why);
}

void refuse_proof_options(const Options& o, const std::string& why) {
  refuse_flag(o.certified, "--certified", why);
  refuse_option(o.certificate, "--certificate", why);
  refuse_option(o.time_limit, "--time-limit", why);
}

Result check_certificates(const Options& o) {
  const std::string why = "--verify reads everything from the certificate";
  if (o.statements) throw Error(ErrorCode::input, "unexpected argument '" + *o.statements + "'", "check", why);
  refuse_catalogue_options(o, why);
  refuse_flag(o.certified, "--certified", why);
  refuse_option(o.certificate, "--certificate", why);
  refuse_option(o.points, "--points", why);
  return verify_certificates(o);
}

Result certified(const Options& o, const std::vector<statement::Statement>& statements) {
  refuse_option(o.points, "--points", "a proof does not search points");
  if (o.certificate && o.statements && *o.certificate == *o.statements)
    throw Error(ErrorCode::input, "the certificate would overwrite the statements", "--certificate",
                "give another name");
  if (o.certificate && o.output && *o.certificate == *o.output)
    throw Error(ErrorCode::input, "the certificate would overwrite the output", "--certificate", "give another name");
  return prove_statements(statements, o);
}

}  // namespace

Result check_command(const Options& options) {
  (void)make_format(options);
  (void)make_threads(options);
  if (options.verify) return check_certificates(options);
  if (!options.certified) {
    const std::string why = "it needs --certified";
    refuse_option(options.certificate, "--certificate", why);
    refuse_option(options.time_limit, "--time-limit", "it needs --certified or --verify");
  }
  if (options.statements) {
    refuse_catalogue_options(options, "it applies to the catalogue, not to a file of statements");
    const auto statements = read_statements(*options.statements);
    return options.certified ? certified(options, statements) : search_statements(statements, options);
  }
  refuse_option(options.points, "--points", "it needs a file of statements");
  if (options.list || options.explain) {
    const std::string with = options.list ? "--list" : "--explain";
    refuse_proof_options(options, "it cannot be combined with " + with);
    if (options.list) {
      refuse_option(options.explain, "--explain", "it cannot be combined with --list");
      refuse_option(options.mutation, "--mutation", "--list runs nothing");
      refuse_option(options.effort, "--effort", "--list runs nothing");
      refuse_option(options.seed, "--seed", "--list runs nothing");
      return list_catalogue(options);
    }
    refuse_option(options.only, "--only", "--explain already names the theorem");
    return explain_theorem(options);
  }
  if (options.certified) {
    const std::string why = "a proof draws no random cases and breaks no formula";
    refuse_option(options.mutation, "--mutation", why);
    refuse_option(options.effort, "--effort", why);
    refuse_option(options.seed, "--seed", why);
    return certified(options, provable_statements(options));
  }
  return run_catalogue(options);
}

namespace {

void declare_check(OptionTable& t, Options& o) {
  t.file("statements", o.statements, "MINE.toml", "statements of your own, in place of the catalogue");
  t.group("Catalogue");
  t.value("--only", o.only, "ID[,ID..]", "only these theorems, or groups of theorems");
  t.flag("--list", o.list, "list the theorems, run nothing");
  t.value("--explain", o.explain, "ID", "statement, source, both routes and the numbers compared");
  t.value("--mutation", o.mutation, "NAME", "with --only or --explain: break the formula; the check must fail");
  t.value("--effort", o.effort, "N", "more cases and more samples (default 1)");
  t.value("--seed", o.seed, "N", "seed of the random cases and simulations (default 1)");
  t.group("Statements");
  t.value("--points", o.points, "N", "points searched for each statement (default 20000)");
  t.flag("--certified", o.certified, "prove or refute over whole ranges, by ball arithmetic");
  t.value("--certificate", o.certificate, "FILE.json", "with --certified: write the proofs, for --verify");
  t.value("--time-limit", o.time_limit, "SECONDS", "with --certified or --verify: open claims are then undecided");
  t.value("--verify", o.verify, "FILE.json", "check the certificates of this file");
  t.group("Effort");
  t.value("--threads", o.threads, "N", "(default: all cores)");
  declare_output(t, o);
}

std::string check_fields() {
  return R"(# theorems
id                the name of a theorem or statement
group             kernels, metric, curvature, networks or limits
statement         in words
verdict           holds, fails, proved, enclosed, searched or undecided
expected          the verdict that the theorem should have
residual          of the worst comparison
tolerance         of the worst comparison
at                the place of the worst comparison, or the worst point of a statement
left              one side there
right             the other side
comparisons       made
tolerance_reason  where the tolerance comes from
reason            why nothing is decided
source            paper and equation
# --list and --explain
latex             the statement in LaTeX
provable          whether --certified has a statement to prove
mutations         errors that the check must detect
hypotheses        of the theorem
derivation        where it is derived
left_route        how one side is computed
right_route       how the other side is computed
compared          pairs of numbers
# statements of your own
claim             as it stands in the file
where             the hypothesis
margin            by which the claim holds, or fails, at its worst point
error             of the margin
certified         whether balls confirm it
searched          points, or boxes
excluded          points, or boxes, where the hypothesis does not hold
missing           points where a quantity does not exist
boxes             of the proof
command           that shows the geometry at the point
# --verify
valid             whether the certificate proves the claim
width             to which an equality is enclosed
leaves            boxes of the certificate
cross_checked     numbers computed again by quadrature
)";
}

}  // namespace

namespace command {
extern const Command check;
const Command check{
    .name = "check",
    .help = "the theorems, and your own statements: verdicts, proofs, counterexamples",
    .example =
        "Examples:\n  widegeo check\n  widegeo check --explain ricci-published-coefficient\n  widegeo check MINE.toml "
        "--certified --certificate MINE.json",
    .fields = check_fields,
    .declare = declare_check,
    .run = check_command};
}  // namespace command

}  // namespace widegeo::cli
