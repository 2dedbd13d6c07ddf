#include "http/read_bytes.h"

#include <algorithm>

namespace leadspool::http {

bool append_bytes(const ReadBytes& read, std::size_t count, std::string& body) {
  constexpr std::size_t kFirstStep = 16 * 1024;
  auto got = body.size();
  const auto whole = got + count;
  while (got < whole) {
    if (got == body.size()) body.resize(std::min(whole, got + std::max(got, kFirstStep)));
    const auto taken = read(&body[got], body.size() - got);
    if (taken == 0) break;
    got += taken;
  }
  body.resize(got);
  return got == whole;
}

}  // namespace leadspool::http
