// Writes Gram matrices to files: pieces over threads and processes in any order, skipping those already done. A number
// depends on its pair of points alone, so the files are identical byte for byte whatever the threads, processes and
// interruptions.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

#include "gram/gram.hpp"
#include "parallel/ranks.hpp"
#include "storage/array/array_file.hpp"

namespace widegeo::gram {

/// Thrown on all ranks if a stop was requested before the job is finished; the .part files can be resumed.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

/// Squares of `side` x `side` entries of every matrix (smaller at the edges), row band by row band; for a symmetric
/// matrix, those on and right of the diagonal, each standing for its mirror image too. The side depends on the number
/// of matrices alone, so runs with other threads and limits can resume.
class Pieces {
 public:
  Pieces(std::size_t rows, std::size_t columns, bool symmetric, std::size_t matrices);

  struct Piece {
    std::size_t first_row, rows, first_column, columns;
    bool mirrored;  ///< to be written transposed as well
  };
  std::size_t count() const { return count_; }
  std::size_t side() const { return side_; }
  Piece operator[](std::size_t index) const;
  std::size_t band(std::size_t index) const;  ///< the row band that contains the piece

 private:
  std::size_t rows_, columns_, side_, across_, count_ = 0;
  bool symmetric_;
  std::vector<std::size_t> first_of_band_;
};

struct GramProgress {
  std::size_t pieces = 0;  ///< done by this run, in this process
  std::size_t all = 0;     ///< to be done by this run, in this process
  double seconds = 0;
};

struct GramJob {
  const GramEngine* engine = nullptr;
  /// Output files, planes in the order of the engine's layers (one plane: two axes). Null: the engine has no such
  /// matrices. The same file for both: its planes are the engine's matrices().
  storage::ArrayFile* nngp = nullptr;
  storage::ArrayFile* ntk = nullptr;
  unsigned threads = 1;            ///< 0: all cores
  std::size_t memory_limit = 0;    ///< bytes for all tiles; may reduce the number of threads; 0: no limit
  Ranks* ranks = nullptr;          ///< null: single process
  std::function<bool()> stop_now;  ///< polled before every piece, from any thread
  std::function<void(const GramProgress&)> progress;  ///< at most five times a second, one call at a time
};

struct GramJobStats {
  std::size_t pieces = 0;         ///< done by this run, over all processes
  std::size_t pieces_before = 0;  ///< found already done
  std::size_t careful_pairs = 0;  ///< over all processes
  double seconds = 0;             ///< until all numbers are in the files
  double seconds_computing = 0;   ///< maximum over threads of the time spent on tiles
  double seconds_to_disk = 0;     ///< commit, after `seconds`
};

/// Collective: all ranks call it with the same job. Commits the files. Throws Interrupted, Error(accuracy, io, input);
/// an error on any rank is thrown on all (see run_together).
GramJobStats run(const GramJob& job);

/// Bytes that one thread of a job needs for its tiles.
std::size_t bytes_of_thread(const GramEngine& engine);

}  // namespace widegeo::gram
