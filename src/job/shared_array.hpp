// One array in a file, filled by all processes of a job together.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "parallel/ranks.hpp"
#include "parallel/shared_file.hpp"
#include "storage/array/array_file.hpp"

namespace widegeo::job {

/// Rank 0 creates or resumes the file. Processes on one machine map the same file into memory; across several machines
/// all of them write through SharedFile. All functions but array() and discard() are collective; a failure on one rank
/// is thrown on all (run_together).
class SharedArray {
 public:
  /// Way::sinks forces the way of several machines on a single one.
  enum class Way { automatic, sinks };
  SharedArray(Ranks& ranks, const std::string& path, const storage::ArrayShape& shape,
              const storage::ArrayFileOptions& options, Way way = Way::automatic);

  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;

  /// To be filled; done(), write(), mark(), release() are local to this process.
  storage::ArrayFile& array() { return own_ ? *own_ : *created_; }

  /// Call after all pieces are marked, by whatever rank: syncs to disk and renames. Does nothing further if all ranks
  /// have already committed array(), rank 0 last.
  void commit();
  /// On any rank, at any time: nothing is left to resume. Rank 0 removes the files, the others do nothing.
  void discard() {
    if (created_) created_->discard();
  }

 private:
  Ranks* ranks_;
  std::optional<storage::ArrayFile> created_;  ///< on rank 0
  std::optional<storage::ArrayFile> own_;      ///< on the other ranks; on all ranks if on several machines
  bool sinks_ = false;
  std::unique_ptr<SharedFile> numbers_, pieces_;
};

}  // namespace widegeo::job
