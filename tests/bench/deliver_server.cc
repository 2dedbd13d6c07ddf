// The CRM that scripts/bench deliver delivers to: HTTP/1.1 on kept connections, one thread, one answer for
// all.
//
//   POST /leads      200, DELAY_MS after the request came
//   POST anything    no answer at all
//
// Prints its port, then runs until it is killed.
//
// usage: deliver_server DELAY_MS
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <unordered_map>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n"
    R"({"id":"0192f3c15b1e7c3a9f001a2b3c4d"})";

class Crm {
 public:
  explicit Crm(std::chrono::milliseconds delay)
      : delay_(delay), poll_(epoll_create1(0)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1024) != 0) {
      std::perror("deliver_server");
      std::exit(1);
    }
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    watch(listener_);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    for (;;) {
      epoll_event ready[64];
      const int count = epoll_wait(poll_, ready, 64, wait_ms());
      for (int i = 0; i < count; ++i) {
        if (ready[i].data.fd == listener_) {
          take_connections();
        } else {
          read_from(ready[i].data.fd);
        }
      }
      while (!late_.empty() && late_.front().due <= Clock::now()) {
        answer(late_.front().socket, late_.front().connection);
        late_.pop_front();
      }
    }
  }

 private:
  // An answer that is due later; all wait equally long, so they come due in order.
  struct Late {
    Clock::time_point due;
    int socket;
    std::uint64_t connection;
  };
  struct Connection {
    std::uint64_t number;  // sockets are used again, numbers are not
    std::string read;
  };

  void watch(int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
  }

  [[nodiscard]] int wait_ms() const {
    if (late_.empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(late_.front().due - Clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }

  void take_connections() {
    for (;;) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (socket < 0) return;
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connections_[socket] = {++last_number_, {}};
      watch(socket);
    }
  }

  void read_from(int socket) {
    auto& connection = connections_[socket];
    char buffer[16 * 1024];
    const auto got = recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) {
      connections_.erase(socket);
      close(socket);
      return;
    }
    connection.read.append(buffer, static_cast<std::size_t>(got));
    const auto head_end = connection.read.find("\r\n\r\n");
    if (head_end == std::string::npos) return;
    constexpr std::string_view kLength = "Content-Length: ";
    const auto length = connection.read.find(kLength);
    const auto body =
        length < head_end ? std::strtoul(&connection.read[length + kLength.size()], nullptr, 10) : 0;
    if (connection.read.size() < head_end + 4 + body) return;
    const bool answered = connection.read.starts_with("POST /leads ");
    connection.read.clear();
    if (!answered) return;
    if (delay_.count() == 0) {
      answer(socket, connection.number);
    } else {
      late_.push_back({Clock::now() + delay_, socket, connection.number});
    }
  }

  void answer(int socket, std::uint64_t connection) {
    const auto found = connections_.find(socket);
    if (found == connections_.end() || found->second.number != connection) return;
    // So small that the kernel takes it whole.
    if (send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return;
  }

  const std::chrono::milliseconds delay_;
  const int poll_;
  const int listener_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<int, Connection> connections_;
  std::deque<Late> late_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: deliver_server DELAY_MS\n", stderr);
    return 2;
  }
  Crm(std::chrono::milliseconds(std::atoi(argv[1]))).run();
}
