// Senders that post one lead after the other over TLS, each another person, and count what came back.
//
// Thread-safety: one thread starts, steers and asks; the senders are its own.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/client.h"

namespace leadspool::test {

// Where to, and whether each lead comes over a connection of its own, as the marketplace's do.
struct LoadOptions {
  std::string url;
  std::string ca_file;
  bool new_connections = false;
  int first_number = 1;  // of the people
};

class Load {
 public:
  explicit Load(LoadOptions options)
      : options_(std::move(options)), next_(options_.first_number), url_(options_.url) {}
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Each lead is sent once; one that failed is forgotten.
  void start();
  void stop();

  // From now on; returns when no lead is on its way to the address before.
  void send_to(std::string url);

  // Waits until so many more leads got a 202.
  void wait_for(int more);

  // Since start().
  [[nodiscard]] int acknowledged_now() const { return acknowledged_now_; }
  // What was not a 202, in words, since the beginning.
  [[nodiscard]] std::vector<std::string> failures() const;
  // Id by number of all leads that ever got a 202; empty where the answer's body was cut off.
  [[nodiscard]] std::map<int, std::string> acknowledged() const;

  // The address of the person with that number.
  [[nodiscard]] static std::string email_of(int number);

 private:
  void send_until_stopped(std::size_t sender);
  [[nodiscard]] std::string url_for(std::size_t sender);
  void note(int number, const http::ClientResult& result);

  const LoadOptions options_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> next_;
  std::atomic<int> acknowledged_now_{0};
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::string url_;
  std::vector<bool> knows_url_;  // by sender: began its lead after the last send_to()
  std::map<int, std::string> acknowledged_;
  std::vector<std::string> failures_;

  std::vector<std::thread> threads_;
};

}  // namespace leadspool::test
