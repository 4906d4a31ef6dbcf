// From files to the Gram engine: rows, the source of expectations, pairs that are done again exactly.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "api/kernel.hpp"
#include "gram/gram.hpp"
#include "job/job.hpp"
#include "route/entries.hpp"
#include "storage/table/input_matrix.hpp"

namespace widegeo::api {

/// Rows that are known exactly, too.
class ExactRows : public gram::RowReader {
 public:
  virtual std::vector<Rational> exact(std::size_t row) const = 0;
  virtual std::uint64_t digest() const = 0;  ///< of all numbers
};

/// Doubles in memory, row after row, kept by the caller.
class MemoryRows final : public ExactRows {
 public:
  /// Throws Error(input) for numbers that are not `rows` rows of one length, or not finite.
  MemoryRows(std::span<const double> values, std::size_t rows);

  std::size_t rows() const override { return rows_; }
  std::size_t columns() const override { return columns_; }
  void read(std::size_t first, std::size_t count, double* out) const override;
  std::vector<Rational> exact(std::size_t row) const override;
  std::uint64_t digest() const override;

 private:
  std::span<const double> values_;
  std::size_t rows_, columns_;
};

/// Rows of a file in a chosen order: consecutive ranges, one after another.
class FileRows final : public ExactRows {
 public:
  struct Range {
    std::size_t first, count;
  };
  explicit FileRows(const storage::InputMatrix& matrix) : FileRows(matrix, {{0, matrix.rows()}}) {}
  FileRows(const storage::InputMatrix& matrix, std::vector<Range> ranges);

  std::size_t rows() const override { return rows_; }
  std::size_t columns() const override { return matrix_.columns(); }
  void read(std::size_t first, std::size_t count, double* out) const override;
  double input_error() const override { return matrix_.exact_in_double() ? 0.0 : 0x1p-53; }
  std::vector<Rational> exact(std::size_t row) const override;
  std::uint64_t digest() const override;

 private:
  const storage::InputMatrix& matrix_;
  std::vector<Range> ranges_;
  std::size_t rows_ = 0;
};

/// The engine with all that it needs, on the route of `network`: `auto` takes other entries where the closed form
/// cannot reach the tolerance, and then closed() is false. Where there is none, few pairs are computed each by itself,
/// if that is expected to cost less than the tables (gram_cost.hpp). Files and watch are kept by the caller.
class GramKernel {
 public:
  GramKernel(const PreparedNetwork& network, const gram::GramRequest& request, const ExactRows& x, const ExactRows* y,
             unsigned threads, const Watch* watch = nullptr);
  GramKernel(const GramKernel&) = delete;
  GramKernel& operator=(const GramKernel&) = delete;
  const gram::GramEngine& engine() const { return *engine_; }
  /// All matrices as the planes of one array; the digest of `file` is set here. Throws as job::fill.
  job::Stats write(job::FileRequest file, const job::Effort& effort) const;
  /// Into memory of the caller: entry (i, j) of matrix k at (k * rows + i) * columns + j. Throws Stopped.
  void fill(std::span<double> out, unsigned threads, const Watch* watch = nullptr) const;
  /// The network without a closed form that was not used.
  PreparedNetwork used_network() const;
  bool closed() const { return !engine_->by_single_pairs() && source_->representation() == "closed form"; }
  std::string representation() const {
    if (engine_->by_single_pairs()) return "single pairs";
    return engine_->by_angle() ? "one function of the angle" : source_->representation();
  }

 private:
  gram::RefinedPair refined() const;

  PreparedNetwork network_;
  gram::GramRequest request_;
  const ExactRows& rows_x_;
  const ExactRows& rows_y_;
  gram::Points x_;
  std::optional<gram::Points> y_;
  std::unique_ptr<ChosenEntries> source_;
  std::unique_ptr<gram::GramEngine> engine_;
};

}  // namespace widegeo::api
