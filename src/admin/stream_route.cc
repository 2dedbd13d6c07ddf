#include "admin/stream_route.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "admin/answers.h"
#include "admin/change_feed.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using std::chrono::milliseconds;

// How long is waited before somebody looks whether the reader is still there, and the server still runs.
constexpr milliseconds kLook{1'000};

Error not_running() {
  return make_error(409, "not_running",
                    "Nothing changes while no service runs; start it with `leadspool serve`.");
}

Error too_many_streams(std::size_t most) {
  Error error = make_error(503, "too_many_streams",
                           "As many streams are open as there may be, which is " + std::to_string(most) +
                               "; close one, or fetch again what you show from time to time.");
  error.headers.push_back({"Retry-After", "15"});
  return error;
}

std::string_view name_of(outbox::StoredChange::Kind kind) {
  using Kind = outbox::StoredChange::Kind;
  switch (kind) {
    case Kind::received:
      return "received";
    case Kind::delivery:
      return "delivery";
    case Kind::lead:
      return "lead";
    case Kind::destination:
      return "destination";
    case Kind::redrive:
      return "redrive";
  }
  return "unknown";
}

std::string event_of(std::string_view name, std::uint64_t number, const nlohmann::ordered_json& data) {
  return "event: " + std::string(name) + "\nid: " + std::to_string(number) + "\ndata: " + data.dump() +
         "\n\n";
}

std::string change_event(const outbox::StoredChange& change, std::uint64_t number) {
  const auto or_null = [](const auto& text) {
    return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
  };
  return event_of("change", number,
                  {{"kind", name_of(change.kind)},
                   {"lead", or_null(change.lead ? to_string(*change.lead) : "")},
                   {"destination", or_null(change.destination)},
                   {"state", or_null(change.state ? to_string(*change.state) : std::string_view())}});
}

std::string events_of(const FeedPortion& portion) {
  std::string events;
  std::uint64_t number = portion.last_number - portion.changes.size();
  if (portion.missed) events = event_of("gap", number, nlohmann::ordered_json::object());
  for (const auto& change : portion.changes) events += change_event(change, ++number);
  return events;
}

// One listener's stream, part by part.
class Stream {
 public:
  Stream(std::unique_ptr<ChangeFeed::Reader> reader, milliseconds longest_quiet)
      : reader_(std::move(reader)), longest_quiet_(longest_quiet) {}

  std::optional<std::string> next_part() {
    const auto look = std::exchange(is_first_, false) ? milliseconds{0} : std::min(kLook, longest_quiet_);
    const auto portion = reader_->next(look);
    if (portion.ended) return std::nullopt;
    std::string part = events_of(portion);
    // So that whoever comes back before anything changed misses nothing.
    if (part.empty() && look == milliseconds{0}) return "id: " + std::to_string(portion.last_number) + "\n\n";
    quiet_ = part.empty() ? quiet_ + look : milliseconds{0};
    if (quiet_ < longest_quiet_) return part;
    quiet_ = milliseconds{0};
    return ": still here\n\n";
  }

 private:
  const std::unique_ptr<ChangeFeed::Reader> reader_;
  const milliseconds longest_quiet_;
  milliseconds quiet_{0};
  bool is_first_ = true;
};

// Where to go on from; nothing: from now on.
std::variant<std::optional<std::uint64_t>, Error> parse_place(const http::Request& request) {
  const std::string_view text =
      request.query_value("last_event_id").value_or(request.header("Last-Event-ID"));
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) {
    return make_error(400, "bad_parameter", "last_event_id must be the id of an event of this stream.");
  }
  return number;
}

Answer listen(const ServiceView& service, const http::Request& request) {
  if (service.changes == nullptr) return not_running();
  const auto place = parse_place(request);
  if (const auto* error = std::get_if<Error>(&place)) return *error;
  auto& feed = *service.changes;
  auto reader = feed.read(std::get<std::optional<std::uint64_t>>(place));
  if (!reader) return too_many_streams(feed.options().most_readers);

  http::Response response = ok("text/event-stream", {});
  const auto stream = std::make_shared<Stream>(std::move(reader), feed.options().longest_quiet);
  response.next_part = [stream] { return stream->next_part(); };
  return response;
}

}  // namespace

void add_stream_route(const AddRoute& add, const ServiceView& service) {
  add({"GET", "/api/v1/stream", {"last_event_id"}},
      [&service](const Call& c) { return listen(service, c.request); });
}

}  // namespace leadspool::admin
