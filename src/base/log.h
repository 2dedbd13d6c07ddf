// The service's log: one line an event, as text or JSON, on standard error.
//
//   log_info("lead_accepted", {{"lead", id}, {"source", source}, {"bytes", size}});
//
// Event names are snake_case and never change meaning. Fields carry ids, names, counts and our own words;
// never a lead's personal data and never a key. Text that came from outside (a CRM's answer, a path) is
// escaped, so it cannot forge a line.
//
// Thread-safety: any thread. set_up_log() is called once, before other threads start; without it, events
// at `info` and above go out as text.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace leadspool {

enum class LogLevel { debug, info, warn, error, off };
enum class LogFormat { text, json };

// A field's value: text, whole number or truth.
class LogValue {
 public:
  LogValue(std::string_view text) : value_(std::string(text)) {}
  LogValue(const std::string& text) : value_(text) {}
  LogValue(const char* text) : value_(std::string(text)) {}
  LogValue(bool truth) : value_(truth) {}
  template <typename Integer>
    requires std::is_integral_v<Integer>
  LogValue(Integer number) : value_(static_cast<std::int64_t>(number)) {}

  [[nodiscard]] const std::variant<std::string, std::int64_t, bool>& value() const { return value_; }

 private:
  std::variant<std::string, std::int64_t, bool> value_;
};

struct LogField {
  std::string_view name;
  LogValue value;
};

void set_up_log(LogLevel level, LogFormat format);

// Any thread, at any time.
void set_log_level(LogLevel level);

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_event(LogLevel::debug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_event(LogLevel::info, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_event(LogLevel::warn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_event(LogLevel::error, event, fields);
}

}  // namespace leadspool
