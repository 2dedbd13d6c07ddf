#include "http/chunked_body.h"

#include <cstdint>

#include "http/head.h"

namespace leadspool::http {

namespace {

constexpr int kMostSizeDigits = 16;  // cannot overflow

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

bool is_extension_letter(char letter) { return letter == '\t' || (letter >= ' ' && letter <= '~'); }

// Its functions return false once `failure_` says what is wrong.
class Decoder {
 public:
  Decoder(const ReadBytes& read, std::size_t max_bytes, std::string& body)
      : read_(read), max_bytes_(max_bytes), body_(body) {}

  ChunkedBody decode() {
    do {
      if (!read_size() || !read_data()) return failure_;
    } while (size_ != 0);
    return skip_trailers() ? ChunkedBody::complete : failure_;
  }

 private:
  bool fail(ChunkedBody failure) {
    failure_ = failure;
    return false;
  }

  bool next(char& byte) { return read_(&byte, 1) == 1 || fail(ChunkedBody::cut_short); }

  bool expect(char wanted) {
    char byte = 0;
    return next(byte) && (byte == wanted || fail(ChunkedBody::malformed));
  }

  // Extensions cost their sender nothing of max_bytes, so they need a limit of their own.
  bool spend() { return skippable_-- > 0 || fail(ChunkedBody::malformed); }

  bool read_size() {
    size_ = 0;
    char byte = 0;
    if (!next(byte)) return false;
    int digits = 0;
    for (int digit = hex_digit(byte); digit >= 0; digit = hex_digit(byte)) {
      if (++digits > kMostSizeDigits) return fail(ChunkedBody::malformed);
      size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
      if (!next(byte)) return false;
    }
    if (digits == 0) return fail(ChunkedBody::malformed);
    if (byte == ';' && !skip_extension(byte)) return false;
    return byte == '\r' ? expect('\n') : fail(ChunkedBody::malformed);
  }

  // `byte` becomes the one that follows the extension.
  bool skip_extension(char& byte) {
    if (!next(byte)) return false;
    if (!is_extension_letter(byte)) return fail(ChunkedBody::malformed);
    while (is_extension_letter(byte)) {
      if (!spend() || !next(byte)) return false;
    }
    return true;
  }

  bool read_data() {
    if (size_ == 0) return true;
    if (size_ > max_bytes_ - body_.size()) return fail(ChunkedBody::too_large);
    if (!append_bytes(read_, size_, body_)) return fail(ChunkedBody::cut_short);
    return expect('\r') && expect('\n');
  }

  bool skip_trailers() {
    std::string line;
    do {
      line.clear();
      char byte = 0;
      if (!next(byte)) return false;
      while (byte != '\r') {
        line += byte;
        if (!spend() || !next(byte)) return false;
      }
      if (!expect('\n')) return false;
      if (!line.empty() && !parse_header(line)) return fail(ChunkedBody::malformed);
    } while (!line.empty());
    return true;
  }

  const ReadBytes& read_;
  const std::size_t max_bytes_;
  std::string& body_;
  std::uint64_t size_ = 0;  // of the chunk at hand
  std::int64_t skippable_ = kMaxHeadBytes;
  ChunkedBody failure_ = ChunkedBody::malformed;
};

}  // namespace

ChunkedBody read_chunked_body(const ReadBytes& read, std::size_t max_bytes, std::string& body) {
  return Decoder(read, max_bytes, body).decode();
}

}  // namespace leadspool::http
