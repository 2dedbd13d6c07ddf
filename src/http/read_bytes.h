// Bytes that come piece by piece, however many were announced.
//
// Thread-safety: each call stands for itself.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace leadspool::http {

// At least one byte, else 0 when there are no more.
using ReadBytes = std::function<std::size_t(char* into, std::size_t size)>;

// Appends `count` bytes to `body`; false, with what came appended, when they end before. Memory grows with
// what has come, since announcing much costs a stranger nothing.
[[nodiscard]] bool append_bytes(const ReadBytes& read, std::size_t count, std::string& body);

}  // namespace leadspool::http
