// Tables of numbers in files: .csv, .csv.gz and .npy. Every problem with a file is Error(io) with its row and column.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "number/rational.hpp"

namespace widegeo::storage {

/// A list of short texts, stored in one string.
class CellTexts {
 public:
  bool empty() const { return end_.empty(); }
  std::size_t size() const { return end_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : end_[i - 1];
    return std::string_view(characters_).substr(begin, end_[i] - begin);
  }
  void push_back(std::string_view text) {
    characters_ += text;
    end_.push_back(characters_.size());
  }
  void resize(std::size_t size) { end_.resize(size, characters_.size()); }  ///< only grows; new texts are empty
  std::size_t bytes() const { return characters_.size() + end_.size() * sizeof(std::size_t); }

 private:
  std::string characters_;
  std::vector<std::size_t> end_;
};

struct NumericTable {
  std::size_t rows = 0, columns = 0;
  std::vector<std::string> header;  ///< of a .csv whose first line has names; else empty
  std::vector<std::string> notes;   ///< assumptions of the reader: "first line taken as names (a, b)"
  std::vector<double> values;       ///< row-major; nearest doubles
  CellTexts text;                   ///< the cells as written, unless all of them are exactly doubles; then empty

  double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
  /// The number as written: one tenth for "0.1".
  Rational exact(std::size_t row, std::size_t column) const;
  bool is_exact(std::size_t row, std::size_t column) const;  ///< whether at() equals exact()
};

/// 1-based inclusive range of columns to keep.
struct ColumnRange {
  std::size_t first = 1, last = 1;
};

/// Conventions of a text table that the file does not specify.
struct TableFormat {
  std::optional<std::size_t> header;  ///< number of header lines; nullopt: one if all cells of the first line are names
  char separator = 0;                 ///< 0: comma, semicolon or tab, whichever the first line has; ' ': runs of blanks
  char decimal = '.';
};

/// Throws Error(io) if a table of `columns` columns does not contain the range.
void check_columns(const ColumnRange& range, std::size_t columns, const std::string& where);

/// Reads a file, by its extension. Every cell must be a finite number, all rows of equal length, at least one row.
NumericTable read_table(const std::string& path, std::optional<ColumnRange> columns = {},
                        const TableFormat& format = {});

/// The underlying parsers, for data in memory; `name` is for messages.
NumericTable parse_csv(std::string_view data, const std::string& name, std::optional<ColumnRange> columns = {},
                       const TableFormat& format = {});
NumericTable parse_npy(std::string_view data, const std::string& name, std::optional<ColumnRange> columns = {});
/// Inflates .gz data; more than `limit` bytes is an error.
std::string gunzip(std::string_view data, const std::string& name, std::size_t limit = std::size_t{1} << 32);

/// Passes the bytes of a file, decompressed for .gz, in order and in chunks. Throws Error(io), also for an empty file.
void read_pieces(const std::string& path, bool gzip, const std::function<void(std::string_view)>& take);

/// The header of a version 1.0 .npy file of doubles (<f8, C order).
std::string npy_header(std::size_t rows, std::size_t columns);

}  // namespace widegeo::storage
