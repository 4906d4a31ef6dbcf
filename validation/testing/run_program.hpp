// Runs the built program as a user would and returns its output and exit code.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace widegeo::testing {

struct ProgramRun {
  int code = -1;
  std::string out, err;
  double seconds = 0;
};

/// A temporary folder of this test, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "widegeo_test_XXXXXX").string();
    path_ = ::mkdtemp(name.data()) == nullptr ? "" : name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }

 private:
  std::string path_;
};

inline std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// `arguments` are parsed by a shell.
inline ProgramRun run_program(const std::string& arguments) {
  static const ScratchFolder scratch;
  const std::string errors = scratch.file("stderr");
  const std::string command = std::string(WIDEGEO_BINARY_DIR) + "/widegeo " + arguments + " 2>" + errors;
  ProgramRun run;
  const auto start = std::chrono::steady_clock::now();
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return run;
  std::array<char, 1 << 16> buffer;
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) run.out.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  run.err = read_whole(errors);
  return run;
}

/// Expects `lines` lines of error containing `words`, this exit code, and no output.
inline void check_refused(const std::string& arguments, int code, const std::string& words, int lines = 1) {
  CAPTURE(arguments);
  const ProgramRun run = run_program(arguments);
  CAPTURE(run.err);
  CHECK(run.code == code);
  CHECK(run.out.empty());
  CHECK(run.err.starts_with("widegeo: error: "));
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == lines);
  CHECK(run.err.find(words) != std::string::npos);
}

}  // namespace widegeo::testing
