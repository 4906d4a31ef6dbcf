// What the tests of arrays in files share: a small job of one row a piece, and the wording of errors.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "number/error.hpp"
#include "storage/array/array_file.hpp"
#include "storage/table/input_matrix.hpp"

namespace widegeo::testing {

using namespace widegeo::storage;

inline void check_refused(ErrorCode code, const std::vector<std::string>& words, const std::function<void()>& f) {
  try {
    f();
    FAIL_CHECK("accepted: " << words[0]);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    const std::string text = error.summary() + " (" + error.where() + "); " + error.hint();
    for (const std::string& word : words) CHECK_MESSAGE(text.find(word) != std::string::npos, text << " / " << word);
  }
}

inline bool exists(const std::string& path) { return std::filesystem::exists(path); }

inline ArrayShape matrix(std::size_t rows, std::size_t columns, ElementType type = ElementType::float64) {
  return {{rows, columns}, type};
}

inline ArrayFileOptions job_options(std::uint64_t digest, std::size_t pieces, bool resume = false, bool force = false) {
  ArrayFileOptions options;
  options.digest = digest;
  options.pieces = pieces;
  options.resume = resume;
  options.force = force;
  return options;
}

/// Row i holds 100 i + j and is piece i.
inline void write_row(ArrayFile& file, std::size_t i, std::size_t columns) {
  std::vector<double> row(columns);
  for (std::size_t j = 0; j < columns; ++j) row[j] = static_cast<double>(100 * i + j);
  file.write(0, i, 1, 0, columns, row.data(), columns);
  file.mark(i);
}

inline void check_rows(const std::string& path, std::size_t rows, std::size_t columns) {
  const InputMatrix written(path);
  REQUIRE(written.rows() == rows);
  REQUIRE(written.columns() == columns);
  std::vector<double> values(rows * columns);
  written.read(0, rows, values.data());
  bool equal = true;
  for (std::size_t i = 0; i < values.size(); ++i)
    equal &= values[i] == static_cast<double>(100 * (i / columns) + i % columns);
  CHECK(equal);
}

}  // namespace widegeo::testing
