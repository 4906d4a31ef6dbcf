#include "storage/array/piece_sums.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>

#include "number/error.hpp"
#include "storage/own_files.hpp"

namespace widegeo::storage {
namespace {

constexpr std::size_t header_size = 16, words_of_rectangle = 4;

std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
  return std::rotl(state ^ word, 29) * std::uint64_t{0x9E3779B97F4A7C15};
}

std::uint64_t checksum_of_words(const std::vector<std::uint64_t>& words) {
  std::uint64_t sum = 1;
  for (const std::uint64_t word : words) sum = mix(sum, word);
  return sum;
}

/// The parts of an unfinished piece written so far by a thread.
struct Pending {
  std::uint64_t owner = 0, sum = 0;
  std::vector<ByteRectangle> rectangles;
};

/// A thread fills at most a few arrays at a time.
Pending& pending_of(std::uint64_t owner) {
  thread_local std::array<Pending, 8> pending;
  thread_local std::size_t next = 0;
  for (Pending& one : pending) {
    if (one.owner == owner) return one;
  }
  Pending& fresh = pending[next++ % pending.size()];
  fresh = {owner, 0, {}};
  return fresh;
}

std::string header() {
  std::string text(sums_magic);
  text += " 1";
  text.resize(header_size, '\0');
  return text;
}

void append(const Descriptor& file, const std::string& bytes, const std::string& path) {
  // One call: records of several processes do not mix.
  const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
  if (count != static_cast<ssize_t>(bytes.size())) fail_with_errno("cannot write", path);
}

}  // namespace

std::uint64_t checksum(std::uint64_t start, const char* file, const ByteRectangle& rectangle) {
  // Four chains side by side: a single one would wait for each product.
  std::array<std::uint64_t, 4> lane{start, 2, 3, 4};
  for (std::uint64_t i = 0; i < rectangle.rows; ++i) {
    const char* row = file + rectangle.offset + i * rectangle.stride;
    std::uint64_t left = rectangle.row_bytes;
    std::array<std::uint64_t, 4> words{};
    for (; left >= sizeof words; left -= sizeof words, row += sizeof words) {
      std::memcpy(words.data(), row, sizeof words);
      for (std::size_t l = 0; l < 4; ++l) lane[l] = mix(lane[l], words[l]);
    }
    if (left == 0) continue;
    words = {};
    std::memcpy(words.data(), row, left);
    for (std::size_t l = 0; l < 4; ++l) lane[l] = mix(lane[l], words[l]);
  }
  std::uint64_t sum = rectangle.row_bytes;
  for (const std::uint64_t part : lane) sum = mix(sum, part ^ (part >> 32U));
  return sum;
}

PieceSums::PieceSums() {
  static std::atomic<std::uint64_t> count{0};
  id_ = ++count;
}

void PieceSums::create(const std::string& path, const std::string& name) {
  path_ = path;
  file_ = open_own_file(path, O_CREAT | O_APPEND, name);
  require_own_file(file_, path, sums_magic, "list of checksums");
  if (::ftruncate(file_.get(), 0) != 0) fail_with_errno("cannot write", path);
  append(file_, header(), path);
}

void PieceSums::reopen(const std::string& path, const std::string& name) {
  path_ = path;
  if (!exists(path)) return;
  file_ = open_own_file(path, O_APPEND, name);
  require_own_file(file_, path, sums_magic, "list of checksums");
}

void PieceSums::add(const char* file, const ByteRectangle& rectangle) {
  if (!file_) return;
  Pending& pending = pending_of(id_);
  pending.sum = checksum(pending.sum, file, rectangle);
  pending.rectangles.push_back(rectangle);
}

void PieceSums::finish(std::uint64_t piece) {
  if (!file_) return;
  Pending& pending = pending_of(id_);
  std::vector<std::uint64_t> words{piece, pending.rectangles.size()};
  for (const ByteRectangle& r : pending.rectangles)
    words.insert(words.end(), {r.offset, r.rows, r.row_bytes, r.stride});
  words.push_back(pending.sum);
  words.push_back(checksum_of_words(words));
  pending = {id_, 0, {}};
  append(file_, std::string(reinterpret_cast<const char*>(words.data()), words.size() * sizeof words[0]), path_);
}

std::vector<std::uint64_t> PieceSums::changed(const char* file, std::uint64_t size, std::uint64_t pieces) {
  if (!file_) return {};
  const std::size_t length = size_of(file_, path_);
  const Mapping all(file_, length, Mapping::Access::read, path_);
  std::size_t at = header_size;
  const auto word = [&](std::size_t i) {
    std::uint64_t value = 0;
    std::memcpy(&value, all.data() + at + i * sizeof value, sizeof value);
    return value;
  };
  std::map<std::uint64_t, bool> same;
  bool whole = length >= header_size && std::string_view(all.data(), header_size) == header();
  while (whole && at < length) {
    const std::size_t words = (length - at) / sizeof(std::uint64_t);
    const std::uint64_t count = words < 2 ? 0 : word(1);
    whole = words >= 4 && count <= (words - 4) / words_of_rectangle;
    if (!whole) break;
    const std::size_t used = 4 + static_cast<std::size_t>(count) * words_of_rectangle;
    std::vector<std::uint64_t> record(used - 1);
    for (std::size_t i = 0; i < record.size(); ++i) record[i] = word(i);
    whole = checksum_of_words(record) == word(used - 1) && record[0] < pieces;
    if (!whole) break;
    std::uint64_t sum = 0;
    bool inside = true;
    for (std::size_t k = 0; k < count && inside; ++k) {
      const std::uint64_t* const r = record.data() + 2 + k * words_of_rectangle;
      const ByteRectangle rectangle{r[0], r[1], r[2], r[3]};
      inside = r[0] <= size && r[2] <= size - r[0] && (r[1] <= 1 || r[3] <= (size - r[0] - r[2]) / (r[1] - 1));
      if (inside) sum = checksum(sum, file, rectangle);
    }
    same[record[0]] = inside && sum == record[used - 2];  // of a piece that was made twice the last one counts
    at += used * sizeof(std::uint64_t);
  }
  if (!whole) {
    // What is made again is recorded behind the last good record.
    const bool any =
        at > header_size || (length >= header_size && std::string_view(all.data(), header_size) == header());
    if (::ftruncate(file_.get(), any ? static_cast<off_t>(at) : 0) != 0) fail_with_errno("cannot write", path_);
    if (!any) append(file_, header(), path_);
  }
  std::vector<std::uint64_t> result;
  for (std::uint64_t piece = 0; piece < pieces; ++piece) {
    const auto found = same.find(piece);
    if (found == same.end() ? !whole : !found->second) result.push_back(piece);
  }
  return result;
}

}  // namespace widegeo::storage
