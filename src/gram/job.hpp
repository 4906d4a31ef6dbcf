// Gram matrices from the engine into files: pieces over threads and processes, in any order, skipping those that are
// there already. A number depends on its pair of points alone, so the files are the same byte for byte whatever the
// threads, the processes and the interruptions were.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

#include "gram/gram.hpp"
#include "parallel/ranks.hpp"
#include "storage/array/array_file.hpp"

namespace widegeo::gram {

/// Thrown on all ranks when a stop was asked for and the job is not finished; the .part files can be resumed.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

/// Squares of `side` x `side` entries of every matrix (smaller at the edges), row band by row band; of a symmetric
/// matrix those on and right of the diagonal, each of which stands for its mirror image too. The side depends on the
/// number of matrices alone: what one run has begun, another one with other threads and limits can go on with.
class Pieces {
 public:
  Pieces(std::size_t rows, std::size_t columns, bool symmetric, std::size_t matrices);

  struct Piece {
    std::size_t first_row, rows, first_column, columns;
    bool mirrored;  ///< to be written transposed too
  };
  std::size_t count() const { return count_; }
  std::size_t side() const { return side_; }
  Piece operator[](std::size_t index) const;
  std::size_t band(std::size_t index) const;  ///< the row band it is in

 private:
  std::size_t rows_, columns_, side_, across_, count_ = 0;
  bool symmetric_;
  std::vector<std::size_t> first_of_band_;
};

struct GramProgress {
  std::size_t pieces = 0;  ///< of this process, done by this run
  std::size_t all = 0;     ///< of this process, to be done by this run
  double seconds = 0;
};

struct GramJob {
  const GramEngine* engine = nullptr;
  /// Planes of a file in the order of the engine's layers (one plane: two axes). Null: the engine has no such matrices.
  /// One file for both: its planes are the engine's matrices().
  storage::ArrayFile* nngp = nullptr;
  storage::ArrayFile* ntk = nullptr;
  unsigned threads = 1;            ///< 0: all cores
  std::size_t memory_limit = 0;    ///< bytes for the threads' tiles; fewer threads if need be; 0: none
  Ranks* ranks = nullptr;          ///< null: this process alone
  std::function<bool()> stop_now;  ///< asked before every piece, from any thread
  std::function<void(const GramProgress&)> progress;  ///< at most five times a second, one call at a time
};

struct GramJobStats {
  std::size_t pieces = 0;         ///< of all processes, done by this run
  std::size_t pieces_before = 0;  ///< found done
  std::size_t careful_pairs = 0;  ///< of all processes
  double seconds = 0;             ///< until all numbers are in the files
  double seconds_computing = 0;   ///< of the thread that computed longest: sum over its tiles
  double seconds_to_disk = 0;     ///< commit, after `seconds`
};

/// All ranks call it with the same job. Commits the files. Throws Interrupted, Error(accuracy, io, input); the errors
/// of any rank reach all (see run_together).
GramJobStats run(const GramJob& job);

/// Bytes one thread of a job takes for its tiles.
std::size_t bytes_of_thread(const GramEngine& engine);

}  // namespace widegeo::gram
