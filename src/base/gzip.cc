#include "base/gzip.h"

#include <array>
#include <limits>
#include <memory>
#include <new>

#include <zlib.h>

#include "base/check.h"

namespace leadspool {
namespace {

// What zlib calls window bits.
enum class Wrapping : int { gzip = 15 + 16, zlib = 15, none = -15 };

constexpr std::string_view kGzipMark = "\x1f\x8b";

// zlib does not write to what it reads, but its type does not say so.
Bytef* raw(std::string_view bytes) {
  CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

// `result` of a call that may have found no memory.
int unless_out_of_memory(int result) {
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  return result;
}

class Unpacking {
 public:
  Unpacking(std::string_view packed, Wrapping wrapping) : wrapping_(wrapping) {
    stream_.next_in = raw(packed);
    stream_.avail_in = static_cast<uInt>(packed.size());
    CHECK(unless_out_of_memory(inflateInit2(&stream_, static_cast<int>(wrapping))) == Z_OK);
  }
  ~Unpacking() { inflateEnd(&stream_); }
  Unpacking(const Unpacking&) = delete;
  Unpacking& operator=(const Unpacking&) = delete;

  // Valid until the next call; empty at the end, be it of the text or of what can be unpacked.
  std::string_view next_piece() {
    stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
    stream_.avail_out = static_cast<uInt>(piece_.size());
    while (state_ == Z_OK && stream_.avail_out != 0) {
      state_ = unless_out_of_memory(inflate(&stream_, Z_NO_FLUSH));
      const bool another_member =
          state_ == Z_STREAM_END && stream_.avail_in != 0 && wrapping_ == Wrapping::gzip;
      if (another_member) state_ = inflateReset(&stream_);
    }
    return {piece_.data(), piece_.size() - stream_.avail_out};
  }

  [[nodiscard]] bool is_whole() const { return state_ == Z_STREAM_END && stream_.avail_in == 0; }

 private:
  const Wrapping wrapping_;
  z_stream stream_{};
  std::array<char, 4096> piece_;
  int state_ = Z_OK;
};

std::variant<std::string, TooLarge, NotPacked> unpack_as(Wrapping wrapping, std::string_view packed,
                                                         std::size_t max_bytes) {
  Unpacking unpacking(packed, wrapping);
  std::string text;
  for (auto piece = unpacking.next_piece(); !piece.empty(); piece = unpacking.next_piece()) {
    if (piece.size() > max_bytes - text.size()) return TooLarge{};
    text += piece;
  }
  if (!unpacking.is_whole()) return NotPacked{};
  return text;
}

}  // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  stream.next_in = raw(text);
  stream.avail_in = static_cast<uInt>(text.size());
  constexpr int kDefaultMemoryLevel = 8;
  CHECK(unless_out_of_memory(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                          static_cast<int>(Wrapping::gzip), kDefaultMemoryLevel,
                                          Z_DEFAULT_STRATEGY)) == Z_OK);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ending(&stream, deflateEnd);
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_out = raw(packed);
  stream.avail_out = static_cast<uInt>(packed.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  return packed;
}

std::variant<std::string, TooLarge, NotPacked> unpack(std::string_view packed, std::size_t max_bytes) {
  if (packed.starts_with(kGzipMark)) return unpack_as(Wrapping::gzip, packed, max_bytes);
  auto unpacked = unpack_as(Wrapping::zlib, packed, max_bytes);
  if (!std::holds_alternative<NotPacked>(unpacked)) return unpacked;
  return unpack_as(Wrapping::none, packed, max_bytes);
}

}  // namespace leadspool
