// Reads the bytes of files, decompressed if need be (RFC 1952), in chunks.
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "number/error.hpp"
#include "storage/table/numeric_table.hpp"

namespace widegeo::storage {
namespace {

using Take = std::function<void(std::string_view)>;

class Inflater {
 public:
  Inflater(const std::string& name, const Take& take) : name_(name), take_(take), buffer_(std::size_t{1} << 18U) {
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw Error(ErrorCode::io, "cannot start decompression", name);
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  void feed(std::string_view data) {
    while (!data.empty()) {
      const std::size_t step = std::min<std::size_t>(data.size(), std::size_t{1} << 20U);
      feed_step(data.substr(0, step));
      data.remove_prefix(step);
    }
  }

  void finish() const {
    if (!between_) throw Error(ErrorCode::io, "the compressed file is truncated", name_);
  }

 private:
  void feed_step(std::string_view data) {
    // zlib never writes through next_in; its type predates const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream_.avail_in = static_cast<uInt>(data.size());
    int status = Z_OK;
    // A full buffer may leave output behind, also when all input is taken.
    while (stream_.avail_in > 0 || (status == Z_OK && stream_.avail_out == 0)) {
      if (between_ && !begin_member()) return;
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const uInt before = stream_.avail_in;
      status = inflate(&stream_, Z_NO_FLUSH);
      consumed_ += before - stream_.avail_in;
      take_({buffer_.data(), buffer_.size() - stream_.avail_out});
      if (status == Z_STREAM_END) {
        between_ = true;
        ++members_;
      } else if (status == Z_BUF_ERROR) {
        return;  // nothing to do until more input comes
      } else if (status != Z_OK) {
        fail();
      }
    }
  }

  /// Several members in a row are one file; zeros after the last one fill it up to a block of a tape. False: no input
  /// is left.
  bool begin_member() {
    while (members_ > 0 && stream_.avail_in > 0 && *stream_.next_in == 0) {
      ++stream_.next_in;
      --stream_.avail_in;
      ++consumed_;
      padded_ = true;
    }
    if (stream_.avail_in == 0) return false;
    if (members_ > 0 && (padded_ || *stream_.next_in != 0x1F)) {
      throw Error(ErrorCode::io, "the compressed data are followed by other bytes",
                  name_ + ", byte " + std::to_string(consumed_ + 1), "the compressed part may be good: gzip -dc FILE");
    }
    if (members_ > 0) (void)inflateReset(&stream_);
    between_ = false;
    return true;
  }

  [[noreturn]] void fail() const {
    if (members_ == 0 && consumed_ < 3)
      throw Error(ErrorCode::io, "the compressed data are damaged: they do not begin with a gzip header", name_,
                  "name a table that is not compressed .csv");
    throw Error(ErrorCode::io, "the compressed data are damaged", name_ + ", near byte " + std::to_string(consumed_));
  }

  std::string name_;
  const Take& take_;
  std::vector<char> buffer_;
  z_stream stream_{};
  std::size_t members_ = 0;
  std::uint64_t consumed_ = 0;
  bool between_ = true, padded_ = false;
};

}  // namespace

std::string gunzip(std::string_view data, const std::string& name, std::size_t limit) {
  std::string result;
  const Take take = [&](std::string_view piece) {
    result += piece;
    if (result.size() > limit) throw Error(ErrorCode::io, "the decompressed data are too large", name);
  };
  Inflater inflater(name, take);
  if (data.empty()) throw Error(ErrorCode::io, "the compressed file is truncated", name);
  inflater.feed(data);
  inflater.finish();
  return result;
}

void read_pieces(const std::string& path, bool gzip, const Take& take) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw Error(ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), path);
  std::vector<char> buffer(std::size_t{1} << 20U);
  Inflater inflater(path, take);
  bool any = false;
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0) {
    any = true;
    if (gzip) {
      inflater.feed({buffer.data(), count});
    } else {
      take({buffer.data(), count});
    }
  }
  if (std::ferror(file.get()) != 0)
    throw Error(ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), path);
  if (!any) throw Error(ErrorCode::io, "the file is empty", path);
  if (gzip) inflater.finish();
}

}  // namespace widegeo::storage
