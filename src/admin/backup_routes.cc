#include "admin/backup_routes.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "admin/answers.h"
#include "admin/backup_view.h"
#include "admin/correction_body.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Response;

constexpr std::size_t kPartBytes = 256 * 1024;

// A copy on its way to somebody. Its name is gone from the start, so nothing is left of it, whatever happens.
// Thread-safety: none; the connection's thread has it.
class CopyToTakeAway {
 public:
  explicit CopyToTakeAway(const std::string& path) : file_(path, std::ios::binary) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    if (!file_) throw std::runtime_error("cannot read the copy " + path);
  }

  std::optional<std::string> next_part() {
    std::string part(kPartBytes, '\0');
    file_.read(part.data(), static_cast<std::streamsize>(part.size()));
    part.resize(static_cast<std::size_t>(file_.gcount()));
    // Less than all of it must not pass for the whole.
    if (file_.bad() || (part.empty() && !file_.eof())) throw std::runtime_error("cannot read a copy");
    if (part.empty()) return std::nullopt;
    return part;
  }

 private:
  std::ifstream file_;
};

Error no_folder() {
  return make_error(409, "no_backup_folder",
                    "No copies are kept: set `folder` in [backup] of the configuration. `leadspool backup "
                    "FILE` makes one elsewhere.");
}

// A copy, once it is written down that somebody asked for it.
std::variant<MadeCopy, Error> make_copy(const RouteTools& tools, const outbox::Order& order,
                                        const std::function<CopyResult()>& make) {
  if (!tools.doors.corrections || !make) return read_only();
  if (const auto failure = tools.doors.corrections->note("backup", order)) return not_committed(*failure);
  auto result = make();
  if (auto* why = std::get_if<std::string>(&result)) {
    return make_error(503, "backup_failed", "No copy was made: " + *why + ".");
  }
  return std::get<MadeCopy>(std::move(result));
}

Answer make_backup(const RouteTools& tools, const Call& call) {
  auto reason = parse_reason_body(call.request.body);
  if (auto* error = std::get_if<Error>(&reason)) return std::move(*error);
  if (!tools.service.backups || tools.service.backups().folder.empty()) return no_folder();
  const auto made = make_copy(tools, {call.actor, std::get<std::string>(reason)}, tools.service.make_backup);
  if (const auto* error = std::get_if<Error>(&made)) return *error;
  return json_response(made_copy_json(std::get<MadeCopy>(made)));
}

Answer give_copy(const RouteTools& tools, const Call& call) {
  auto reason = parse_reason_body(call.request.body);
  if (auto* error = std::get_if<Error>(&reason)) return std::move(*error);
  const auto made =
      make_copy(tools, {call.actor, std::get<std::string>(reason)}, tools.service.make_copy_to_take_away);
  if (const auto* error = std::get_if<Error>(&made)) return *error;
  const auto copy = std::make_shared<CopyToTakeAway>(std::get<MadeCopy>(made).copy.path);
  Response response = ok("application/vnd.sqlite3", "");
  response.headers.push_back({"Content-Disposition", "attachment; filename=\"leadspool.db\""});
  response.next_part = [copy] { return copy->next_part(); };
  return response;
}

Answer tell_backups(const RouteTools& tools) {
  return json_response(backups_json(tools.service.backups ? tools.service.backups() : BackupsStatus{}));
}

}  // namespace

void add_backup_routes(const AddRoute& add, const RouteTools& tools) {
  add({"GET", "/api/v1/backups", {}}, [&tools](const Call&) { return tell_backups(tools); });
  add({"POST", "/api/v1/backups", {}}, [&tools](const Call& c) { return make_backup(tools, c); });
  add({.method = "POST",
       .pattern = "/api/v1/backups/download",
       .parameters = {},
       .role = Role::operate,
       .needs_token = true,
       .takes_key = false},
      [&tools](const Call& c) { return give_copy(tools, c); });
}

}  // namespace leadspool::admin
