// Senders that mean harm, against the real program: they are refused, and cost it no memory, threads or
// descriptors that it does not get back.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>

#include "base/gzip.h"
#include "e2e/installation.h"
#include "support/catch.h"
#include "support/raw_client.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;
// Sanitizers keep freed memory for themselves.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryIsOurs = false;
#else
constexpr bool kMemoryIsOurs = true;
#endif

// The service keeps everybody but root from looking into it.
bool may_look_inside() { return geteuid() == 0; }

class Watched {
 public:
  explicit Watched(const Process& process) : folder_("/proc/" + std::to_string(process.pid())) {
    // From here on the peak is that of what follows.
    std::ofstream(folder_ + "/clear_refs") << "5";
    before_kib_ = kib("VmRSS");
  }

  [[nodiscard]] int peak_growth_kib() const { return kib("VmHWM") - before_kib_; }
  [[nodiscard]] int threads() const { return kib("Threads"); }
  [[nodiscard]] std::ptrdiff_t descriptors() const {
    if (!may_look_inside()) return 0;
    return std::distance(std::filesystem::directory_iterator(folder_ + "/fd"), {});
  }

 private:
  [[nodiscard]] int kib(const std::string& name) const {
    std::ifstream status(folder_ + "/status");
    std::string line;
    while (std::getline(status, line)) {
      if (line.starts_with(name + ":")) return std::stoi(line.substr(name.size() + 1));
    }
    throw std::runtime_error("no " + name + " in " + folder_ + "/status");
  }

  std::string folder_;
  int before_kib_ = 0;
};

std::string path_of(const std::string& url) { return url.substr(url.find("/leads/")); }

std::string post_head(const Installation& leadspool, const std::string& headers) {
  return "POST " + path_of(leadspool.lead_url()) + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

// Sends `part` over and over, until so many bytes went out or the server takes no more.
void pour(RawClient& client, const std::string& part, std::size_t bytes) {
  for (std::size_t sent = 0; sent < bytes && client.send(part); sent += part.size()) {
  }
}

struct Attack {
  std::string name;
  std::string head;  // of the request
  std::string part;  // sent over and over after it
  std::size_t bytes = 0;
  int status = 0;
  bool is_flood = true;  // the end of the connection can overtake the answer while we still send
};

std::vector<Attack> attacks(const Installation& leadspool) {
  const auto bomb = gzip(std::string(200 * kMiB, '0'));
  REQUIRE(bomb.size() < 256 * 1024);
  const std::string chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
  const std::string line = "POST " + path_of(leadspool.lead_url()) + " HTTP/1.1\r\nHost: localhost\r\n";
  return {
      {"64 MiB in chunks", post_head(leadspool, "Transfer-Encoding: chunked\r\n"), chunk, 64 * kMiB, 413},
      {"a header without an end", line + "X-Long: ", std::string(0x4000, 'x'), 64 * kMiB, 431},
      {"500,000 headers", line, "X-Many: 1\r\nX-Many: 2\r\nX-Many: 3\r\nX-Many: 4\r\nX-Many: 5\r\n",
       500'000 * 11, 431},
      {"a body that says it is 1 GiB", post_head(leadspool, "Content-Length: 1073741824\r\n"), "", 0, 413,
       false},
      {"200 MiB packed in 200 KiB",
       post_head(leadspool,
                 "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(bomb.size()) + "\r\n"),
       bomb, bomb.size(), 413, false},
  };
}

}  // namespace

TEST_CASE("an attack on memory is refused, costs at most 5 MiB while it lasts, and leaves nothing behind") {
  Installation leadspool;
  leadspool.serve();
  // What the first requests of a kind need for good.
  for (const auto* name : {"official.json", "broken-missing-comma.json"})
    (void)leadspool.post(sample_lead_body(name));
  {
    auto warm = RawClient::tls(leadspool.port());
    const auto packed = gzip(sample_lead_body("camel-case.json"));
    REQUIRE(warm.exchange(post_head(leadspool, "Content-Encoding: gzip\r\nContent-Length: " +
                                                   std::to_string(packed.size()) + "\r\n") +
                          packed)
                .status == 202);
  }
  const auto all = attacks(leadspool);
  const auto leads = leadspool.admin_json("/api/v1/status")["leads"];
  const auto descriptors = Watched(leadspool.service()).descriptors();

  for (const auto& attack : all) {
    INFO(attack.name);
    const Watched watched(leadspool.service());
    {
      auto client = RawClient::tls(leadspool.port());
      REQUIRE(client.handshake_done());
      client.send(attack.head);
      if (!attack.part.empty()) pour(client, attack.part, attack.bytes);
      const auto answer = client.read_answer();
      REQUIRE((answer.status == attack.status || (attack.is_flood && answer.status == 0)));
    }
    if (!may_look_inside()) continue;
    if (kMemoryIsOurs) REQUIRE(watched.peak_growth_kib() <= 5 * 1024);
    wait_until("the connection's descriptor is given back",
               [&] { return watched.descriptors() <= descriptors; });
  }
  REQUIRE(leadspool.admin_json("/api/v1/status")["leads"] == leads);
  leadspool.accept(sample_lead_body("unicode.json"));
}

TEST_CASE("a hundred slow senders of one address do not keep another lead of that address out") {
  Installation leadspool;
  leadspool.serve();
  const Watched before(leadspool.service());
  const auto threads = before.threads();
  const auto descriptors = before.descriptors();
  {
    std::vector<RawClient> slow;
    for (int i = 0; i < 140; ++i) {  // more than one address may have
      slow.push_back(RawClient::tls(leadspool.port()));
      slow.back().send(i % 2 == 0 ? "POST /leads/marketplace HTTP/1.1\r\nX-Slow: "
                                  : post_head(leadspool, "Content-Length: 5000\r\n") + "{");
    }
    leadspool.accept(sample_lead_body("official.json"));
  }
  wait_until("everything is given back", [&] {
    const Watched after(leadspool.service());
    return after.descriptors() <= descriptors && after.threads() <= threads;
  });
}

}  // namespace leadspool::test
