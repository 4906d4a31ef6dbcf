#include "cli/program/program.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>
#include <system_error>

#include "cli/check/check_file.hpp"
#include "cli/program/command.hpp"
#include "cli/program/last_words.hpp"
#include "cli/program/parse.hpp"
#include "expr/expr.hpp"
#include "number/error.hpp"
#include "parallel/ranks.hpp"
#include "report/printable.hpp"
#include "report/terminal.hpp"
#include "storage/atomic_write.hpp"

namespace widegeo::cli {
namespace {

constexpr int failure_unknown = 2;

/// Names of files and what stands in them are a stranger's: nothing of them is obeyed by the terminal.
std::string one_line(const std::string& text) { return report::printable(text); }

/// The expression and the caret under the position, two lines.
void print_caret(const std::string& text) {
  const std::size_t end = text.rfind('\n');
  std::fprintf(stderr, "%s%s\n", one_line(text.substr(0, end)).c_str(),
               end == std::string::npos ? "" : text.substr(end).c_str());
}

void print_error(const Error& error) {
  std::string line = "widegeo: error: " + one_line(error.summary());
  if (!error.where().empty())
    line += std::string(" (") + (error.where_is_argument() ? "--" : "") + one_line(error.where()) + ")";
  if (!error.hint().empty()) line += "; " + one_line(error.hint());
  std::fprintf(stderr, "%s\n", line.c_str());
}

void write_standard_output(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw Error(ErrorCode::io, "cannot write", "standard output");
  }
}

void finish_standard_output() {
  if (std::fflush(stdout) != 0) throw Error(ErrorCode::io, "cannot write", "standard output");
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored);
}

/// Before any work: a report replaces an older one, but never what the run reads, and what cannot be written is found
/// now. Keep what comes back until the output is written.
storage::Descriptor check_output(const Command& command, const Options& options) {
  if (!options.output) return {};
  for (const std::string& file : options.files) {
    if (file == *options.output || same_file(file, *options.output))
      throw Error(ErrorCode::input, "the output would overwrite the input", "--output", "give another name");
  }
  if (options.output->ends_with(".npy") && !(command.writes_arrays != nullptr && command.writes_arrays(options)))
    throw Error(ErrorCode::input, "a .npy is written only for the rows of --input", "--output", "write .json or .csv");
  return storage::check_writable(*options.output);
}

/// Work that the processes of one mpirun do not share is that of the first one.
bool work_of_another_rank(const Command& command, const Options& options) {
  const bool shared = command.shared_by_ranks != nullptr && command.shared_by_ranks(options);
  return !shared && launched_rank() > 0;
}

}  // namespace

void check_fields(const Command& command, const Options& options) {
  if (!options.fields) return;
  std::vector<std::string> known;
  std::istringstream lines(command.fields());
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("#")) known.push_back(line.substr(0, line.find(' ')));
  for (const std::string& field : split(*options.fields, ',')) {
    const auto is_field = [&field](const std::string& name) {
      return name.ends_with('*') ? field.starts_with(name.substr(0, name.size() - 1)) : field == name;
    };
    if (std::ranges::any_of(known, is_field)) continue;
    const std::string near = nearest_name(field, known);
    throw Error(ErrorCode::input, "unknown field '" + field + "'", "--fields",
                near.empty() ? std::string("`widegeo ") + command.name + " --fields help` lists them"
                             : "did you mean '" + near + "'?");
  }
}

namespace {

int run_command(const Command& command, const Options& options) {
  if (options.fields == "help") {
    write_standard_output(command.fields());
    finish_standard_output();
    return 0;
  }
  check_fields(command, options);  // before hours of work
  Result result = command.run(options);
  if (result.silent) return result.exit_code;
  emit(result, options);
  if (!result.failure.empty()) {
    print_error(Error(static_cast<ErrorCode>(result.exit_code), result.failure, result.claim, result.hint));
    return result.exit_code;
  }
  if (result.exit_code == static_cast<int>(ErrorCode::claim)) {
    print_error(Error(ErrorCode::claim, "the cross-check failed", result.claim, "see the columns z and verdict"));
  }
  if (result.exit_code == static_cast<int>(ErrorCode::accuracy)) {
    print_error(Error(ErrorCode::accuracy, result.claim, options.command, result.hint));
  }
  return result.exit_code;
}

}  // namespace

void emit(const Result& result, const Options& options) {
  report::Document document = result.document;
  if (options.quiet) document.notes.clear();
  if (options.fields && !result.fields_used) document.select(split(*options.fields, ','));
  const report::Format format = make_format(options);
  report::TextLayout layout;
  layout.all_digits = options.digits.has_value();
  const auto print = [&](const report::Sink& sink) {
    if (result.raw) {
      sink(*result.raw);
    } else {
      report::render(document, format, sink, layout);
    }
  };
  if (options.output && !result.to_standard_output) {
    storage::AtomicFile file(*options.output);
    print([&file](const std::string& piece) { file.write(piece); });
    file.commit();
    return;
  }
  layout.width = report::terminal_width();
  print(write_standard_output);
  finish_standard_output();
}

void refuse_option(const Text& value, const std::string& option, const std::string& why) {
  if (value) throw Error(ErrorCode::input, "option '" + option + "' does not apply here", option, why);
}

int run(int argc, const char* const* argv) noexcept {
  bool understood = false;
  try {
    try {
      storage::remove_unfinished_files_on_interrupt(launched_rank() > 0);
      storage::end_cleanly_on_lost_files();
      end_cleanly_when_libraries_give_up();
      auto parsed = parse_arguments(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
      if (const auto* text = std::get_if<std::string>(&parsed)) {
        write_standard_output(*text);
        finish_standard_output();
        return argc > 1 ? 0 : static_cast<int>(ErrorCode::input);  // alone: what may be asked, and nothing was
      }
      Options& options = std::get<Options>(parsed);
      if (options.output == "-") options.output.reset();  // standard output
      const Command& command = *find_command(options.command);
      if (work_of_another_rank(command, options)) return 0;
      const storage::Descriptor reader = check_output(command, options);
      understood = true;
      return run_command(command, options);
    } catch (const expr::ParseError& error) {
      print_error(error);
      print_caret(error.caret_text());
      return static_cast<int>(error.code());
    } catch (const PlacedParseError& error) {
      print_error(error);
      print_caret(error.caret_text());
      return static_cast<int>(error.code());
    } catch (const Error& error) {
      // Of several processes started together each finds the same wrong with the arguments: the first one says it.
      if (!understood && launched_rank() > 0) return 0;
      print_error(error);
      return static_cast<int>(error.code());
    } catch (const std::bad_alloc&) {
      print_error(Error(ErrorCode::io, "not enough memory", "", "ask for fewer points or digits"));
      return static_cast<int>(ErrorCode::io);
    } catch (const std::system_error& error) {
      // Threads that the system does not give, locks, files: nothing that the user has written is wrong.
      print_error(Error(ErrorCode::io, std::string("the system refused: ") + error.what(), "",
                        "use fewer --threads, or allow more memory"));
      return static_cast<int>(ErrorCode::io);
    } catch (const std::exception& error) {
      print_error(Error(ErrorCode::input, error.what()));
      return failure_unknown;
    }
  } catch (...) {
    std::fputs("widegeo: error: an unknown failure\n", stderr);
    return failure_unknown;
  }
}

}  // namespace widegeo::cli
