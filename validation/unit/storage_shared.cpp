// Files that several processes fill: through a shared file the array is the one of a single process, byte for byte.
#include <doctest/doctest.h>

#include "job/shared_array.hpp"
#include "parallel/shared_file.hpp"
#include "storage_array.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using job::SharedArray;

TEST_CASE("shared array: through shared files it is the array of one process, and resumes its pieces") {
  const ScratchFolder scratch;
  const auto ranks = single_rank();
  for (const SharedArray::Way first : {SharedArray::Way::automatic, SharedArray::Way::sinks}) {
    for (const SharedArray::Way second : {SharedArray::Way::automatic, SharedArray::Way::sinks}) {
      const std::string path = scratch.file("k.npy");
      {
        SharedArray shared(*ranks, path, matrix(6, 7), job_options(1, 6), first);
        for (const std::size_t i : {4, 1}) write_row(shared.array(), i, 7);
        check_refused(ErrorCode::io, {"not complete", "piece 0"}, [&] { shared.commit(); });
      }
      SharedArray shared(*ranks, path, matrix(6, 7), job_options(1, 6, true), second);
      for (std::size_t i = 0; i < 6; ++i) {
        CHECK(shared.array().done(i) == (i == 4 || i == 1));
        if (!shared.array().done(i)) write_row(shared.array(), i, 7);
      }
      shared.array().commit();  // is enough when rank 0 comes last
      CHECK(exists(path));
      shared.commit();
      CHECK_FALSE(exists(path + ".part"));
      CHECK_FALSE(exists(path + ".part.done"));
      check_rows(path, 6, 7);
      std::filesystem::remove(path);
    }
  }
}

TEST_CASE("shared file: what is written stands at its place; a file of another size is refused") {
  const ScratchFolder scratch;
  const auto ranks = single_rank();
  const std::string path = scratch.write("f", "0123456789");
  const auto bytes = std::as_bytes(std::span<const char>("abc", 3));
  const auto file = SharedFile::open(*ranks, path, 10);
  file->write_at(7, bytes);
  file->write_at(1, bytes);
  check_refused(ErrorCode::io, {"outside"}, [&] { file->write_at(8, bytes); });
  check_refused(ErrorCode::io, {"outside"}, [&] { file->write_at(UINT64_MAX, bytes); });
  file->sync();
  file->close();
  CHECK(read_whole(path) == "0abc456abc");
  check_refused(ErrorCode::io, {"another size"}, [&] { (void)SharedFile::open(*ranks, path, 11); });
  check_refused(ErrorCode::io, {"No such file"}, [&] { (void)SharedFile::open(*ranks, scratch.file("no"), 1); });
}
