// Any bytes at all on a connection to the receiver: every answer is whole, no request gets two, and nothing
// is stored without the key.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ip_address.h"
#include "base/log.h"
#include "base/random.h"
#include "base/wake_signal.h"
#include "http/http_connection.h"
#include "outbox/committer.h"
#include "outbox/intake.h"
#include "outbox/store.h"
#include "receiver/receiver.h"

namespace {

using namespace leadspool;

constexpr std::string_view kKey = "open-sesame";
// A store grows; beyond this it is made anew.
constexpr int kMostLeads = 20'000;

void require(bool holds) {
  if (!holds) std::abort();
}

// In memory, so that a sync costs nothing.
class Folder {
 public:
  Folder() {
    std::string made = "/dev/shm/leadspool-fuzz-XXXXXX";
    require(mkdtemp(made.data()) != nullptr);
    path_ = made;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string store() const { return path_ + "/leads.db"; }

 private:
  std::string path_;
};

outbox::CommitterOptions committer_options(const std::string& store) {
  outbox::migrate(store);
  outbox::CommitterOptions options;
  options.path = store;
  options.own_thread = false;
  return options;
}

class Service {
 public:
  Service() {
    intake_.on_accepted([this] { ++stored_; });
    receiver_.add_routes(router_);
    open_.stop(std::chrono::milliseconds{0});  // no answer is held back
  }

  [[nodiscard]] int stored() const { return stored_; }

  // All that is answered to these bytes, after which the peer sends no more.
  std::string answer(std::string_view bytes) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    require(send(ends[0], bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    shutdown(ends[0], SHUT_WR);
    {
      http::Connection connection(ends[1], nullptr, stop_, std::chrono::seconds{10});
      http::OpenConnections::Place place(open_, ends[1], proxy_);
      http::serve({connection, place, proxy_}, {router_, rules_, open_, stopping_});
    }
    std::string answers;
    char some[16 * 1024];
    for (ssize_t got; (got = recv(ends[0], some, sizeof some, 0)) > 0;) {
      answers.append(some, static_cast<std::size_t>(got));
    }
    close(ends[0]);
    return answers;
  }

 private:
  Folder folder_;
  SystemClock clock_;
  SystemRandom random_;
  outbox::Committer committer_{committer_options(folder_.store())};
  outbox::Intake intake_{{}, folder_.store(), committer_, clock_, random_};
  receiver::Receiver receiver_{
      {.sources = {{.name = "m", .key_hashes = {sha256(kKey)}}}, .routes = {{"crm", {}}}}, intake_, clock_};
  http::Router router_;
  const Current<http::ConnectionRules> rules_{{.max_body_bytes = 4096,
                                               .max_connections = 8,
                                               .max_connections_per_address = 8,
                                               .trusted_proxies = {Network::parse("127.0.0.0/8").value()},
                                               .keep_alive = std::chrono::seconds{1},
                                               .longest_silence = std::chrono::seconds{1},
                                               .longest_request = std::chrono::seconds{1}}};
  http::OpenConnections open_;
  const std::optional<IpAddress> proxy_ = IpAddress::parse("127.0.0.1");
  const std::atomic<bool> stopping_{false};
  const WakeSignal stop_;
  int stored_ = 0;
};

// Takes one whole answer off the front and returns its head.
std::string_view take_answer(std::string_view& answers) {
  require(answers.starts_with("HTTP/1.1 ") && answers.size() > 12);
  const bool interim = answers[9] == '1';
  const auto head_end = answers.find("\r\n\r\n");
  require(head_end != std::string_view::npos);
  const auto head = answers.substr(0, head_end + 2);
  answers.remove_prefix(head_end + 4);
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto length_at = head.find(kLength);
  require((length_at == std::string_view::npos) == interim);
  if (interim) return head;
  require(head.find("\nTransfer-Encoding") == std::string_view::npos);
  const auto length = std::strtoul(head.substr(length_at + kLength.size()).data(), nullptr, 10);
  require(length <= answers.size());
  answers.remove_prefix(length);
  return head;
}

// How many final answers there are; all are whole, and the one that tells that the connection closes is the
// last.
std::size_t count_answers(std::string_view answers) {
  std::size_t final_ones = 0;
  bool closed = false;
  while (!answers.empty()) {
    require(!closed);
    const auto head = take_answer(answers);
    if (head[9] != '1') ++final_ones;
    closed = head.find("\r\nConnection: close\r\n") != std::string_view::npos;
  }
  return final_ones;
}

// How many requests these bytes can be at most.
std::size_t count_heads(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::size_t heads = 0;
  for (auto end = bytes.find(kEnd); end != std::string_view::npos; end = bytes.find(kEnd)) {
    ++heads;
    bytes.remove_prefix(end + kEnd.size());
  }
  return bytes.empty() ? heads : heads + 1;  // the last one may lack its end
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = [] {
    set_up_log(LogLevel::off, LogFormat::text);
    return true;
  }();
  require(quiet);
  static auto service = std::make_unique<Service>();
  if (service->stored() > kMostLeads) service = std::make_unique<Service>();

  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const int stored_before = service->stored();
  const std::string all = service->answer(bytes);

  // Encoded, a key can be written in many ways.
  const bool has_key =
      bytes.find(kKey) != std::string_view::npos || bytes.find('%') != std::string_view::npos;
  require(has_key || service->stored() == stored_before);
  // The answer to HEAD has a length and no body.
  if (bytes.find("HEAD") != std::string_view::npos) return 0;
  const std::size_t answered = count_answers(all);
  require(answered <= count_heads(bytes));
  require(static_cast<std::size_t>(service->stored() - stored_before) <= answered);
  return 0;
}
