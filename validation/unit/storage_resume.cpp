// ArrayFile: runs that stop or are killed can go on, and nothing is destroyed on the way.
#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <csignal>
#include <cstring>

#include "storage/array/piece_marks.hpp"
#include "storage_array.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

/// As `kill -9` does it.
void die_now() { ::raise(SIGKILL); }

/// Runs f in a child process, at the end of which f must die_now(), before any destructor.
void in_killed_child(const std::function<void()>& f) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      f();
    } catch (...) {
    }
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("array file: a run that stopped goes on; the pieces it had are not asked for again") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  {
    ArrayFile file(path, matrix(10, 33), job_options(7, 10));
    for (const std::size_t i : {8, 2, 5}) write_row(file, i, 33);
  }
  CHECK(exists(path + ".part"));
  {
    // Forced to disk when it stopped: they count after a restart of the machine too.
    std::string list = read_whole(path + ".part.done");
    REQUIRE(list.size() == 138);
    for (std::size_t i = 0; i < 10; ++i) {
      const PieceMark mark = i == 8 || i == 2 || i == 5 ? PieceMark::on_disk : PieceMark::absent;
      CHECK(read_mark(i, static_cast<std::uint8_t>(list[128 + i])) == mark);
    }
  }
  ArrayFile file(path, matrix(10, 33), job_options(7, 10, true));
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(file.done(i) == (i == 8 || i == 2 || i == 5));
    if (!file.done(i)) write_row(file, i, 33);
  }
  file.commit();
  check_rows(path, 10, 33);
}

TEST_CASE("array file: a process that is killed leaves exactly the pieces it had marked") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  for (std::size_t kill_at = 0; kill_at < 6; ++kill_at) {
    in_killed_child([&] {
      ArrayFile file(path, matrix(200, 3000), job_options(7, 200, true));
      std::size_t written = 0;
      for (std::size_t i = 0; i < 200 && written < kill_at * 7; ++i) {
        if (file.done(i)) continue;
        write_row(file, i, 3000);
        ++written;
      }
      // Half a piece more, not marked.
      const std::vector<double> junk(1500, -1);
      for (std::size_t i = 0; i < 200; ++i) {
        if (!file.done(i)) file.write(0, i, 1, 0, 1500, junk.data(), 1500);
      }
      die_now();
    });
  }
  ArrayFile file(path, matrix(200, 3000), job_options(7, 200, true));
  std::size_t done = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    done += file.done(i) ? 1 : 0;
    if (!file.done(i)) write_row(file, i, 3000);
  }
  CHECK(done == 7 * (1 + 2 + 3 + 4 + 5));
  file.commit();
  check_rows(path, 200, 3000);
}

TEST_CASE("array file: after a restart of the machine only pieces forced to disk count") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  { ArrayFile(path, matrix(4, 5), job_options(7, 4)).mark(0); }
  in_killed_child([&] {
    ArrayFile file(path, matrix(4, 5), job_options(7, 4, true));
    write_row(file, 1, 5);
    die_now();
  });
  {
    const ArrayFile file(path, matrix(4, 5), job_options(7, 4, true));
    CHECK(read_mark(0, file.marks()[0]) == PieceMark::on_disk);
    CHECK(read_mark(1, file.marks()[1]) == PieceMark::written);
  }
  in_killed_child([&] {
    ArrayFile file(path, matrix(4, 5), job_options(7, 4, true));
    write_row(file, 2, 5);
    die_now();
  });
  // The list as another running system would have written it: its name and the checksum.
  std::string list = read_whole(path + ".part.done");
  list[72] = list[72] == '0' ? '1' : '0';
  std::uint32_t crc = 0xFFFFFFFF;
  for (std::size_t i = 0; i < 124; ++i) {
    crc ^= static_cast<unsigned char>(list[i]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  crc = ~crc;
  std::memcpy(list.data() + 124, &crc, 4);
  (void)scratch.write("k.npy.part.done", list);
  const ArrayFile file(path, matrix(4, 5), job_options(7, 4, true));
  CHECK(file.done(0));
  CHECK(file.done(1));
  CHECK_FALSE(file.done(2));
}

TEST_CASE("array file: a mark with wrong bits is none, and its piece is computed again") {
  for (std::size_t piece = 0; piece < 1000; ++piece) {
    const std::uint8_t codes[3] = {0, mark_code(piece, PieceMark::written), mark_code(piece, PieceMark::on_disk)};
    CHECK(read_mark(piece, codes[1]) == PieceMark::written);
    CHECK(read_mark(piece, codes[2]) == PieceMark::on_disk);
    for (const std::uint8_t code : codes) {
      CHECK(read_mark(piece, static_cast<std::uint8_t>(~code)) == PieceMark::absent);
      for (unsigned wrong = 1; wrong < 256; ++wrong) {
        if (std::popcount(wrong) <= 3)
          REQUIRE(read_mark(piece, static_cast<std::uint8_t>(code ^ wrong)) == PieceMark::absent);
      }
    }
  }
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  {
    ArrayFile file(path, matrix(4, 5), job_options(7, 4));
    for (const std::size_t i : {0, 1}) write_row(file, i, 5);
  }
  std::string list = read_whole(path + ".part.done");
  list[128] = static_cast<char>(list[128] ^ 4);
  list[130] = 1;
  (void)scratch.write("k.npy.part.done", list);
  ArrayFile file(path, matrix(4, 5), job_options(7, 4, true));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(file.done(i) == (i == 1));
    if (!file.done(i)) write_row(file, i, 5);
  }
  file.commit();
  check_rows(path, 4, 5);
}

TEST_CASE("array file: who comes while another one fills the file is told that") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  ArrayFile first(path, matrix(4, 5), job_options(7, 4));
  write_row(first, 0, 5);
  for (const bool resume : {false, true}) {
    for (const bool force : {false, true})
      check_refused(ErrorCode::io, {"another process is filling"},
                    [&] { const ArrayFile second(path, matrix(4, 5), job_options(7, 4, resume, force)); });
  }
  CHECK(first.done(0));
}

TEST_CASE("array file: nothing is replaced without force, and what does not belong together is refused") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy"), part = path + ".part", list = part + ".done";
  const auto begin = [&](const ArrayFileOptions& options, const ArrayShape& shape = matrix(3, 4)) {
    const ArrayFile file(path, shape, options);
  };
  (void)scratch.write("k.npy", "precious");
  check_refused(ErrorCode::io, {"exists", "k.npy", "--force"}, [&] { begin(job_options(1, 3)); });
  check_refused(ErrorCode::io, {"exists", "--force"}, [&] { begin(job_options(1, 3, true)); });
  CHECK_FALSE(exists(part));
  CHECK_FALSE(exists(list));
  {
    ArrayFile file(path, matrix(3, 4), job_options(1, 3, false, true));
    write_row(file, 1, 4);
  }
  CHECK(read_whole(path) == "precious");  // until commit
  std::filesystem::remove(path);

  check_refused(ErrorCode::input, {"unfinished", ".part", "--resume", "--force"}, [&] { begin(job_options(1, 3)); });
  check_refused(ErrorCode::input, {"another job", "--force"}, [&] { begin(job_options(2, 3, true)); });
  check_refused(ErrorCode::input, {"another job"}, [&] { begin(job_options(1, 4, true)); });
  check_refused(ErrorCode::input, {"shape"}, [&] { begin(job_options(1, 3, true), matrix(4, 3)); });
  check_refused(ErrorCode::input, {"type"},
                [&] { begin(job_options(1, 3, true), matrix(3, 4, ElementType::float32)); });
  check_refused(ErrorCode::input, {"shape"}, [&] {
    begin(job_options(1, 3, true), {{1, 3, 4}, ElementType::float64});
  });
  CHECK(ArrayFile(path, matrix(3, 4), job_options(1, 3, true)).done(1));

  const std::string good_list = read_whole(list), good_part = read_whole(part);
  const std::vector<std::pair<std::string, std::string>> damages{
      {good_list.substr(0, 40), "damaged"},
      {good_list.substr(0, 130), "damaged"},
      {good_list + '\0', "damaged"},
      {"", "damaged"},
      {std::string(good_list).replace(24, 1, "?"), "damaged"}};
  for (const auto& [content, word] : damages) {
    (void)scratch.write("k.npy.part.done", content);
    check_refused(ErrorCode::input, {word, "--force, or delete"}, [&] { begin(job_options(1, 3, true)); });
    CHECK(read_whole(part) == good_part);
  }
  // A file of that name that is somebody else's stays as it is, with force too.
  (void)scratch.write("k.npy.part.done", std::string(131, 'x'));
  for (const bool force : {false, true}) {
    check_refused(ErrorCode::io, {"already has the name", "move it elsewhere"},
                  [&] { begin(job_options(1, 3, !force, force)); });
    CHECK(read_whole(list) == std::string(131, 'x'));
    CHECK(read_whole(part) == good_part);
  }
  std::filesystem::remove(list);
  check_refused(ErrorCode::input, {"no list", "delete"}, [&] { begin(job_options(1, 3, true)); });
  CHECK_FALSE(exists(list));
  (void)scratch.write("k.npy.part.done", good_list);
  (void)scratch.write("k.npy.part", good_part.substr(0, good_part.size() - 1));
  check_refused(ErrorCode::input, {"full size"}, [&] { begin(job_options(1, 3, true)); });
  (void)scratch.write("k.npy.part", std::string(good_part).replace(20, 1, "?"));
  check_refused(ErrorCode::input, {"damaged"}, [&] { begin(job_options(1, 3, true)); });
  // --force begins again; with --resume it goes on where that is possible.
  {
    ArrayFile file(path, matrix(3, 4), job_options(1, 3, true, true));
    CHECK_FALSE(file.done(1));
    write_row(file, 2, 4);
  }
  CHECK(ArrayFile(path, matrix(3, 4), job_options(1, 3, true, true)).done(2));
  ArrayFile file(path, matrix(3, 4), job_options(1, 3, false, true));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK_FALSE(file.done(i));
    write_row(file, i, 4);
  }
  file.commit();
  check_rows(path, 3, 4);
}

TEST_CASE("array file: a target that came into being meanwhile is not replaced without force") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  {
    ArrayFile file(path, matrix(1, 4), job_options(1, 1));
    write_row(file, 0, 4);
    (void)scratch.write("k.npy", "precious");
    check_refused(ErrorCode::io, {"exists", "--resume --force"}, [&] { file.commit(); });
  }
  CHECK(read_whole(path) == "precious");
  ArrayFile(path, matrix(1, 4), job_options(1, 1, true, true)).commit();
  check_rows(path, 1, 4);
}

TEST_CASE("array file: what an interrupted start has left is no obstacle to --resume") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  in_killed_child([&] {
    const ArrayFile file(path, matrix(3, 4), job_options(1, 3));
    die_now();
  });
  std::filesystem::resize_file(path + ".part", 17);
  { const ArrayFile file(path, matrix(3, 4), job_options(1, 3, true)); }
  std::filesystem::remove(path + ".part");
  ArrayFile file(path, matrix(3, 4), job_options(1, 3));
  for (std::size_t i = 0; i < 3; ++i) write_row(file, i, 4);
  file.commit();
  check_rows(path, 3, 4);
}

TEST_CASE("array file: folders, devices, paths that cannot be written") {
  const ScratchFolder scratch;
  const auto begin = [](const std::string& path) { const ArrayFile file(path, matrix(3, 4), job_options(1, 3)); };
  check_refused(ErrorCode::io, {"without a name"}, [&] { begin(""); });
  check_refused(ErrorCode::io, {"folder"}, [&] { begin(scratch.file("")); });
  check_refused(ErrorCode::io, {"not an ordinary file"}, [&] { begin("/dev/null"); });
  check_refused(ErrorCode::io, {"cannot write", "No such file"}, [&] { begin(scratch.file("no/such/k.npy")); });
  (void)scratch.write("file", "");
  check_refused(ErrorCode::io, {"cannot write", "Not a directory"}, [&] { begin(scratch.file("file/k.npy")); });
}

TEST_CASE("array file: a second process finds the file taken, or joins it") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  ArrayFile first(path, matrix(4, 5), job_options(1, 4));
  write_row(first, 0, 5);
  check_refused(ErrorCode::io, {"another process"},
                [&] { const ArrayFile second(path, matrix(4, 5), job_options(1, 4, true)); });
  check_refused(ErrorCode::io, {"another process"},
                [&] { const ArrayFile second(path, matrix(4, 5), job_options(1, 4, false, true)); });
  in_killed_child([&] {
    ArrayFile second = ArrayFile::join(path, matrix(4, 5), job_options(1, 4));
    if (!second.done(0)) ::_exit(2);
    write_row(second, 1, 5);
    write_row(second, 3, 5);
    die_now();
  });
  CHECK(first.done(1));
  CHECK_FALSE(first.done(2));
  write_row(first, 2, 5);
  {
    ArrayFile third = ArrayFile::join(path, matrix(4, 5), job_options(1, 4));
    third.commit();   // the creator's to do
    third.discard();  // as is this
  }
  first.commit();
  check_rows(path, 4, 5);
  check_refused(ErrorCode::io, {"cannot write"}, [&] { (void)ArrayFile::join(path, matrix(4, 5), job_options(1, 4)); });
}

TEST_CASE("array file: no space is found at the beginning, and nothing is left behind") {
  const ScratchFolder scratch;
  const auto begin = [](const std::string& path, std::size_t rows) {
    const ArrayFile file(path, matrix(rows, 1000), job_options(1, 3));
  };
  // More than any disk: 8 exabytes.
  check_refused(ErrorCode::io, {"not enough space", "7999999999999200128 bytes", "GB", "are free"},
                [&] { begin(scratch.file("k.npy"), 1'000'000'000'000'000 - 100); });
  CHECK_FALSE(exists(scratch.file("k.npy.part")));
  CHECK_FALSE(exists(scratch.file("k.npy.part.done")));

  // A limit of this process, which would be told of by a signal.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit limit = before;
  limit.rlim_cur = 100'000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  check_refused(ErrorCode::io, {"not enough space", "8000128", "100000 bytes (ulimit -f)"},
                [&] { begin(scratch.file("k.npy"), 1000); });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK_FALSE(exists(scratch.file("k.npy.part")));
  CHECK_FALSE(exists(scratch.file("k.npy.part.done")));

  const std::string disk = scratch.file("disk");
  std::filesystem::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0) {
    MESSAGE("skipped: no small disk can be mounted here");
    return;
  }
  check_refused(ErrorCode::io, {"not enough space", "8000128"}, [&] { begin(disk + "/k.npy", 1000); });
  CHECK(std::filesystem::is_empty(disk));
  begin(disk + "/small.npy", 100);
  CHECK(exists(disk + "/small.npy.part"));
  ::umount(disk.c_str());
}
