#include "fault/lead_service.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <signal.h>

#include "base/digest.h"
#include "fault/text.h"
#include "http/curl_client.h"

namespace leadspool::test {
namespace {

constexpr const char* kKey = "a-key-for-tests";

// What stands in `text` between `before` and `behind`.
std::string text_after(const std::string& before, const std::string& text, const std::string& behind) {
  const auto at = text.find(before);
  if (at == std::string::npos) throw std::runtime_error("no \"" + before + "\" in: " + text);
  const auto begin = at + before.size();
  return text.substr(begin, text.find(behind, begin) - begin);
}

bool is_gone(const Process& process) {
  // A process that ended and was not waited for yet is still there for kill(), hence its state.
  std::ifstream stat("/proc/" + std::to_string(process.pid()) + "/stat");
  std::string line;
  std::getline(stat, line);
  const auto state = line.rfind(") ");
  return state == std::string::npos || line[state + 2] == 'Z' || line[state + 2] == 'X';
}

}  // namespace

LeadService::LeadService(std::string store_folder, int minimum_free_mib)
    : store_folder_(store_folder.empty() ? folder_.path().string() : std::move(store_folder)),
      minimum_free_mib_(minimum_free_mib) {}

void LeadService::start_crm(const std::string& fault) {
  const auto said =
      run_until_it_says("/leads\n", crm_process_,
                        {LEADSPOOL_BINARY, "simulate-crm", "--listen", "127.0.0.1:0", "--fault", fault});
  crm_ = text_after("listens on ", said, "/leads");
}

void LeadService::start(ProcessOptions options) {
  std::ofstream(folder_.file("leadspool.toml"))
      << "[store]\npath = \"" << store() << "\"\nminimum_free_mib = " << minimum_free_mib_
      << "\n[receiver]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n"
      << "[[source]]\nname = \"marketplace\"\nkey_sha256 = [\"" << to_hex(sha256(kKey)) << "\"]\n"
      << "[[destination]]\nname = \"crm\"\ntype = \"webhook\"\nurl = \"" << crm_ << "/leads\"\n"
      << "schedule_s = [1]\n";
  const auto said = run_until_it_says(" started ", service_,
                                      {LEADSPOOL_BINARY, "serve", "--config", folder_.file("leadspool.toml")},
                                      std::move(options));
  receiver_ = text_after("receiver=", said, " ");
}

std::string LeadService::run_until_it_says(const std::string& text, std::unique_ptr<Process>& process,
                                           std::vector<std::string> command, ProcessOptions options) const {
  std::filesystem::remove(folder_.file("said"));  // of the one before
  // exec: the process id is to be the program's own.
  command.insert(command.begin(), {"/bin/sh", "-c", R"(exec "$@" > "$0" 2>&1)", folder_.file("said")});
  process = std::make_unique<Process>(std::move(command), std::move(options));
  std::string said;
  wait_until("it says \"" + text + "\"", [&] {
    said = content_of(folder_.file("said"));
    if (is_gone(*process)) throw std::runtime_error("it ended: " + said);
    return said.find(text) != std::string::npos;
  });
  return said;
}

bool LeadService::has_ended() const { return is_gone(*service_); }

void LeadService::kill() {
  service_->signal(SIGKILL);
  (void)service_->wait();
}

int LeadService::post() {
  http::ClientRequest request;
  request.url = receiver_ + "/leads/marketplace?key=" + kKey;
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = R"({"UserDetails":{"FirstName":"Some","LastName":"One","Email":"someone)" +
                 std::to_string(++posted_) + R"(@contoso.com","Company":"Contoso"}})";
  const auto result = http::send_and_wait(std::move(request));
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return 0;
  if (answer->status == 202)
    acknowledged_ += "accepted " + text_after(R"("id":")", answer->body, "\"") + "\n";
  return answer->status;
}

}  // namespace leadspool::test
