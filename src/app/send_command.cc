#include "app/send_command.h"

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/sample_leads.h"
#include "app/text_file.h"
#include "app/text_table.h"
#include "base/clock.h"
#include "http/curl_client.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::json;

constexpr auto kAllKinds = "all";

struct SendOptions {
  std::string url;
  std::string kind = "official";
  int count = 1;
  std::string ca_file;
  bool json = false;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find_first_of("\r\n")); }

// The URL that the argument means; nullopt, after a complaint, where there is none.
std::optional<std::string> read_url(const std::string& argument) {
  std::string url = argument;
  if (argument == "-") {
    std::getline(std::cin, url);
    url = first_line(url);
  } else if (argument.starts_with('@')) {
    const auto file = argument.substr(1);
    const auto content = read_text_file(file);
    if (const auto* unreadable = std::get_if<UnreadableFile>(&content)) {
      complain("the file of the lead URL, " + file + ", " + unreadable->reason);
      return std::nullopt;
    }
    url = first_line(std::get<std::string>(content));
  }
  if (http::is_allowed_url(url)) return url;
  complain("the lead URL must begin with https:// (or http:// and a loopback address)");
  return std::nullopt;
}

// What an answer says: a Leadspool's, or any other receiver's.
struct Answer {
  std::string word;  // its status, or its error's code; "500" where it has neither
  std::string line;
  bool kept = false;  // a body that is no lead gets 422, and an id all the same
};

std::string text_of(const Json& json, const char* name) {
  const bool has_text = json.is_object() && json.contains(name) && json[name].is_string();
  return has_text ? printable(json[name].get_ref<const std::string&>()) : "";
}

Answer read_answer(const http::ClientAnswer& received) {
  const auto json = Json::parse(received.body, nullptr, false);
  const auto id = text_of(json, "id");
  const auto original = text_of(json, "duplicate_of");
  const auto status = std::to_string(received.status);
  const auto error = json.is_object() && json.contains("error") ? json["error"] : Json();

  Answer answer;
  answer.kept = received.status == 202 || (received.status == 422 && !id.empty());
  answer.word = error.is_object() ? text_of(error, "code") : text_of(json, "status");
  answer.line = status + (answer.word.empty() ? "" : " " + answer.word);
  if (!original.empty()) answer.line += " of " + original + ", kept as";
  if (!id.empty()) answer.line += " " + id;
  if (error.is_object()) answer.line += ": " + text_of(error, "message");
  if (answer.word.empty()) answer.word = status;
  return answer;
}

// "1000 sent: 998 accepted, 2 duplicate"
class Tally {
 public:
  void add(const Answer& answer) {
    ++sent_;
    ++count_by_word_[answer.word];
    all_kept_ = all_kept_ && answer.kept;
  }

  [[nodiscard]] int sent() const { return sent_; }
  [[nodiscard]] bool all_kept() const { return all_kept_; }

  [[nodiscard]] std::string to_string() const {
    std::string text = std::to_string(sent_) + " sent";
    const char* before = ": ";
    for (const auto& [word, count] : count_by_word_) {
      text += before + std::to_string(count) + " " + word;
      before = ", ";
    }
    return text;
  }

 private:
  int sent_ = 0;
  bool all_kept_ = true;
  std::map<std::string, int> count_by_word_;
};

// One after the other on one connection.
class Sender {
 public:
  Sender(const SendOptions& options, std::string url) : options_(options), url_(std::move(url)) {}

  // False, after a complaint, when there was no answer.
  [[nodiscard]] bool send(const SampleKind& kind, int number) {
    const auto result = exchange(request_of(kind.make(number, clock_.now())));
    if (const auto* failure = std::get_if<http::ClientFailure>(&result)) {
      const bool untrusted = failure->phase == http::FailurePhase::certificate;
      complain(failure->detail + (untrusted ? "; --ca-file FILE trusts a certificate of your own" : ""));
      return false;
    }
    const auto& received = std::get<http::ClientAnswer>(result);
    const auto answer = read_answer(received);
    const bool is_one_of_all = options_.kind == kAllKinds;
    const auto before = is_one_of_all ? std::string(kind.name) + ": " : "";
    print((options_.json ? received.body : before + answer.line) + "\n");
    tally_.add(answer);
    return true;
  }

  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  [[nodiscard]] http::ClientRequest request_of(Sample sample) const {
    http::ClientRequest request;
    request.url = url_;
    request.headers.push_back({"Content-Type", "application/json"});
    if (!sample.content_encoding.empty()) {
      request.headers.push_back({"Content-Encoding", std::string(sample.content_encoding)});
    }
    request.body = std::move(sample.body);
    request.chunked = sample.chunked;
    request.ca_file = options_.ca_file;
    return request;
  }

  http::ClientResult exchange(http::ClientRequest request) {
    std::optional<http::ClientResult> result;
    client_.send(std::move(request), [&](http::ClientResult got) { result = std::move(got); });
    while (!result) client_.run(std::chrono::seconds{1}, -1);
    return std::move(*result);
  }

  const SendOptions& options_;
  const std::string url_;
  const SystemClock clock_;
  http::CurlClient client_;
  Tally tally_;
};

int send_leads(const SendOptions& options) {
  const auto url = read_url(options.url);
  if (!url) return kUsage;
  if (!options.ca_file.empty()) {
    const auto certificates = read_text_file(options.ca_file);
    if (const auto* unreadable = std::get_if<UnreadableFile>(&certificates)) {
      complain("--ca-file: " + options.ca_file + " " + unreadable->reason);
      return kUsage;
    }
  }
  Sender sender(options, *url);
  bool answered = true;
  int number = 0;
  for (int round = 1; answered && round <= options.count; ++round) {
    for (const auto& kind : sample_kinds()) {
      if (options.kind != kAllKinds && options.kind != kind.name) continue;
      // A number of its own for each, or those that differ in their form alone would be duplicates.
      answered = sender.send(kind, ++number);
      if (!answered) break;
    }
  }
  const auto& tally = sender.tally();
  if (tally.sent() > 1 && !options.json) print(tally.to_string() + "\n");
  return answered && tally.all_kept() ? kDone : kFailed;
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names{kAllKinds};
  for (const auto& kind : sample_kinds()) names.emplace_back(kind.name);
  return names;
}

std::string explained_kinds() {
  TextTable table({"KIND", "WHAT IS SENT"});
  for (const auto& kind : sample_kinds()) table.add({std::string(kind.name), std::string(kind.explanation)});
  table.add({kAllKinds, "one of each"});
  return table.to_string();
}

}  // namespace

void add_send_command(CommandLine& line) {
  auto& command = line.add("send", "Posts sample leads to a lead URL, as the marketplace would.",
                           "  leadspool send @var/lead_url.txt --ca-file var/certificate.pem\n"
                           "  leadspool send @var/lead_url.txt --kind all\n"
                           "  leadspool send - -n 1000 --kind people < var/lead_url.txt");
  command.footer(explained_kinds() + "\n" + command.get_footer());
  const auto options = std::make_shared<SendOptions>();
  command
      .add_option(
          "URL", options->url,
          "The lead URL, with its key; @FILE: the first line of that file; -: of standard input. These "
          "two keep the key out of the list of processes and the shell's history")
      ->required();
  command.add_option("--kind", options->kind, "Which sample, of those below")
      ->check([](const std::string& kind) { return CLI::IsMember(kind_names())(kind); })
      ->type_name("KIND")
      ->capture_default_str();
  command.add_option("-n", options->count, "How many, each another person")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--ca-file", options->ca_file,
                  "Trust the certificates in this PEM file instead of the system's")
      ->type_name("FILE");
  command.add_flag("--json", options->json, "Print each answer as it came, one a line");
  line.on_call(command, [options] { return send_leads(*options); });
}

}  // namespace leadspool::app
