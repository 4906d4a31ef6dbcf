// What the program prints on a terminal, by a pseudo-terminal of a given width.
#include <pty.h>

#include <algorithm>

#include "testing/run_program.hpp"

using namespace widegeo::testing;

namespace {

/// The output of `arguments`, as in a shell, on a terminal of so many columns; `environment` stands before the program.
std::string on_terminal(unsigned short columns, const std::string& environment, const std::string& arguments) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = columns;
  int master = -1;
  const pid_t child = ::forkpty(&master, nullptr, nullptr, &size);
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string command = environment + " " + WIDEGEO_BINARY_DIR + "/widegeo " + arguments;
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  std::string out;
  std::array<char, 4096> buffer;
  for (ssize_t count = 0; (count = ::read(master, buffer.data(), buffer.size())) > 0;)
    out.append(buffer.data(), static_cast<std::size_t>(count));
  ::close(master);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  std::erase(out, '\r');
  return out;
}

std::size_t width_of_table(const std::string& text) {
  std::istringstream lines(text);
  std::size_t most = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) most = std::max(most, line.size());
  }
  return most;
}

const std::string arguments = "metric --activation erf --depth 3 --radius 0.5:2:4 --dimension 3";
const std::string note = "# left out to fit the terminal: ";

}  // namespace

TEST_CASE("terminal: a table of metrics leaves out columns that follow from others and names them") {
  const std::string piped = run_program(arguments).out;
  CHECK(piped.find(note) == std::string::npos);
  CHECK(width_of_table(piped) > 200);
  CHECK(on_terminal(250, "env -u COLUMNS", arguments) == piped);
  const std::string narrow = on_terminal(100, "env -u COLUMNS", arguments);
  CHECK(width_of_table(narrow) <= 100);
  CHECK(narrow.find(note + "tangential_eigenvalue, radial_eigenvalue, ricci_tangential, ") != std::string::npos);
  // Between the line of the model and the first row.
  const std::size_t begin = narrow.find('\n'), end = narrow.find("\n0.5 ");
  CHECK(narrow.substr(begin, end - begin) ==
        "\nradius  dimension  A                  B                    log_volume         "
        "scalar_curvature");
}

TEST_CASE("terminal: COLUMNS comes before the width of the terminal; a file and --fields are left whole") {
  const std::string piped = run_program(arguments).out;
  CHECK(on_terminal(80, "COLUMNS=250", arguments) == piped);
  CHECK(width_of_table(on_terminal(250, "COLUMNS=90", arguments)) <= 90);
  CHECK(on_terminal(250, "COLUMNS=wide", arguments) == piped);
  const ScratchFolder scratch;
  const std::string file = scratch.file("table.txt");
  CHECK(on_terminal(40, "env -u COLUMNS", arguments + " --output " + file).empty());
  CHECK(read_whole(file) == piped);
  const std::string fields = arguments + " --fields radial_eigenvalue,ricci_radial,log_volume";
  CHECK(on_terminal(40, "env -u COLUMNS", fields) == run_program(fields).out);
  const std::string csv = arguments + " --format csv";
  CHECK(on_terminal(40, "env -u COLUMNS", csv) == run_program(csv).out);
}
