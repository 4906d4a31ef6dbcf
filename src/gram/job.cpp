#include "gram/job.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gram {

namespace {

constexpr std::size_t largest_side = 256;
constexpr std::size_t piece_bytes = 4U << 20U;  ///< of all matrices of a piece, as far as the side can be halved
constexpr double report_seconds = 0.2;
/// Number of arrays of a tile's size per thread: products, minors, distances, Theta, and features and scratch together.
constexpr std::size_t tiles_of_scratch = 5;
constexpr std::size_t bytes_of_features = 12U << 20U;

using Clock = std::chrono::steady_clock;
double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::vector<storage::ArrayFile*> files_of(const GramJob& job) {
  std::vector<storage::ArrayFile*> files;
  for (storage::ArrayFile* file : {job.nngp, job.ntk})
    if (file != nullptr && (files.empty() || files.front() != file)) files.push_back(file);
  return files;
}

/// Pieces of this rank, taken one by one by its threads.
class Worker {
 public:
  Worker(const GramJob& job, const Pieces& pieces, std::vector<std::size_t> own)
      : job_(job), pieces_(pieces), own_(std::move(own)), start_(Clock::now()), last_report_(start_) {
    if (!own_.empty()) left_in_band_.resize(pieces_.band(own_.back()) + 1);
    for (const std::size_t piece : own_) ++left_in_band_[pieces_.band(piece)];
  }

  void work() {
    const std::unique_ptr<GramEngine::Workspace> workspace = job_.engine->make_workspace();
    const std::vector<MatrixName>& matrices = job_.engine->matrices();
    const std::size_t side = pieces_.side();
    std::vector<std::vector<double>> tile(matrices.size(), std::vector<double>(side * side));
    std::vector<double*> out;
    for (std::vector<double>& one : tile) out.push_back(one.data());
    double computing = 0;
    while (!stopped_) {
      const std::size_t k = next_++;
      if (k >= own_.size()) break;
      if (job_.stop_now && job_.stop_now()) {
        interrupted_ = stopped_ = true;
        return;
      }
      try {
        computing += make(own_[k], out, *workspace);
      } catch (const Stopped&) {  // in the midst of a piece, which stays open
        interrupted_ = stopped_ = true;
        return;
      } catch (const std::bad_alloc&) {
        stopped_ = true;
        throw Error(ErrorCode::io, "not enough memory", "", "go on with --resume and fewer --threads");
      } catch (...) {
        stopped_ = true;
        throw;
      }
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    computing_ = std::max(computing_, computing);
  }

  /// Before anything is written: the files' pages by stretches, by all threads. A run that has little left to do maps
  /// what it needs one by one, and does not write the whole file again.
  void prepare(unsigned threads, std::size_t all_pieces) {
    if (own_.size() * 2 < all_pieces) return;
    for (storage::ArrayFile* file : files_of(job_))
      parallel_for_ordered(file->stretches(), threads, [file](std::size_t stretch) { file->prepare(stretch); });
  }

  double computing() const { return computing_; }
  bool interrupted() const { return interrupted_; }
  std::size_t done() const { return done_; }

 private:
  /// Returns the seconds of computing.
  double make(std::size_t index, const std::vector<double*>& out, GramEngine::Workspace& workspace) {
    const Pieces::Piece piece = pieces_[index];
    const std::size_t side = pieces_.side();
    const Clock::time_point begin = Clock::now();
    job_.engine->tile(piece.first_row, piece.rows, piece.first_column, piece.columns, out, side, workspace);
    const double computing = since(begin);
    std::size_t planes[2] = {0, 0};
    for (std::size_t k = 0; k < out.size(); ++k) {
      const bool ntk = job_.engine->matrices()[k].ntk;
      storage::ArrayFile& file = *(ntk ? job_.ntk : job_.nngp);
      const std::size_t plane = job_.nngp == job_.ntk ? k : planes[ntk]++;
      file.write(plane, piece.first_row, piece.rows, piece.first_column, piece.columns, out[k], side);
      if (piece.mirrored)
        file.write(plane, piece.first_column, piece.columns, piece.first_row, piece.rows, out[k], side, true);
    }
    for (storage::ArrayFile* file : files_of(job_)) file->mark(index);
    if (count_done(index))
      for (storage::ArrayFile* file : files_of(job_)) file->complete(piece.first_row, piece.rows);
    return computing;
  }

  /// Was it the last one of its band?
  bool count_done(std::size_t index) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++done_;
    if (job_.progress && (done_ == own_.size() || since(last_report_) >= report_seconds)) {
      last_report_ = Clock::now();
      job_.progress({done_, own_.size(), since(start_)});
    }
    return --left_in_band_[pieces_.band(index)] == 0;
  }

  const GramJob& job_;
  const Pieces& pieces_;
  std::vector<std::size_t> own_, left_in_band_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false}, interrupted_{false};
  std::mutex mutex_;
  std::size_t done_ = 0;
  double computing_ = 0;
  Clock::time_point start_, last_report_;
};

void check(const GramJob& job) {
  bool wants[2] = {false, false};
  for (const MatrixName& name : job.engine->matrices()) wants[name.ntk] = true;
  if (wants[0] != (job.nngp != nullptr) || wants[1] != (job.ntk != nullptr))
    throw Error(ErrorCode::input, "the files of a job are not those of its matrices");
}

unsigned threads_within(const GramJob& job) {
  unsigned threads = job.threads == 0 ? available_threads() : job.threads;
  if (job.memory_limit == 0) return threads;
  const std::size_t one = bytes_of_thread(*job.engine), fit = job.memory_limit / one;
  if (fit == 0)
    throw Error(ErrorCode::input,
                "the tiles of one thread need " + std::to_string((one >> 20U) + 1) + " MiB, more than allowed",
                "memory limit", "allow more, or ask for fewer layers");
  return static_cast<unsigned>(std::min<std::size_t>(threads, fit));
}

/// What every rank knows at the end, on all of them: the sums, and of the last number the largest.
std::vector<double> sums_of_all(Ranks& ranks, const std::vector<double>& own) {
  const std::vector<std::vector<double>> all = ranks.gather(own);
  std::vector<double> sum(own.size(), 0.0);
  for (const std::vector<double>& one : all) {
    for (std::size_t k = 0; k + 1 < sum.size(); ++k) sum[k] += one[k];
    sum.back() = std::max(sum.back(), one.back());
  }
  ranks.broadcast(sum);
  return sum;
}

}  // namespace

Pieces::Pieces(std::size_t rows, std::size_t columns, bool symmetric, std::size_t matrices)
    : rows_(rows), columns_(columns), side_(largest_side), symmetric_(symmetric) {
  while (side_ > 1 && matrices * side_ * side_ * sizeof(double) > piece_bytes) side_ /= 2;
  across_ = (columns + side_ - 1) / side_;
  const std::size_t down = (rows + side_ - 1) / side_;
  for (std::size_t band = 0; band < down; ++band) {
    first_of_band_.push_back(count_);
    count_ += across_ - (symmetric ? band : 0);
  }
}

std::size_t Pieces::band(std::size_t index) const {
  const auto above = std::upper_bound(first_of_band_.begin(), first_of_band_.end(), index);
  return static_cast<std::size_t>(above - first_of_band_.begin()) - 1;
}

Pieces::Piece Pieces::operator[](std::size_t index) const {
  const std::size_t row = band(index), column = index - first_of_band_[row] + (symmetric_ ? row : 0);
  Piece piece;
  piece.first_row = row * side_;
  piece.rows = std::min(side_, rows_ - piece.first_row);
  piece.first_column = column * side_;
  piece.columns = std::min(side_, columns_ - piece.first_column);
  piece.mirrored = symmetric_ && row != column;
  return piece;
}

std::size_t bytes_of_thread(const GramEngine& engine) {
  const Pieces pieces(engine.rows(), engine.columns(), engine.symmetric(), engine.matrices().size());
  const std::size_t square = sizeof(double) * pieces.side() * pieces.side();
  return (tiles_of_scratch + engine.matrices().size()) * square + bytes_of_features;
}

GramJobStats run(const GramJob& job) {
  const std::unique_ptr<Ranks> alone = job.ranks == nullptr ? single_rank() : nullptr;
  Ranks& ranks = job.ranks == nullptr ? *alone : *job.ranks;
  const Clock::time_point start = Clock::now();
  const GramEngine& engine = *job.engine;
  const Pieces pieces(engine.rows(), engine.columns(), engine.symmetric(), engine.matrices().size());
  GramJobStats stats;
  std::vector<std::size_t> open;
  bool interrupted = false;
  std::size_t done = 0;
  double computing = 0;
  run_together(ranks, [&] {
    check(job);
    for (std::size_t k = 0; k < pieces.count(); ++k)
      if ((job.nngp == nullptr || job.nngp->done(k)) && (job.ntk == nullptr || job.ntk->done(k)))
        ++stats.pieces_before;
      else
        open.push_back(k);
  });
  // All have looked at what was done before (run_together waits for everyone), so the lists are the same.
  run_together(ranks, [&] {
    std::vector<std::size_t> own;
    for (std::size_t k = ranks.rank(); k < open.size(); k += ranks.size()) own.push_back(open[k]);
    const unsigned threads = threads_within(job);
    Worker worker(job, pieces, std::move(own));
    worker.prepare(threads, pieces.count() / ranks.size());
    parallel_for_ordered(threads, threads, [&](std::size_t) { worker.work(); });
    interrupted = worker.interrupted();
    done = worker.done();
    computing = worker.computing();
  });
  const std::vector<double> sums = sums_of_all(ranks, {interrupted ? 1.0 : 0.0, static_cast<double>(done),
                                                       static_cast<double>(engine.careful_pairs()), computing});
  if (sums[0] > 0 && static_cast<std::size_t>(sums[1]) < open.size()) throw Interrupted();
  stats.seconds = since(start);
  // The creator of the files last: it gives them their names.
  for (const bool root : {false, true})
    run_together(ranks, [&] {
      if (ranks.is_root() != root) return;
      for (storage::ArrayFile* file : files_of(job)) file->commit();
    });
  stats.pieces = static_cast<std::size_t>(sums[1]);
  stats.careful_pairs = static_cast<std::size_t>(sums[2]);
  stats.seconds_computing = sums[3];
  stats.seconds_to_disk = since(start) - stats.seconds;
  return stats;
}

}  // namespace widegeo::gram
