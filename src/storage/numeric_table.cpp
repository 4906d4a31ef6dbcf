#include "storage/numeric_table.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/error.hpp"

namespace widegeo::storage {
namespace {

std::string read_bytes(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw Error(ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), path);
  std::string data;
  char buffer[1 << 16];
  std::size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, file.get())) > 0) data.append(buffer, count);
  if (std::ferror(file.get()) != 0)
    throw Error(ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), path);
  return data;
}

}  // namespace

Rational NumericTable::exact(std::size_t row, std::size_t column) const {
  const std::size_t index = row * columns + column;
  if (!text.empty() && !text[index].empty()) {
    if (const auto value = parse_rational(text[index])) return *value;
  }
  return Rational(values[index]);
}

bool NumericTable::is_exact(std::size_t row, std::size_t column) const {
  return text.empty() || text[row * columns + column].empty();
}

void check_columns(const ColumnRange& range, std::size_t columns, const std::string& where) {
  if (range.last <= columns) return;
  throw Error(ErrorCode::io, "there is no column " + std::to_string(range.last), where,
              "the table has " + std::to_string(columns) + " columns");
}

std::string gunzip(std::string_view data, const std::string& name, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw Error(ErrorCode::io, "cannot start decompression", name);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, &inflateEnd);
  std::string result;
  std::vector<char> buffer(1 << 16);
  std::size_t read = 0;
  int status = Z_OK;
  while (true) {
    if (stream.avail_in == 0 && read < data.size()) {
      const std::size_t piece = std::min<std::size_t>(data.size() - read, 1 << 20);
      // zlib never writes through next_in; its type predates const.
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data() + read));
      stream.avail_in = static_cast<uInt>(piece);
      read += piece;
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    result.append(buffer.data(), buffer.size() - stream.avail_out);
    if (result.size() > limit) throw Error(ErrorCode::io, "the decompressed data are too large", name);
    if (status == Z_STREAM_END) {
      // Several members in a row are one file, as gzip has it.
      if (stream.avail_in == 0 && read == data.size()) return result;
      if (inflateReset(&stream) != Z_OK) throw Error(ErrorCode::io, "the compressed data are damaged", name);
      continue;
    }
    if (status == Z_BUF_ERROR ||
        (status == Z_OK && stream.avail_in == 0 && read == data.size() && stream.avail_out != 0)) {
      throw Error(ErrorCode::io, "the compressed file is truncated", name);
    }
    if (status != Z_OK) {
      throw Error(ErrorCode::io, "the compressed data are damaged",
                  name + " near byte " + std::to_string(stream.total_in));
    }
  }
}

NumericTable read_table(const std::string& path, std::optional<ColumnRange> columns) {
  const bool npy = path.ends_with(".npy");
  const bool gzip = path.ends_with(".csv.gz");
  if (!npy && !gzip && !path.ends_with(".csv")) {
    throw Error(ErrorCode::input, "unknown kind of file", path, "known: .csv, .csv.gz, .npy");
  }
  std::string data = read_bytes(path);
  if (data.empty()) throw Error(ErrorCode::io, "the file is empty", path);
  if (npy) return parse_npy(data, path, columns);
  if (gzip) data = gunzip(data, path);
  return parse_csv(data, path, columns);
}

}  // namespace widegeo::storage
