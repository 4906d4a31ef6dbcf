#include "parallel/mpi/ranks_mpi.hpp"

#include <mpi.h>

#include <exception>
#include <limits>
#include <numeric>

namespace widegeo {
namespace {

/// MPI counts are int.
int count_of(std::size_t length) {
  if (length > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw Error(ErrorCode::input, "a message between processes is too long", std::to_string(length) + " numbers",
                "measure fewer quantities");
  return static_cast<int>(length);
}

/// Errors inside MPI end the job, MPI's default. Collectives are called from the thread that initialised it.
class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    int provided = 0;
    // Messages need no more than MPI_THREAD_FUNNELED; shared files are written by all threads, one at a time.
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    if (provided < MPI_THREAD_FUNNELED)
      throw Error(ErrorCode::input, "this MPI does not allow processes with threads", "MPI_THREAD_FUNNELED");
    int number = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &number);
    rank_ = static_cast<unsigned>(number);
    MPI_Comm_size(MPI_COMM_WORLD, &number);
    size_ = static_cast<unsigned>(number);
    MPI_Comm here = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &number);
    size_here_ = static_cast<unsigned>(number);
    MPI_Comm_free(&here);
  }

  /// With an error in flight that the other ranks do not know of, MPI is not finalized: then the end of this process
  /// ends the job, where finalizing would wait for ever.
  ~MpiRanks() override {
    if (std::uncaught_exceptions() == 0) MpiRanks::leave();
  }
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  unsigned rank() const override { return rank_; }
  unsigned size() const override { return size_; }
  unsigned size_on_this_machine() const override { return size_here_; }

  std::vector<std::vector<double>> gather(std::span<const double> message) override {
    const int length = count_of(message.size());
    std::vector<int> lengths(is_root() ? size_ : 0), offsets(lengths.size());
    MPI_Gather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, 0, MPI_COMM_WORLD);
    const std::size_t total = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0},
                                              [](std::size_t sum, int n) { return sum + static_cast<std::size_t>(n); });
    (void)count_of(total);
    std::exclusive_scan(lengths.begin(), lengths.end(), offsets.begin(), 0);
    std::vector<double> all(total);
    MPI_Gatherv(message.data(), length, MPI_DOUBLE, all.data(), lengths.data(), offsets.data(), MPI_DOUBLE, 0,
                MPI_COMM_WORLD);
    std::vector<std::vector<double>> out;
    for (std::size_t r = 0; r < lengths.size(); ++r)
      out.emplace_back(all.begin() + offsets[r], all.begin() + offsets[r] + lengths[r]);
    return out;
  }

  void broadcast(std::vector<double>& data) override {
    int length = is_root() ? count_of(data.size()) : 0;
    MPI_Bcast(&length, 1, MPI_INT, 0, MPI_COMM_WORLD);
    data.resize(static_cast<std::size_t>(length));
    MPI_Bcast(data.data(), length, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  }

  void leave() override {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized == 0) MPI_Finalize();
  }

 private:
  unsigned rank_ = 0, size_ = 1, size_here_ = 1;
};

}  // namespace

std::unique_ptr<Ranks> mpi_ranks() { return std::make_unique<MpiRanks>(); }

}  // namespace widegeo
