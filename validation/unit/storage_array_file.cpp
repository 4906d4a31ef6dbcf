// ArrayFile: what is written stands in the .npy, whatever the order, the threads and the way of the pieces.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <thread>

#include "storage_array.hpp"
#include "testing/checks.hpp"
#include "testing/run_program.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

std::vector<double> numbers(std::size_t count) {
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = 1.0 / static_cast<double>(i + 3);
  return result;
}

/// The data of a .npy as Element, its header checked against `shape`.
template <class Element>
std::vector<Element> data_of(const std::string& path, const std::string& shape) {
  const std::string file = read_whole(path);
  REQUIRE(file.size() >= 128);
  CHECK(file.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t begin = 10 + static_cast<unsigned char>(file[8]) + 256U * static_cast<unsigned char>(file[9]);
  CHECK(begin % 64 == 0);
  CHECK(file[begin - 1] == '\n');
  const std::string type = sizeof(Element) == 8 ? "<f8" : "<f4";
  CHECK(file.substr(10, begin - 10).starts_with("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape));
  std::vector<Element> result((file.size() - begin) / sizeof(Element));
  std::memcpy(result.data(), file.data() + begin, result.size() * sizeof(Element));
  return result;
}

}  // namespace

TEST_CASE("array file: the header is the one of numpy, for 1 to 3 axes and both types") {
  CHECK(array_header({{5}, ElementType::float32}).find("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }") ==
        10);
  CHECK(array_header({{5, 6}, ElementType::float64}).find("'shape': (5, 6), }") != std::string::npos);
  CHECK(array_header({{7, 5, 6}, ElementType::float64}).find("'shape': (7, 5, 6), }") != std::string::npos);
  for (std::size_t digits = 1, extent = 1; digits < 18; ++digits, extent *= 10)
    CHECK(array_header({{extent, 1}, ElementType::float64}).size() % 64 == 0);
  check_refused(ErrorCode::input, {"1 to 3 axes"}, [] { (void)ArrayShape{{}, {}}.elements(); });
  check_refused(ErrorCode::input, {"1 to 3 axes"}, [] { (void)ArrayShape{{1, 1, 1, 1}, {}}.elements(); });
  check_refused(ErrorCode::input, {"empty"}, [] { (void)ArrayShape{{3, 0}, {}}.elements(); });
  check_refused(ErrorCode::input, {"larger than any file"}, [] {
    (void)ArrayShape{{std::size_t{1} << 32, std::size_t{1} << 32}, {}}.elements();
  });
}

TEST_CASE("array file: rectangles in any order, plain or transposed, in any plane, give the array") {
  const ScratchFolder scratch;
  auto generator = testing::generator_of_test("array file rectangles");
  for (std::size_t trial = 0; trial < testing::trials(30); ++trial) {
    const std::size_t whole = trial % 4 < 2 ? 8 : 1;  // whole cache lines are stored in a way of their own
    const std::size_t planes = 1 + trial % 3, rows = 1 + generator() % 70, columns = whole * (1 + generator() % 70);
    const std::size_t height = 1 + generator() % 30, width = whole * (1 + generator() % 30);
    const bool single = trial % 2 == 1;
    const std::vector<double> values = numbers(planes * rows * columns);
    std::vector<double> transposed(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t row = i / columns % rows, column = i % columns;
      transposed[i / (rows * columns) * rows * columns + column * rows + row] = values[i];
    }
    ArrayShape shape = matrix(rows, columns, single ? ElementType::float32 : ElementType::float64);
    if (planes > 1) shape.extents.insert(shape.extents.begin(), planes);
    struct Tile {
      std::size_t plane, row, column;
    };
    std::vector<Tile> tiles;
    for (std::size_t p = 0; p < planes; ++p) {
      for (std::size_t i = 0; i < rows; i += height) {
        for (std::size_t j = 0; j < columns; j += width) tiles.push_back({p, i, j});
      }
    }
    std::shuffle(tiles.begin(), tiles.end(), generator);
    const std::string path = scratch.file("a" + std::to_string(trial) + ".npy");
    ArrayFile file(path, shape, job_options(1, tiles.size()));
    for (std::size_t t = 0; t < tiles.size(); ++t) {
      const auto [p, i, j] = tiles[t];
      const std::size_t h = std::min(height, rows - i), w = std::min(width, columns - j);
      if (generator() % 2 == 0) {
        file.write(p, i, h, j, w, values.data() + (p * rows + i) * columns + j, columns);
      } else {
        file.write(p, i, h, j, w, transposed.data() + (p * columns + j) * rows + i, rows, true);
      }
      CHECK_FALSE(file.done(t));
      file.mark(t);
      CHECK(file.done(t));
      // None of these changes a number, whenever it comes.
      if (generator() % 4 == 0) file.complete(i, h);
      if (generator() % 4 == 0) file.prepare(generator() % (file.stretches() + 1));
      file.release(i, h);
    }
    CHECK_FALSE(exists(path));
    file.commit();
    CHECK_FALSE(exists(path + ".part"));
    CHECK_FALSE(exists(path + ".part.done"));
    std::string text = "(";
    for (std::size_t k = 0; k < shape.extents.size(); ++k)
      text += (k == 0 ? "" : ", ") + std::to_string(shape.extents[k]);
    if (single) {
      // The conversion of the language rounds to nearest.
      CHECK(data_of<float>(path, text + ")") == std::vector<float>(values.begin(), values.end()));
    } else {
      CHECK(data_of<double>(path, text + ")") == values);
    }
  }
}

TEST_CASE("array file: an array of one axis is one row") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("v.npy");
  const std::vector<double> values = numbers(10);
  ArrayFile file(path, {{10}, ElementType::float64}, job_options(1, 0));
  file.write(0, 0, 1, 4, 6, values.data() + 4, 0);
  file.write(0, 0, 1, 0, 4, values.data(), 0);
  file.commit();
  CHECK(data_of<double>(path, "(10,)") == values);
}

TEST_CASE("array file: what float cannot hold, and what is outside of the array, is refused") {
  const ScratchFolder scratch;
  ArrayFile file(scratch.file("f.npy"), matrix(9, 9, ElementType::float32), job_options(1, 1));
  const double limit = 0x1.ffffffp127;  // the middle between the largest float and 2^128
  for (const double sign : {1.0, -1.0}) {
    std::vector<double> row(9, 1.0);
    row[5] = sign * std::nextafter(limit, 0);
    file.write(0, 0, 1, 0, 9, row.data(), 9);
    file.write(0, 0, 9, 0, 1, row.data(), 9, true);
    row[5] = sign * limit;
    check_refused(ErrorCode::input, {"too large for float32"}, [&] { file.write(0, 0, 1, 0, 9, row.data(), 9); });
    check_refused(ErrorCode::input, {"too large for float32"}, [&] { file.write(0, 0, 9, 0, 1, row.data(), 9, true); });
  }
  const double value = 0;
  const auto refused = [&](std::size_t plane, std::size_t i, std::size_t h, std::size_t j, std::size_t w) {
    check_refused(ErrorCode::input, {"outside"}, [&] { file.write(plane, i, h, j, w, &value, 1); });
  };
  refused(1, 0, 1, 0, 1);
  refused(0, 9, 1, 0, 1);
  refused(0, 0, 1, 9, 1);
  refused(0, 5, 5, 0, 1);
  refused(0, 0, 1, SIZE_MAX, 2);
  refused(0, 1, SIZE_MAX, 0, 1);
  check_refused(ErrorCode::input, {"outside"}, [&] { (void)file.done(1); });
  check_refused(ErrorCode::io, {"not complete", "piece 0"}, [&] { file.commit(); });
  file.discard();
  CHECK_FALSE(exists(scratch.file("f.npy.part")));
  CHECK_FALSE(exists(scratch.file("f.npy.part.done")));
}

TEST_CASE("array file: through sinks the file is the same byte for byte") {
  class FileSink final : public ByteSink {
   public:
    explicit FileSink(const std::string& path) : number_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {}
    ~FileSink() override { ::close(number_); }
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
      REQUIRE(::pwrite(number_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
              static_cast<ssize_t>(bytes.size()));
    }
    void sync() override { REQUIRE(::fsync(number_) == 0); }

   private:
    int number_;
  };
  const ScratchFolder scratch;
  for (const ElementType type : {ElementType::float64, ElementType::float32}) {
    std::string expected;
    for (const bool sinks : {false, true}) {
      const std::string path = scratch.file(sinks ? "s.npy" : "m.npy");
      const ArrayShape shape{{2, 20, 31}, type};
      std::filesystem::remove(path);
      ArrayFile creator(path, shape, job_options(3, 2));
      std::optional<ArrayFile> other;
      if (sinks) {
        other.emplace(ArrayFile::through(path, shape, creator.marks(), std::make_unique<FileSink>(path + ".part"),
                                         std::make_unique<FileSink>(path + ".part.done")));
      }
      ArrayFile& file = sinks ? *other : creator;
      const std::vector<double> values = numbers(20 * 31);
      file.write(0, 0, 20, 0, 31, values.data(), 31);
      file.mark(0);
      file.write(1, 0, 20, 0, 10, values.data(), 31);
      file.write(1, 0, 20, 10, 21, values.data(), 20, true);
      file.mark(1);
      CHECK(file.done(1));
      CHECK(creator.done(1));
      if (sinks) other->commit();
      creator.commit();
      if (!sinks) expected = read_whole(path);
      CHECK(read_whole(path) == expected);
    }
  }
}

TEST_CASE("array file: threads fill one file") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  ArrayFile file(path, matrix(400, 300), job_options(1, 400));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&file, t] {
      for (std::size_t i = t; i < 400; i += 4) write_row(file, i, 300);
    });
  }
  for (std::thread& thread : threads) thread.join();
  file.commit();
  check_rows(path, 400, 300);
}

TEST_CASE("array file: pages prepared in stretches are there when they are written to") {
  const ScratchFolder scratch;
  const std::size_t rows = 1200, columns = 1000;
  ArrayFile file(scratch.file("k.npy"), matrix(rows, columns), job_options(1, rows));
  if (file.stretches() == 0) return;  // a machine of less than 100 MB
  const std::size_t bytes = array_header(matrix(rows, columns)).size() + rows * columns * 8;
  CHECK(file.stretches() == (bytes + (2U << 20U) - 1) / (2U << 20U));
  for (std::size_t k = 0; k < file.stretches(); ++k) file.prepare(k);
  const auto faults = [] {
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
  };
  const std::vector<double> row(columns, 1.0);
  const long before = faults();
  for (std::size_t i = 0; i < rows; ++i) file.write(0, i, 1, 0, columns, row.data(), columns);
  const long missing = faults() - before;
  // The array has 2344 pages. Before Linux 5.14 the system cannot prepare them.
  void* const probe = ::mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(probe != MAP_FAILED);
  constexpr int populate_write = 23;  // MADV_POPULATE_WRITE, which older headers do not have
  const bool possible = ::madvise(probe, 1, populate_write) == 0;
  ::munmap(probe, 1);
  CHECK((missing < 500 || !possible));
  file.discard();
}

TEST_CASE("array file: an array larger than the memory costs none of it") {
  const ScratchFolder scratch;
  const std::string path = scratch.file("k.npy");
  // 400 MB, far above what this process holds otherwise.
  const std::size_t rows = 400, columns = 125'000;
  // Pages of files alone: what a sanitizer keeps of freed memory is not the array's.
  const auto resident = [] {
    std::ifstream file("/proc/self/status");
    std::size_t kilobytes = 0;
    for (std::string name; file >> name;) {
      std::size_t value = 0;
      if ((name == "RssFile:" || name == "RssShmem:") && file >> value) kilobytes += value;
    }
    REQUIRE(kilobytes > 0);
    return kilobytes * 1024;
  };
  const std::size_t before = resident();
  std::size_t most = 0;
  ArrayFile file(path, matrix(rows, columns), job_options(1, rows));
  for (std::size_t i = 0; i < rows; ++i) {
    write_row(file, i, columns);
    file.release(i, 1);
    most = std::max(most, resident());
  }
  // A row, and the pages on its edges that are not whole.
  CHECK(most - before < 16'000'000);
  file.discard();
}
