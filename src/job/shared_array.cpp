#include "job/shared_array.hpp"

#include <functional>
#include <utility>

#include "storage/array/piece_marks.hpp"

namespace widegeo::job {
namespace {

class Sink final : public storage::ByteSink {
 public:
  explicit Sink(SharedFile& file, std::function<void()> afterwards = {})
      : file_(&file), afterwards_(std::move(afterwards)) {}
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override { file_->write_at(offset, bytes); }
  void sync() override {
    file_->sync();
    if (afterwards_) afterwards_();
  }

 private:
  SharedFile* file_;
  std::function<void()> afterwards_;
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
                                           std::make_unique<Sink>(*numbers_), std::make_unique<Sink>(*pieces_, [this] {
                                             // Rank 0 syncs last: the pieces of all are on the disk.
                                             if (created_) created_->commit();
                                           })));
}

void SharedArray::commit() {
  // Each of the others first: rank 0 finds all pieces on the disk and gives the file its name.
  for (const bool root : {false, true}) {
    run_together(*ranks_, [&] {
      if (ranks_->is_root() == root) array().commit();
    });
  }
  for (SharedFile* file : {numbers_.get(), pieces_.get()}) {
    if (file != nullptr) run_together(*ranks_, [&] { file->close(); });
  }
}

}  // namespace widegeo::job
