#include "montecarlo/checkpoint.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

#include "number/error.hpp"
#include "storage/atomic_write.hpp"

namespace widegeo {
namespace {

constexpr std::string_view magic = "widegeo-campaign";
constexpr std::uint32_t format = 3, byte_order = 0x01020304;

template <class T>
void append(std::string& out, const T& value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

std::uint32_t crc_of(std::string_view data) {
  uLong crc = crc32(0, nullptr, 0);
  constexpr std::size_t piece = 1 << 30;  // zlib counts in 32 bits
  for (std::size_t at = 0; at < data.size(); at += piece)
    crc = crc32(crc, reinterpret_cast<const Bytef*>(data.data()) + at,
                static_cast<uInt>(std::min(piece, data.size() - at)));
  return static_cast<std::uint32_t>(crc);
}

[[noreturn]] void damaged(const std::string& path, const std::string& how) {
  throw Error(ErrorCode::io, "the checkpoint is damaged: " + how, path, "start again without resuming");
}

[[noreturn]] void foreign(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::input, what, path, "give the file of this campaign, or start again without resuming");
}

/// Reads values from the front of the data.
class Reader {
 public:
  Reader(std::string_view data, const std::string& path) : data_(data), path_(path) {}

  std::string_view take(std::uint64_t length) {
    if (length > data_.size()) damaged(path_, "it is truncated");
    const std::string_view taken = data_.substr(0, length);
    data_.remove_prefix(length);
    return taken;
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  bool at_end() const { return data_.empty(); }

 private:
  std::string_view data_;
  const std::string& path_;
};

std::string read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  // An empty file inserts nothing, which the stream counts as a failure of `text`, not of `file`.
  if (!file.is_open() || file.bad())
    throw Error(ErrorCode::io, std::string("cannot read the checkpoint: ") + std::strerror(errno), path,
                "start without resuming to make one");
  return std::move(text).str();
}

}  // namespace

void check_replaceable(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(magic.size(), ' ');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  if (!head.empty() && head != magic)
    throw Error(ErrorCode::input, "the file exists and is not a checkpoint: it would be overwritten", path,
                "give another name, or remove it");
}

void write_checkpoint(const std::string& path, std::uint64_t digest, std::span<const double> state) {
  static_assert(sizeof(double) == 8 && std::numeric_limits<double>::is_iec559);
  const std::string_view version = WIDEGEO_VERSION;
  std::string out(magic);
  append(out, format);
  append(out, byte_order);
  append(out, std::uint64_t{version.size()});
  out += version;
  append(out, digest);
  append(out, std::uint64_t{state.size()});
  out.append(reinterpret_cast<const char*>(state.data()), state.size_bytes());
  append(out, crc_of(out));
  storage::atomic_write(path, out);
}

std::vector<double> read_checkpoint(const std::string& path, std::uint64_t digest) {
  const std::string file = read_file(path);
  if (file.empty()) damaged(path, "it is empty");
  if (!std::string_view(file).starts_with(magic.substr(0, std::min(magic.size(), file.size()))))
    foreign(path, "this file is not a widegeo checkpoint, or its header is damaged");
  std::uint32_t crc = 0;
  if (file.size() < magic.size() + sizeof crc) damaged(path, "it is truncated");
  const std::string_view content = std::string_view(file).substr(0, file.size() - sizeof crc);
  std::memcpy(&crc, file.data() + content.size(), sizeof crc);
  if (crc != crc_of(content)) damaged(path, "its checksum is wrong");

  Reader reader(content, path);
  reader.take(magic.size());
  const auto number = reader.number<std::uint32_t>();
  if (reader.number<std::uint32_t>() != byte_order)
    foreign(path, "the checkpoint was written on a machine of another byte order");
  if (number != format)
    foreign(path, "the checkpoint has format " + std::to_string(number) + ", not " + std::to_string(format));
  const std::string_view version = reader.take(reader.number<std::uint64_t>());
  if (version != WIDEGEO_VERSION)
    foreign(path, "the checkpoint was written by widegeo " + std::string(version) + ", this is " WIDEGEO_VERSION);
  if (reader.number<std::uint64_t>() != digest) foreign(path, "the checkpoint belongs to other simulations");
  const auto count = reader.number<std::uint64_t>();
  if (count > content.size() / sizeof(double)) damaged(path, "it is truncated");
  const std::string_view bytes = reader.take(count * sizeof(double));
  if (!reader.at_end()) damaged(path, "data follow its end");
  std::vector<double> state(count);
  if (count > 0) std::memcpy(state.data(), bytes.data(), bytes.size());
  return state;
}

}  // namespace widegeo
