// CHECK(condition): for our own mistakes only. A false condition prints where and ends the process,
// because going on could lose a lead; the service manager starts it again from the durable store.
#pragma once

namespace leadspool {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace leadspool

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::leadspool::check_failed(#condition, __FILE__, __LINE__))
