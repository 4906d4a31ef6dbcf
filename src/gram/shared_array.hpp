// One array in a file that all processes of a job fill together.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "parallel/ranks.hpp"
#include "parallel/shared_file.hpp"
#include "storage/array/array_file.hpp"

namespace widegeo::gram {

/// Rank 0 creates or resumes the file. Processes on its machine map the same file into memory; on several machines all
/// of them write through SharedFile. All ranks call every function but array(); what fails on one of them fails on all
/// (see run_together).
class SharedArray {
 public:
  /// Way::sinks does on one machine what is done on several.
  enum class Way { automatic, sinks };
  SharedArray(Ranks& ranks, const std::string& path, const storage::ArrayShape& shape,
              const storage::ArrayFileOptions& options, Way way = Way::automatic);

  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;

  /// To be filled: done(), write(), mark(), release() are of this process alone.
  storage::ArrayFile& array() { return own_ ? *own_ : *created_; }

  /// After all pieces are marked, by whatever rank: to disk, renamed. Nothing is left to do when all
  /// ranks have committed array() already, rank 0 last.
  void commit();
  /// Of any rank, at once: nothing is left to resume. Rank 0 removes the files, the others do nothing.
  void discard() {
    if (created_) created_->discard();
  }

 private:
  Ranks* ranks_;
  std::optional<storage::ArrayFile> created_;  ///< of rank 0
  std::optional<storage::ArrayFile> own_;      ///< of the others; of all on several machines
  bool sinks_ = false;
  std::unique_ptr<SharedFile> numbers_, pieces_;
};

}  // namespace widegeo::gram
