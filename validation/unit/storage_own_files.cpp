// ArrayFile beside other files: what is not its own is left alone, and what has changed meanwhile is not taken over.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "storage/atomic_write.hpp"
#include "storage/system_file.hpp"
#include "storage_array.hpp"
#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;

TEST_CASE("array file: links and files of others beside the output are neither followed nor replaced") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy"), victim = scratch.write("victim", "precious");
  for (const std::string ending : {".part", ".part.done", ".part.sums"}) {
    CAPTURE(ending);
    const std::string beside = path + ending;
    std::filesystem::create_symlink(victim, beside);
    for (const bool force : {false, true})
      CHECK_THROWS_AS(ArrayFile(path, matrix(3, 4), job_options(1, 3, false, force)), Error);
    CHECK(read_whole(victim) == "precious");
    CHECK(std::filesystem::is_symlink(beside));
    std::filesystem::remove(beside);
    (void)scratch.write("k.npy" + ending, "mine");
    for (const bool resume : {false, true})
      check_refused(ErrorCode::io, {"already has the name", "move it elsewhere"},
                    [&] { const ArrayFile file(path, matrix(3, 4), job_options(1, 3, resume, true)); });
    CHECK(read_whole(beside) == "mine");
    std::filesystem::remove(beside);
    CHECK(std::distance(std::filesystem::directory_iterator(scratch.file("")), {}) == 1);
  }
}

TEST_CASE("array file: what replaces a private file is as private") {
  const ScratchFolder scratch;
  const std::string path = scratch.write("k.npy", "old");
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  {
    ArrayFile file(path, matrix(3, 4), job_options(1, 3, false, true));
    CHECK(std::filesystem::status(path + ".part").permissions() == std::filesystem::perms(0600));
    for (std::size_t i = 0; i < 3; ++i) write_row(file, i, 4);
    file.commit();
  }
  CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms(0600));
}

TEST_CASE("array file: finished pieces that have changed on the disk are made again, whichever bit it was") {
  std::mt19937_64 random = generator_of_test("pieces changed");
  for (const ElementType type : {ElementType::float64, ElementType::float32}) {
    for (std::size_t trial = 0; trial < trials(20); ++trial) {
      const ScratchFolder scratch;
      const std::string path = scratch.file("k.npy"), part = path + ".part";
      const std::size_t columns = 1 + random() % 40;
      {
        ArrayFile file(path, matrix(10, columns, type), job_options(7, 10));
        for (const std::size_t i : {8, 2, 5}) write_row(file, i, columns);
      }
      const std::size_t element = type == ElementType::float64 ? 8 : 4;
      std::string bytes = read_whole(part);
      const std::size_t row = std::vector<std::size_t>{8, 2, 5}[random() % 3];
      const std::size_t place = bytes.size() - (10 - row) * columns * element + random() % (columns * element);
      bytes[place] = static_cast<char>(bytes[place] ^ (1 << random() % 8));
      (void)scratch.write("k.npy.part", bytes);
      ArrayFile file(path, matrix(10, columns, type), job_options(7, 10, true));
      for (std::size_t i = 0; i < 10; ++i) {
        CHECK(file.done(i) == ((i == 8 || i == 2 || i == 5) && i != row));
        if (!file.done(i)) write_row(file, i, columns);
      }
      file.commit();
      check_rows(path, 10, columns);
      CHECK(std::distance(std::filesystem::directory_iterator(scratch.file("")), {}) == 1);
    }
  }
}

TEST_CASE("array file: a list of checksums that is damaged or missing never lets a changed piece pass") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy"), sums = path + ".part.sums";
  {
    ArrayFile file(path, matrix(4, 5), job_options(7, 4));
    for (const std::size_t i : {0, 1, 2}) write_row(file, i, 5);
  }
  const std::string good = read_whole(sums), part = read_whole(path + ".part"), list = read_whole(path + ".part.done");
  REQUIRE(good.size() == 16 + 3 * 64);
  for (std::size_t place = 16; place < good.size(); place += 7) {
    std::string bad = good;
    bad[place] = static_cast<char>(bad[place] ^ 4);
    (void)scratch.write("k.npy.part.sums", bad);
    (void)scratch.write("k.npy.part.done", list);
    const std::size_t hit = (place - 16) / 64;  // this record, and those behind it
    const ArrayFile file(path, matrix(4, 5), job_options(7, 4, true));
    for (std::size_t i = 0; i < 3; ++i) CHECK(file.done(i) == (i < hit));
  }
  // Cut short by a full disk; of an older version, which had none.
  (void)scratch.write("k.npy.part.sums", good.substr(0, good.size() - 3));
  (void)scratch.write("k.npy.part.done", list);
  CHECK_FALSE(ArrayFile(path, matrix(4, 5), job_options(7, 4, true)).done(2));
  std::filesystem::remove(sums);
  (void)scratch.write("k.npy.part.done", list);
  CHECK(ArrayFile(path, matrix(4, 5), job_options(7, 4, true)).done(2));
}

TEST_CASE("mapped files: one that is cut short while it is used ends the process with exit 4 and one line") {
  const ScratchFolder scratch;
  const std::string path = scratch.write("x.npy", std::string(100'000, 'x')), said = scratch.file("said");
  const std::string output = scratch.file("out.txt");
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    end_cleanly_on_lost_files();
    (void)::dup2(::open(said.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    std::size_t size = 0;
    const Descriptor opened = open_to_read(path, size);
    const Mapping mapping(opened, size, Mapping::Access::read, path);
    AtomicFile file(output);
    std::filesystem::resize_file(path, 0);
    const volatile char lost = mapping.data()[50'000];
    ::_exit(lost == 'x' ? 1 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 4);
  const std::string text = read_whole(said);
  CHECK(text.starts_with("widegeo: error: the file was truncated while in use"));
  CHECK(text.find(path) != std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  // No temporary file is left.
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.file("")), {}) == 2);
}
