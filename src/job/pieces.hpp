// Work divided into pieces of one array, each made by itself: what job.hpp runs.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "storage/array/array_output.hpp"

namespace widegeo::job {

/// A number depends on its place in the array alone, and the division on the array alone: any run can go on with what
/// another one has left. Const functions are called from several threads.
class Pieces {
 public:
  virtual ~Pieces() = default;
  virtual const char* name() const = 0;                  ///< of the pieces, for people: "tiles"
  virtual std::vector<std::size_t> extents() const = 0;  ///< of the array: 1 to 3 axes
  virtual std::size_t count() const = 0;
  /// Bands are numbered as their pieces follow one another: 0, 0, 0, 1, 1, ...
  virtual std::size_t band(std::size_t piece) const = 0;
  /// This process has made all that it makes of a band.
  virtual void end_band(std::size_t band, storage::ArrayOutput& out) const = 0;

  /// The scratch of one thread, kept from piece to piece.
  class Worker {
   public:
    virtual ~Worker() = default;
    virtual void compute(std::size_t piece) = 0;
    /// Of the piece computed last; numbers too many to be kept are computed here.
    virtual void write(std::size_t piece, storage::ArrayOutput& out) = 0;
  };
  virtual std::unique_ptr<Worker> make_worker() const = 0;
  virtual std::size_t bytes_of_worker() const { return 0; }  ///< 0: not worth a limit
  virtual std::size_t refined() const { return 0; }  ///< numbers made again with more digits so far, by this process
};

}  // namespace widegeo::job
