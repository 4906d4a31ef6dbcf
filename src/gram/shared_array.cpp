#include "gram/shared_array.hpp"

#include "storage/piece_marks.hpp"

namespace widegeo::gram {
namespace {

class Sink final : public storage::ByteSink {
 public:
  explicit Sink(SharedFile& file) : file_(&file) {}
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override { file_->write_at(offset, bytes); }
  void sync() override { file_->sync(); }

 private:
  SharedFile* file_;
};

std::vector<double> as_numbers(const std::vector<std::uint8_t>& marks) { return {marks.begin(), marks.end()}; }

}  // namespace

SharedArray::SharedArray(Ranks& ranks, const std::string& path, const storage::ArrayShape& shape,
                         const storage::ArrayFileOptions& options, Way way)
    : ranks_(&ranks) {
  run_together(ranks, [&] {
    if (ranks.is_root()) created_.emplace(path, shape, options);
  });
  std::vector<double> several(1, way == Way::sinks || ranks.size_on_this_machine() < ranks.size() ? 1 : 0);
  ranks.broadcast(several);
  sinks_ = several[0] != 0;
  if (!sinks_) {
    run_together(ranks, [&] {
      if (!ranks.is_root()) own_.emplace(storage::ArrayFile::join(path, shape, options));
    });
    return;
  }
  std::vector<double> marks;
  if (created_) marks = as_numbers(created_->marks());
  ranks.broadcast(marks);
  numbers_ = SharedFile::open(ranks, path + ".part", storage::array_header(shape).size() + shape.bytes());
  pieces_ = SharedFile::open(ranks, path + ".part.done", storage::marks_header_size + options.pieces);
  own_.emplace(storage::ArrayFile::through(path, shape, std::vector<std::uint8_t>(marks.begin(), marks.end()),
                                           std::make_unique<Sink>(*numbers_), std::make_unique<Sink>(*pieces_)));
}

void SharedArray::commit() {
  std::vector<std::vector<double>> marks;
  if (sinks_) {
    // One collective call at a time: a rank on which it fails must not miss the next one.
    for (SharedFile* file : {numbers_.get(), pieces_.get()}) {
      run_together(*ranks_, [&] { file->sync(); });
      run_together(*ranks_, [&] { file->close(); });
    }
    // The marks of other machines need not be seen by this one yet.
    marks = ranks_->gather(as_numbers(own_->marks()));
  } else {
    // Wait for all of them.
    (void)ranks_->gather({});
  }
  run_together(*ranks_, [&] {
    if (!created_) return;
    for (const std::vector<double>& of_rank : marks) {
      for (std::size_t piece = 0; piece < of_rank.size(); ++piece) {
        if (of_rank[piece] != 0) created_->mark(piece);
      }
    }
    created_->commit();
  });
}

}  // namespace widegeo::gram
