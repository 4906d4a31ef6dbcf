#include "storage/table/input_matrix.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "number/error.hpp"
#include "storage/array/npy_format.hpp"
#include "storage/system_file.hpp"

namespace widegeo::storage {
namespace {

constexpr std::size_t block_bytes = 1 << 18;  ///< of the doubles looked at together: they stay in the cache

/// Four independent chains of multiplications, because a single one would wait for each product. Every step is
/// injective in the state and in the word.
std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
  return std::rotl(state ^ word, 29) * std::uint64_t{0x9E3779B97F4A7C15};
}

std::uint64_t digest_of_row(const double* row, std::size_t columns) {
  std::uint64_t lane[4] = {1, 2, 3, 4};
  std::size_t k = 0;
  for (; k + 4 <= columns; k += 4) {
    for (std::size_t l = 0; l < 4; ++l) lane[l] = mix(lane[l], std::bit_cast<std::uint64_t>(row[k + l]));
  }
  for (; k < columns; ++k) lane[k % 4] = mix(lane[k % 4], std::bit_cast<std::uint64_t>(row[k]));
  std::uint64_t digest = columns;
  for (const std::uint64_t part : lane) digest = mix(digest, part ^ (part >> 32));
  return digest;
}

bool all_finite(const double* values, std::size_t count) {
  // x * 0 is NaN exactly when x is not finite.
  double sum[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t l = 0; l < 8; ++l) sum[l] += values[i + l] * 0;
  }
  for (; i < count; ++i) sum[0] += values[i] * 0;
  for (const double part : sum) {
    if (part != 0) return false;
  }
  return true;
}

}  // namespace

struct InputMatrix::Implementation {
  std::string path;
  std::size_t rows = 0, columns = 0, first_column = 0;
  Mapping file;        ///< of a .npy
  NpyMatrix stored;    ///< what is in it
  NumericTable table;  ///< of a .csv
  bool mapped = false, exact = true;
  std::uint64_t digest = 0;

  const char* number(std::size_t row, std::size_t column) const {
    return file.data() + stored.data_begin + stored.index(row, first_column + column) * stored.number.size;
  }

  void read(std::size_t first, std::size_t count, double* out) const {
    if (!mapped) {
      std::copy_n(table.values.data() + first * columns, count * columns, out);
    } else if (!stored.fortran) {
      if (columns == stored.columns) {
        decode(stored.number, number(first, 0), count * columns, out);
        return;
      }
      for (std::size_t i = 0; i < count; ++i) decode(stored.number, number(first + i, 0), columns, out + i * columns);
    } else {
      // Few rows at a time: their numbers stay in the cache while the columns are gone through.
      constexpr std::size_t step = 32;
      for (std::size_t i = 0; i < count; i += step) {
        for (std::size_t k = 0; k < columns; ++k)
          decode(stored.number, number(first + i, k), std::min(step, count - i), out + i * columns + k, columns);
      }
    }
  }

  /// Finite, and the digest, in one pass.
  void check() {
    const std::size_t step = std::clamp<std::size_t>(block_bytes / 8 / columns, 1, rows);
    std::vector<double> block(step * columns);
    digest = mix(mix(0, rows), columns);
    for (std::size_t first = 0; first < rows; first += step) {
      const std::size_t count = std::min(step, rows - first);
      read(first, count, block.data());
      if (!all_finite(block.data(), count * columns)) refuse(first, block);
      for (std::size_t i = 0; i < count; ++i) digest = mix(digest, digest_of_row(block.data() + i * columns, columns));
    }
    if (mapped && stored.number.may_exceed_double()) check_integers();
    for (std::size_t i = 0; !table.text.empty() && i < table.text.size(); ++i) {
      for (const char c : table.text[i]) digest = mix(digest, static_cast<unsigned char>(c));
    }
  }

  [[noreturn]] void refuse(std::size_t first, const std::vector<double>& block) const {
    const auto bad = std::find_if(block.begin(), block.end(), [](double value) { return !std::isfinite(value); });
    const auto index = static_cast<std::size_t>(bad - block.begin());
    throw Error(ErrorCode::io, "the number is not finite",
                path + ", row " + std::to_string(first + index / columns + 1) + ", column " +
                    std::to_string(first_column + index % columns + 1));
  }

  /// Integers beyond 2^53 that are no doubles; those count in the digest with all their digits.
  void check_integers() {
    std::vector<double> row(columns);
    for (std::size_t i = 0; i < rows; ++i) {
      read(i, 1, row.data());
      for (std::size_t k = 0; k < columns; ++k) {
        if (std::abs(row[k]) < 0x1p53) continue;
        const Rational value = decode_exact(stored.number, number(i, k));
        if (value == Rational(row[k])) continue;
        exact = false;
        digest = mix(digest, static_cast<std::uint64_t>(Rational(value - Rational(row[k])).get_num().get_si()));
      }
    }
  }
};

InputMatrix::InputMatrix(const std::string& path, std::optional<ColumnRange> columns, const TableFormat& format)
    : implementation_(std::make_unique<Implementation>()) {
  Implementation& self = *implementation_;
  self.path = path;
  if (path.ends_with(".npy")) {
    std::size_t size = 0;
    const Descriptor file = open_to_read(path, size);
    if (size == 0) throw Error(ErrorCode::io, "the file is empty", path);
    self.file = Mapping(file, size, Mapping::Access::read, path);
    self.mapped = true;
    self.stored = parse_npy_matrix({self.file.data(), size}, path);
    const ColumnRange range = columns.value_or(ColumnRange{1, self.stored.columns});
    check_columns(range, self.stored.columns, path);
    self.rows = self.stored.rows;
    self.columns = range.last - range.first + 1;
    self.first_column = range.first - 1;
    if (!self.stored.fortran) self.file.expect_sequential_reads(true);
  } else {
    self.table = read_table(path, columns, format);
    self.rows = self.table.rows;
    self.columns = self.table.columns;
    self.exact = self.table.text.empty();
  }
  self.check();
  self.file.expect_sequential_reads(false);
}

InputMatrix::~InputMatrix() = default;
InputMatrix::InputMatrix(InputMatrix&&) noexcept = default;
InputMatrix& InputMatrix::operator=(InputMatrix&&) noexcept = default;

const std::string& InputMatrix::path() const { return implementation_->path; }
std::size_t InputMatrix::rows() const { return implementation_->rows; }
std::size_t InputMatrix::columns() const { return implementation_->columns; }
bool InputMatrix::exact_in_double() const { return implementation_->exact; }
const std::vector<std::string>& InputMatrix::notes() const { return implementation_->table.notes; }
std::uint64_t InputMatrix::digest() const { return implementation_->digest; }

void InputMatrix::read(std::size_t first, std::size_t count, double* out) const {
  implementation_->read(first, count, out);
}

Rational InputMatrix::exact(std::size_t row, std::size_t column) const {
  const Implementation& self = *implementation_;
  return self.mapped ? decode_exact(self.stored.number, self.number(row, column)) : self.table.exact(row, column);
}

}  // namespace widegeo::storage
