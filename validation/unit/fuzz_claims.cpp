// The committed inputs of the fuzz target `claims`, and the same inputs with bytes changed: what the target requires
// holds (it aborts where it does not). The target itself, with feedback from coverage, is run by
// validation/tools/fuzz.sh.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "../fuzz/claims.cpp"
#include "testing/checks.hpp"

namespace {

std::vector<std::string> committed_inputs() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(WIDEGEO_SOURCE_DIR "/validation/fuzz/corpus/claims"))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream stream(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return inputs;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

TEST_CASE("claims and certificates of strangers are refused or right: committed inputs") {
  const auto inputs = committed_inputs();
  REQUIRE(inputs.size() >= 11);
  for (const std::string& input : inputs) run(input);
}

TEST_CASE("claims and certificates of strangers are refused or right: changed inputs") {
  std::mt19937_64 random = widegeo::testing::generator_of_test("fuzz claims");
  const auto inputs = committed_inputs();
  for (std::size_t trial = 0; trial < widegeo::testing::trials(3000); ++trial) {
    std::string input = inputs[random() % inputs.size()];
    for (std::size_t changes = 1 + random() % 3; changes > 0 && input.size() > 1; --changes) {
      const std::size_t at = 1 + random() % (input.size() - 1);
      switch (random() % 3) {
        case 0:
          input[at] = static_cast<char>(random() % 128);
          break;
        case 1:
          input.erase(at, 1 + random() % 4);
          break;
        default:
          input.insert(at, input.substr(1 + random() % (input.size() - 1), 1 + random() % 8));
          break;
      }
    }
    CAPTURE(input);
    run(input);
  }
  CHECK(inputs.size() >= 11);
}
