#include "base/log.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace leadspool {
namespace {

using Json = nlohmann::ordered_json;

std::atomic<LogFormat> g_format{LogFormat::text};

spdlog::logger& sink() {
  static const auto logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("leadspool", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

Json to_json(const LogValue& value) {
  return std::visit([](const auto& held) { return Json(held); }, value.value());
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Bare when that is unambiguous, else quoted and escaped as in JSON.
std::string to_text(const LogValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.value())) return std::to_string(*number);
  const auto* text = std::get_if<std::string>(&value.value());
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./:@%+,").find(c) != std::string_view::npos;
  };
  if (text != nullptr && !text->empty() && std::all_of(text->begin(), text->end(), is_plain)) return *text;
  return dump(to_json(value));
}

std::string as_text(std::string_view event, std::initializer_list<LogField> fields) {
  std::string line{event};
  for (const auto& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    line += to_text(field.value);
  }
  return line;
}

std::string as_json(std::string_view event, std::initializer_list<LogField> fields) {
  Json line;
  line["event"] = event;
  for (const auto& field : fields) line[std::string(field.name)] = to_json(field.value);
  // The pattern opens the object with time and level.
  return dump(line).substr(1);
}

}  // namespace

void set_up_log(LogLevel level, LogFormat format) {
  g_format = format;
  set_log_level(level);
  sink().set_pattern(format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)"
                                               : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                     spdlog::pattern_time_type::utc);
}

void set_log_level(LogLevel level) { sink().set_level(to_spdlog(level)); }

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  const auto as_spdlog = to_spdlog(level);
  if (!sink().should_log(as_spdlog)) return;
  // As an argument, so that braces in the text are not taken for a format.
  sink().log(as_spdlog, "{}", g_format == LogFormat::json ? as_json(event, fields) : as_text(event, fields));
}

}  // namespace leadspool
