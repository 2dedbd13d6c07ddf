// A CRM of a simulated run: what it does with each request, and the records it has.
//
// What it does is decided when a request is sent, and takes effect when the request arrives: also when the
// sender has died meanwhile.
//
// Thread-safety: none.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "simulation/dice.h"

namespace leadspool::simulation {

// How it takes a key that it has seen before.
enum class Keys {
  remembered,   // 200 with the record's id, and nothing new
  conflicting,  // 409
  ignored,      // a second record
};

// What can be wrong with a CRM or the way to it, for a while.
enum class Fault {
  none,
  name_unknown,
  refused,
  connect_time_out,
  tls_broken,
  certificate_bad,
  cut_while_sending,  // nothing arrived
  hangs,              // never answers, and stores nothing
  hangs_after_storing,
  answer_lost,  // stored; the connection breaks before the answer
  error_500,
  error_500_after_storing,
  error_502,
  error_503,
  error_504,
  throttles,  // 429
  wrong_secret,
  forbids_all,
  is_gone,  // 404
  garbage,  // an answer that means nothing
  slow,     // but it answers
};

inline constexpr int kFaultCount = 21;

[[nodiscard]] std::string_view to_string(Fault fault);

// Whether every lead fails like this by fault of our settings or rights there, whatever the lead.
[[nodiscard]] bool is_misconfiguration(Fault fault);

// Whether it may as well be the lead that a server breaks on.
[[nodiscard]] bool may_be_the_leads_doing(Fault fault);

struct Trouble {
  Fault fault = Fault::none;
  int percent = 100;                        // of the requests
  std::optional<Milliseconds> retry_after;  // with 429 and 503
};

// What is odd about a lead: CRMs always answer it so, unless they are in trouble.
enum class Oddity { none, refused_422, forbidden_403, breaks_500 };

// What becomes of one request.
struct Treatment {
  std::optional<Milliseconds> arrives_after;  // absent: it never does
  Milliseconds answered_after{0};
  // Absent: what taking it shows (SimulatedCrm::take()).
  std::optional<http::ClientResult> answer;
};

class SimulatedCrm {
 public:
  explicit SimulatedCrm(Keys keys) : keys_(keys) {}

  // From the next request on.
  void set_trouble(const Trouble& trouble) { trouble_ = trouble; }
  [[nodiscard]] const Trouble& trouble() const { return trouble_; }
  [[nodiscard]] Keys keys() const { return keys_; }

  // `patience`: how long the sender waits for an answer.
  [[nodiscard]] Treatment treat(Oddity oddity, Milliseconds patience, Dice& dice) const;

  // The request arrives: makes a record, or finds the one it has.
  [[nodiscard]] http::ClientResult take(const std::string& key);

  [[nodiscard]] int records(const std::string& key) const;
  // Of the first record made for `key`; empty: there is none.
  [[nodiscard]] std::string record_id(const std::string& key) const;
  [[nodiscard]] std::size_t key_count() const { return records_.size(); }

 private:
  struct Records {
    std::string first_id;
    int count = 0;
  };

  [[nodiscard]] Treatment misbehave(Milliseconds patience, Dice& dice) const;

  const Keys keys_;
  Trouble trouble_;
  std::map<std::string, Records> records_;
};

}  // namespace leadspool::simulation
