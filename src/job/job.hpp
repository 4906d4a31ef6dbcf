// Fills arrays in files, and in memory, piece by piece over threads and processes, skipping what an earlier run has
// done. The files are identical byte for byte whatever the threads, processes and interruptions.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "job/pieces.hpp"
#include "parallel/ranks.hpp"
#include "parallel/watch.hpp"
#include "storage/array/array_file.hpp"

namespace widegeo::job {

/// The .npy file that is to be filled.
struct FileRequest {
  std::string path;
  storage::ElementType type = storage::ElementType::float64;
  bool force = false;            ///< replace an existing file
  bool resume = false;           ///< go on with what an interrupted run of the same job has left
  std::uint64_t digest = 0;      ///< of everything the numbers depend on
  std::size_t memory_limit = 0;  ///< bytes for all workers; may reduce the number of threads; 0: no limit
};

struct Effort {
  unsigned threads = 1;          ///< 0: all cores, shared by the ranks of one machine
  Ranks* ranks = nullptr;        ///< null: single process
  const Watch* watch = nullptr;  ///< asked before every piece, and told how far this process is
};

struct Stats {
  std::size_t pieces = 0;         ///< made by this run, over all processes
  std::size_t pieces_before = 0;  ///< found already done
  std::size_t refined = 0;        ///< Pieces::refined() over all processes
  double seconds_computing = 0;   ///< maximum over threads
  double seconds_to_disk = 0;     ///< until the file had its name, after all numbers were in it
};

/// Collective: all ranks call it with the same job. Throws Stopped, leaving PATH.part for a run with `resume`, and
/// Error. After Error(io) PATH.part stays too; numbers that cannot be had (any other error) would be missing in every
/// later run, and nothing stays. An error on any rank is thrown on all (see run_together), that of its first piece.
Stats fill(const Pieces& pieces, const FileRequest& request, const Effort& effort);

/// The same into memory of the caller: all elements, in C order. One process.
void fill(const Pieces& pieces, std::span<double> out, unsigned threads, const Watch* watch = nullptr);

}  // namespace widegeo::job
