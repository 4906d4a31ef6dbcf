#include "job/job.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <new>

#include "job/shared_array.hpp"
#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::job {
namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Pieces of this process, taken one by one in their order by its threads.
class Run {
 public:
  Run(const Pieces& pieces, std::vector<std::size_t> own, storage::ArrayOutput& out, storage::ArrayFile* marks,
      const Watch* watch)
      : pieces_(pieces), own_(std::move(own)), out_(out), marks_(marks), watch_(watch) {
    if (!own_.empty()) left_in_band_.resize(pieces.band(own_.back()) + 1);
    for (const std::size_t piece : own_) ++left_in_band_[pieces.band(piece)];
  }

  /// Throws what the first failing piece has thrown: the pieces before it are all made.
  void run(unsigned threads) {
    parallel_for_ordered(threads, threads, [this](std::size_t) { work(); });
    if (thrown_) std::rethrow_exception(thrown_);
  }

  bool interrupted() const { return interrupted_; }
  std::size_t done() const { return done_; }
  double seconds_computing() const { return computing_; }

 private:
  void work() {
    std::unique_ptr<Pieces::Worker> worker;
    double computing = 0;
    while (!ended_) {
      const std::size_t k = next_++;
      if (k >= own_.size()) break;
      try {
        if (watch_ != nullptr) watch_->at(pieces_.name(), static_cast<double>(done_), static_cast<double>(own_.size()));
        if (!worker) worker = pieces_.make_worker();
        const Clock::time_point begin = Clock::now();
        worker->compute(own_[k]);
        computing += since(begin);
        worker->write(own_[k], out_);
        end(own_[k]);
      } catch (const Stopped&) {  // perhaps in the midst of a piece, which stays open
        interrupted_ = ended_ = true;
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex_);
        ended_ = true;
        if (k < failed_) thrown_ = std::current_exception();
        failed_ = std::min(failed_, k);
      }
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    computing_ = std::max(computing_, computing);
  }

  void end(std::size_t piece) {
    if (marks_ != nullptr) marks_->mark(piece);
    const std::size_t band = pieces_.band(piece);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++done_;
      if (--left_in_band_[band] > 0) return;
    }
    pieces_.end_band(band, out_);
  }

  const Pieces& pieces_;
  std::vector<std::size_t> own_, left_in_band_;
  storage::ArrayOutput& out_;
  storage::ArrayFile* marks_;
  const Watch* watch_;
  std::atomic<std::size_t> next_{0}, done_{0};
  std::atomic<bool> ended_{false}, interrupted_{false};
  std::mutex mutex_;
  std::size_t failed_ = static_cast<std::size_t>(-1);
  std::exception_ptr thrown_;
  double computing_ = 0;
};

unsigned threads_within(const Pieces& pieces, std::size_t memory_limit, unsigned threads) {
  const std::size_t one = pieces.bytes_of_worker();
  if (one == 0 || memory_limit == 0) return threads;
  if (one > memory_limit)
    throw Error::about_argument(ErrorCode::input,
                                "one thread needs " + std::to_string((one >> 20U) + 1) + "M, more than allowed",
                                "memory-limit", "allow more, or ask for fewer matrices at a time");
  return static_cast<unsigned>(std::min<std::size_t>(threads, memory_limit / one));
}

/// Before anything is written: the file's pages by stretches, by all threads. A run that has little left to do maps
/// what it needs one by one, and does not write the whole file again.
void prepare(storage::ArrayFile& file, std::size_t own, std::size_t share, unsigned threads) {
  if (own * 2 < share) return;
  parallel_for_ordered(file.stretches(), threads, [&file](std::size_t stretch) { file.prepare(stretch); });
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

Stats fill(const Pieces& pieces, SharedArray& array, unsigned threads, Ranks& ranks, const Watch* watch) {
  Stats stats;
  storage::ArrayFile& file = array.array();
  std::vector<std::size_t> open;
  run_together(ranks, [&] {
    for (std::size_t k = 0; k < pieces.count(); ++k)
      if (!file.done(k)) open.push_back(k);
    stats.pieces_before = pieces.count() - open.size();
  });
  // All have looked at what was done before (run_together waits for everyone), so the lists are the same.
  std::vector<double> known;
  run_together(ranks, [&] {
    std::vector<std::size_t> own;
    for (std::size_t k = ranks.rank(); k < open.size(); k += ranks.size()) own.push_back(open[k]);
    prepare(file, own.size(), pieces.count() / ranks.size(), threads);
    Run run(pieces, std::move(own), file, &file, watch);
    try {
      run.run(threads);
    } catch (const std::bad_alloc&) {
      throw Error(ErrorCode::io, "not enough memory", "", "continue with --resume and fewer --threads");
    }
    known = {run.interrupted() ? 1.0 : 0.0, static_cast<double>(run.done()), static_cast<double>(pieces.refined()),
             run.seconds_computing()};
  });
  known = sums_of_all(ranks, known);
  stats.pieces = static_cast<std::size_t>(known[1]);
  if (known[0] > 0 && stats.pieces < open.size()) throw Stopped();
  stats.refined = static_cast<std::size_t>(known[2]);
  stats.seconds_computing = known[3];
  const Clock::time_point filled = Clock::now();
  array.commit();
  stats.seconds_to_disk = since(filled);
  return stats;
}

}  // namespace

Stats fill(const Pieces& pieces, const FileRequest& request, const Effort& effort) {
  const std::unique_ptr<Ranks> alone = effort.ranks == nullptr ? single_rank() : nullptr;
  Ranks& ranks = effort.ranks == nullptr ? *alone : *effort.ranks;
  unsigned threads = effort.threads == 0 ? threads_of_rank(ranks) : effort.threads;
  // Before the file is made: what is refused leaves nothing behind.
  run_together(ranks, [&] { threads = threads_within(pieces, request.memory_limit, threads); });
  SharedArray array(ranks, request.path, {pieces.extents(), request.type},
                    {request.force, request.resume, request.digest, pieces.count()});
  try {
    return fill(pieces, array, threads, ranks, effort.watch);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io) array.discard();
    throw;
  }
}

void fill(const Pieces& pieces, std::span<double> out, unsigned threads, const Watch* watch) {
  const std::vector<std::size_t> extents = pieces.extents();
  if (storage::ArrayShape{extents}.elements() != out.size())
    throw Error(ErrorCode::input, std::to_string(out.size()) + " numbers are not the size of the array");
  storage::MemoryOutput memory(out.data(), extents);
  std::vector<std::size_t> all(pieces.count());
  for (std::size_t k = 0; k < all.size(); ++k) all[k] = k;
  Run run(pieces, std::move(all), memory, nullptr, watch);
  run.run(threads == 0 ? available_threads() : threads);
  if (run.interrupted()) throw Stopped();
}

}  // namespace widegeo::job
