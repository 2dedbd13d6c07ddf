// Sending a notice by one channel, and waiting for what comes of it.
//
// Thread-safety: the thread that owns the client.
#pragma once

#include <string>
#include <variant>

#include "alert/alert_options.h"
#include "alert/notice.h"
#include "base/random.h"
#include "http/client.h"

namespace leadspool::alert {

struct Sent {
  std::string remark;  // what was not quite right with it; empty: nothing
};

// Neither a webhook's URL nor a password is in it.
struct SendFailure {
  std::string why;
  bool of_this_notice = false;  // the other side refused it; another one may go through
};

using SendResult = std::variant<Sent, SendFailure>;

class Sender {
 public:
  // Both outlive the sender. What is being sent is given up when `wake_fd` becomes readable (-1: none).
  Sender(http::Client& client, Random& random, int wake_fd = -1)
      : client_(client), random_(random), wake_fd_(wake_fd) {}

  [[nodiscard]] SendResult send(const WebhookChannel& channel, const Notice& notice, const std::string& host);
  [[nodiscard]] SendResult send(const MailChannel& channel, const Notice& notice, const std::string& host);

 private:
  [[nodiscard]] http::ClientResult exchange(http::ClientRequest request);
  [[nodiscard]] bool is_to_give_up() const;

  http::Client& client_;
  Random& random_;
  const int wake_fd_;
};

}  // namespace leadspool::alert
