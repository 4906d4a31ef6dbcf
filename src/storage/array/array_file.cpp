#include "storage/array/array_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

#include "number/error.hpp"
#include "storage/array/array_rows.hpp"
#include "storage/array/piece_marks.hpp"
#include "storage/array/piece_sums.hpp"
#include "storage/own_files.hpp"
#include "storage/reserve.hpp"
#include "storage/system_file.hpp"

namespace widegeo::storage {
namespace {

constexpr std::size_t stretch_bytes = 2U << 20U;
/// Bound on pages mapped ahead, so that they are not written to disk while still empty: the system starts writing when
/// a tenth of its memory is dirty.
constexpr std::size_t small_part_of_memory = 10;

constexpr const char* how_to_go_on = "replace it with --force, or delete it";

void check_target(const std::string& path, bool force) {
  if (path.empty()) throw Error(ErrorCode::io, "cannot write a file without a name", "--output");
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  if (S_ISDIR(status.st_mode))
    throw Error(ErrorCode::io, "cannot write: it is a folder", path, "give the name of a file");
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io, "cannot write: it is not an ordinary file", path,
                "an array is filled in any order, which pipes and devices do not allow");
  }
  if (!force) throw Error(ErrorCode::io, "the file exists", path, "replace it with --force");
}

/// Starts the writing of the whole pages among these bytes and does not wait for it. Pages on the edges may be written
/// to again, which would have to wait.
void begin_to_write(const Descriptor& file, std::size_t begin, std::size_t end) {
  begin = (begin + page_size() - 1) / page_size() * page_size();
  end = end / page_size() * page_size();
  if (begin >= end) return;
  // Only a hint: what goes wrong with the disk is found by commit().
  (void)::sync_file_range(file.get(), static_cast<off_t>(begin), static_cast<off_t>(end - begin),
                          SYNC_FILE_RANGE_WRITE);
}

}  // namespace

struct ArrayFile::Implementation {
  enum class Role { creator, joined, sink };
  std::string path, part, list, sum_list;  ///< PATH, PATH.part, PATH.part.done, PATH.part.sums
  ArrayShape shape;
  ArrayFileOptions options;
  Role role = Role::creator;
  bool over = false;  ///< committed or discarded
  std::size_t planes = 1, rows = 1, columns = 1, element = 8, header_size = 0;
  Descriptor file, list_file;
  Mapping data, list_data;
  PieceSums sums;
  std::vector<std::uint8_t> known;  ///< marks, when they go through a sink
  std::unique_ptr<ByteSink> numbers, pieces;

  Implementation(const std::string& target, const ArrayShape& array, const ArrayFileOptions& chosen, Role my_role)
      : path(target),
        part(target + ".part"),
        list(part + ".done"),
        sum_list(part + ".sums"),
        shape(array),
        options(chosen),
        role(my_role) {
    (void)shape.bytes();
    const auto& extents = shape.extents;
    columns = extents.back();
    if (extents.size() > 1) rows = extents[extents.size() - 2];
    if (extents.size() > 2) planes = extents[0];
    element = shape.type == ElementType::float64 ? 8 : 4;
    header_size = array_header(shape).size();
  }

  std::size_t total() const { return header_size + shape.bytes(); }
  bool small() const { return total() <= memory_of_machine() / small_part_of_memory; }
  std::uint8_t* mark_of(std::size_t piece) {
    return role == Role::sink ? known.data() + piece
                              : reinterpret_cast<std::uint8_t*>(list_data.data()) + marks_header_size + piece;
  }

  void map() {
    data = Mapping(file, total(), Mapping::Access::write, part);
    list_data = Mapping(list_file, marks_header_size + options.pieces, Mapping::Access::write, list);
  }

  /// The lock goes with the process, however it ends.
  void lock(int flags) {
    list_file = open_own_file(list, flags, path);
    if (::flock(list_file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      throw Error(ErrorCode::io, "another process is filling this file now", part);
  }

  void create_new() {
    if (exists(part) && ::unlink(part.c_str()) != 0) fail_with_errno("cannot replace", part);
    try {
      if (::ftruncate(list_file.get(), 0) != 0) fail_with_errno("cannot write", list);
      write_all(list_file, marks_header(shape, options.digest, options.pieces) + std::string(options.pieces, '\0'),
                list);
      file = open_own_file(part, O_CREAT | O_EXCL, path);
      (void)::fchmod(file.get(), mode_of_output(path));
      reserve(file, total(), part);
      write_all(file, array_header(shape), part);
      sums.create(sum_list, path);
      map();
    } catch (...) {
      remove();
      throw;
    }
  }

  /// Opens what an earlier run has left. Returns what is wrong with it, or "".
  std::string reopen(bool& worth_keeping) {
    const std::size_t list_size = size_of(list_file, list);
    const Mapping seen(list_file, list_size, Mapping::Access::read, list);
    const std::string_view text(seen.data(), list_size);
    std::string problem = marks_problem(text, shape, options.digest, options.pieces);
    if (!problem.empty()) return problem;
    const auto marks = [&text](std::size_t piece) {
      return read_mark(piece, static_cast<std::uint8_t>(text[marks_header_size + piece]));
    };
    worth_keeping = false;
    for (std::size_t piece = 0; piece < options.pieces && !worth_keeping; ++piece)
      worth_keeping = marks(piece) != PieceMark::absent;
    file = open_own_file(part, 0, path);
    if (size_of(file, part) != total()) return "the unfinished file does not have its full size";
    const std::string header = array_header(shape);
    std::string found(header.size(), '\0');
    if (::pread(file.get(), found.data(), found.size(), 0) != static_cast<ssize_t>(found.size()) || found != header)
      return "the unfinished file is damaged";
    const bool same_boot = marks_of_this_boot(text);
    map();
    if (!same_boot) {
      for (std::size_t piece = 0; piece < options.pieces; ++piece) {
        if (read_mark(piece, *mark_of(piece)) == PieceMark::written) *mark_of(piece) = 0;
      }
      write_all(list_file, marks_header(shape, options.digest, options.pieces), list);
    }
    sums.reopen(sum_list, path);
    // Finished pieces whose numbers have changed since they were written are made again. One process looks.
    if (role == Role::creator) {
      for (const std::uint64_t piece : sums.changed(data.data(), total(), options.pieces))
        *mark_of(static_cast<std::size_t>(piece)) = 0;
    }
    return "";
  }

  void create() {
    check_target(path, options.force);
    const bool have_part = exists(part), have_list = exists(list);
    // Before any word about an earlier run: it may be running still.
    if (have_part && have_list) lock(0);
    if (have_part && !options.resume && !options.force) {
      throw Error(ErrorCode::input, "an unfinished file from an earlier run exists", part,
                  std::string("continue with --resume, ") + how_to_go_on);
    }
    if (have_part && !have_list && !options.force) {
      throw Error(ErrorCode::input, "the unfinished file has no list of its finished pieces", part, how_to_go_on);
    }
    // Files of these names that are not of this program are no leftovers: also with `force` they stay as they are.
    if (list_file) require_own_file(list_file, list, marks_magic, "list of finished pieces");
    if (have_part)
      require_own_file(open_own_file(part, 0, path), part, array_header(shape).substr(0, 6), "unfinished array");
    if (exists(sum_list)) require_own_file(open_own_file(sum_list, 0, path), sum_list, sums_magic, "list of checksums");
    if (!list_file && have_list) {
      lock(0);
      require_own_file(list_file, list, marks_magic, "list of finished pieces");
    }
    if (!list_file) lock(O_CREAT);
    if (have_part && have_list && options.resume) {
      bool worth_keeping = true;
      const std::string problem = reopen(worth_keeping);
      if (problem.empty()) return;
      // A run that ended while it made its files has left nothing.
      if (worth_keeping && !options.force) throw Error(ErrorCode::input, problem, part, how_to_go_on);
      file.close();
    }
    create_new();
  }

  void join() {
    list_file = open_own_file(list, 0, path);
    bool worth_keeping = true;
    const std::string problem = reopen(worth_keeping);
    if (!problem.empty()) throw Error(ErrorCode::io, problem, part);
  }

  void remove() {
    over = true;
    ::unlink(part.c_str());
    ::unlink(list.c_str());
    ::unlink(sum_list.c_str());
  }

  /// What was marked before its numbers were forced to disk is there for good.
  void keep() {
    std::vector<std::size_t> written;
    for (std::size_t piece = 0; piece < options.pieces; ++piece) {
      const std::atomic_ref<std::uint8_t> mark(*mark_of(piece));
      if (read_mark(piece, mark.load(std::memory_order_acquire)) == PieceMark::written) written.push_back(piece);
    }
    if (written.empty() || !data.flush() || ::fsync(file.get()) != 0) return;
    for (const std::size_t piece : written) *mark_of(piece) = mark_code(piece, PieceMark::on_disk);
    (void)list_data.flush();
  }

  template <class Element>
  void write(std::size_t offset, std::size_t height, std::size_t width, const double* values, std::size_t stride,
             bool transposed) {
    bool fits = true;
    if (role != Role::sink) {
      auto* const out = reinterpret_cast<Element*>(data.data() + offset);
      fits = store_rows(height, width, values, stride, transposed, out, columns);
      sums.add(data.data(), {offset, height, width * sizeof(Element), columns * sizeof(Element)});
    } else {
      std::vector<Element> block(height * width);
      fits = store_rows(height, width, values, stride, transposed, block.data(), width);
      const std::span<const std::byte> all = std::as_bytes(std::span<const Element>(block));
      const std::size_t run = width * sizeof(Element);
      if (width == columns) {
        numbers->write_at(offset, all);
      } else {
        for (std::size_t i = 0; i < height; ++i)
          numbers->write_at(offset + i * columns * sizeof(Element), all.subspan(i * run, run));
      }
    }
    if (!fits) throw Error(ErrorCode::input, "a number is too large for float32", path, "write float64");
  }

  void commit() {
    // Network file systems look for what other machines have written when a file is opened.
    { const Descriptor fresh(::open(list.c_str(), O_RDONLY | O_CLOEXEC)); }
    for (std::size_t piece = 0; piece < options.pieces; ++piece) {
      if (read_mark(piece, *mark_of(piece)) == PieceMark::absent)
        throw Error(ErrorCode::io, "the array is not complete", part, "piece " + std::to_string(piece) + " is missing");
    }
    if (!data.flush() || ::fsync(file.get()) != 0) fail_with_errno("cannot write", part);
    // Without force a file that has come into being meanwhile is not replaced either.
    if (!options.force && ::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
      over = true;
    } else if (!options.force && errno == EEXIST) {
      throw Error(ErrorCode::io, "the file exists", path, "continue with --resume --force");
    } else {
      if (::rename(part.c_str(), path.c_str()) != 0) fail_with_errno("cannot write", path);
      over = true;
    }
    ::unlink(list.c_str());
    ::unlink(sum_list.c_str());
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some file systems cannot force a folder to disk; the file itself is there.
    if (directory) (void)::fsync(directory.get());
  }
};

ArrayFile::ArrayFile() = default;
ArrayFile::ArrayFile(ArrayFile&&) noexcept = default;

ArrayFile::ArrayFile(const std::string& path, const ArrayShape& shape, const ArrayFileOptions& options)
    : implementation_(std::make_unique<Implementation>(path, shape, options, Implementation::Role::creator)) {
  implementation_->create();
}

ArrayFile ArrayFile::join(const std::string& path, const ArrayShape& shape, const ArrayFileOptions& options) {
  ArrayFile result;
  result.implementation_ = std::make_unique<Implementation>(path, shape, options, Implementation::Role::joined);
  result.implementation_->join();
  return result;
}

ArrayFile ArrayFile::through(const std::string& path, const ArrayShape& shape, std::vector<std::uint8_t> marks,
                             std::unique_ptr<ByteSink> numbers, std::unique_ptr<ByteSink> pieces) {
  ArrayFile result;
  ArrayFileOptions options;
  options.pieces = marks.size();
  result.implementation_ = std::make_unique<Implementation>(path, shape, options, Implementation::Role::sink);
  result.implementation_->known = std::move(marks);
  result.implementation_->numbers = std::move(numbers);
  result.implementation_->pieces = std::move(pieces);
  return result;
}

ArrayFile::~ArrayFile() {
  if (implementation_ != nullptr && implementation_->role == Implementation::Role::creator && !implementation_->over)
    implementation_->keep();
}

bool ArrayFile::done(std::size_t piece) const {
  if (piece >= implementation_->options.pieces) throw Error(ErrorCode::input, "a piece outside of the array");
  const std::atomic_ref<std::uint8_t> mark(*implementation_->mark_of(piece));
  return read_mark(piece, mark.load(std::memory_order_acquire)) != PieceMark::absent;
}

void ArrayFile::write(std::size_t plane, std::size_t first_row, std::size_t rows, std::size_t first_column,
                      std::size_t columns, const double* values, std::size_t stride, bool transposed) {
  Implementation& self = *implementation_;
  if (plane >= self.planes || first_row > self.rows || rows > self.rows - first_row || first_column > self.columns ||
      columns > self.columns - first_column) {
    throw Error(ErrorCode::input, "a rectangle outside of the array", self.path);
  }
  if (rows == 0 || columns == 0) return;
  const std::size_t index = (plane * self.rows + first_row) * self.columns + first_column;
  const std::size_t offset = self.header_size + index * self.element;
  if (self.element == 8) {
    self.write<double>(offset, rows, columns, values, stride, transposed);
  } else {
    self.write<float>(offset, rows, columns, values, stride, transposed);
  }
}

void ArrayFile::mark(std::size_t piece) {
  if (done(piece)) return;
  Implementation& self = *implementation_;
  const std::uint8_t written = mark_code(piece, PieceMark::written);
  if (self.role == Implementation::Role::sink) {
    const auto byte = static_cast<std::byte>(written);
    self.pieces->write_at(marks_header_size + piece, {&byte, 1});
  }
  self.sums.finish(piece);
  // Not before the numbers: who sees the mark sees them.
  const std::atomic_ref<std::uint8_t> mark(*self.mark_of(piece));
  mark.store(written, std::memory_order_release);
}

std::vector<std::uint8_t> ArrayFile::marks() const {
  std::vector<std::uint8_t> result(implementation_->options.pieces);
  for (std::size_t piece = 0; piece < result.size(); ++piece) result[piece] = *implementation_->mark_of(piece);
  return result;
}

void ArrayFile::release(std::size_t first_row, std::size_t rows) {
  const Implementation& self = *implementation_;
  if (self.role == Implementation::Role::sink) return;
  const std::size_t row_bytes = self.columns * self.element;
  for (std::size_t plane = 0; plane < self.planes; ++plane) {
    const std::size_t begin = self.header_size + (plane * self.rows + first_row) * row_bytes;
    self.data.release(begin, begin + rows * row_bytes);
  }
}

void ArrayFile::complete(std::size_t first_row, std::size_t rows) {
  const Implementation& self = *implementation_;
  if (self.role == Implementation::Role::sink) return;
  const std::size_t row_bytes = self.columns * self.element;
  for (std::size_t plane = 0; plane < self.planes; ++plane) {
    const std::size_t begin = self.header_size + (plane * self.rows + first_row) * row_bytes;
    begin_to_write(self.file, begin, begin + rows * row_bytes);
  }
  if (!self.small()) release(first_row, rows);
}

std::size_t ArrayFile::stretches() const {
  const Implementation& self = *implementation_;
  if (self.role == Implementation::Role::sink || !self.small()) return 0;
  return (self.total() + stretch_bytes - 1) / stretch_bytes;
}

void ArrayFile::prepare(std::size_t stretch) {
  const Implementation& self = *implementation_;
  if (stretch < stretches()) self.data.populate(stretch * stretch_bytes, (stretch + 1) * stretch_bytes);
}

void ArrayFile::commit() {
  Implementation& self = *implementation_;
  if (self.over) return;
  if (self.role == Implementation::Role::sink) {
    self.numbers->sync();
    self.pieces->sync();
    self.over = true;
  } else if (self.role == Implementation::Role::creator) {
    self.commit();
  }
}

void ArrayFile::discard() {
  if (implementation_->role == Implementation::Role::creator) implementation_->remove();
}

}  // namespace widegeo::storage
