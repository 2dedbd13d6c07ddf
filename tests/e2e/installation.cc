#include "e2e/installation.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <signal.h>

#include "http/curl_client.h"

namespace leadspool::test {
namespace {

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

http::ClientAnswer answer_of(http::ClientResult result) {
  if (auto* answer = std::get_if<http::ClientAnswer>(&result)) return std::move(*answer);
  throw std::runtime_error(std::get<http::ClientFailure>(result).detail);
}

}  // namespace

Installation::Installation() : port_(free_ports(3)) {
  const auto made =
      run({LEADSPOOL_BINARY, "init", folder_.path().string(), "--port-base", std::to_string(port_)});
  if (made.code != 0) throw std::runtime_error("init failed: " + made.err);
}

std::string Installation::read(const std::string& name) const {
  std::ifstream content(file(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(content), {}};
}

void Installation::write(const std::string& name, const std::string& content) const {
  std::ofstream(file(name), std::ios::binary) << content;
}

void Installation::append_to_config(const std::string& lines) const {
  write("leadspool.toml", read("leadspool.toml") + lines);
}

std::string Installation::lead_url() const { return trimmed(read("lead_url.txt")); }

Ended Installation::leadspool(std::vector<std::string> words, ProcessOptions options) const {
  words.insert(words.begin(), LEADSPOOL_BINARY);
  words.insert(words.end(), {"--config", config()});
  return run(std::move(words), std::move(options));
}

Json Installation::ask(std::vector<std::string> words) const {
  words.emplace_back("--json");
  const auto ended = leadspool(std::move(words));
  if (ended.code != 0)
    throw std::runtime_error("exit code " + std::to_string(ended.code) + ": " + ended.err + ended.out);
  return Json::parse(ended.out);
}

void Installation::serve(ProcessOptions options) {
  service_ = std::make_unique<Process>(
      std::vector<std::string>{LEADSPOOL_BINARY, "serve", "--config", config()}, std::move(options));
  service_->wait_for_output(" started ");
}

Ended Installation::stop() {
  service_->signal(SIGTERM);
  return service_->wait();
}

void Installation::kill() {
  service_->signal(SIGKILL);
  (void)service_->wait();
}

void Installation::simulate_crm(std::vector<std::string> more_words) {
  std::vector<std::string> words{LEADSPOOL_BINARY, "simulate-crm", "--listen",
                                 "127.0.0.1:" + std::to_string(port_ + 2)};
  words.insert(words.end(), more_words.begin(), more_words.end());
  crm_ = std::make_unique<Process>(std::move(words));
  crm_->wait_for_output("listens on");
}

void Installation::stop_crm() { crm_.reset(); }

void Installation::set_fault(const std::string& json) const {
  http::ClientRequest request;
  request.method = "PUT";
  request.url = "http://127.0.0.1:" + std::to_string(port_ + 2) + "/faults";
  request.body = json;
  const auto answer = answer_of(http::send_and_wait(std::move(request)));
  if (answer.status != 200) throw std::runtime_error("the simulator refused the fault: " + answer.body);
}

std::vector<Json> Installation::crm_records() const {
  http::ClientRequest request;
  request.method = "GET";
  request.url = "http://127.0.0.1:" + std::to_string(port_ + 2) + "/leads";
  request.max_answer_bytes = 256u << 20;
  return Json::parse(answer_of(http::send_and_wait(std::move(request))).body)["records"]
      .get<std::vector<Json>>();
}

http::ClientResult Installation::post(const std::string& body) const {
  http::ClientRequest request;
  request.url = lead_url();
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = body;
  request.ca_file = file("certificate.pem");
  return http::send_and_wait(std::move(request));
}

Json Installation::accept(const std::string& body) const {
  const auto answer = answer_of(post(body));
  if (answer.status != 202) throw std::runtime_error("not accepted: " + answer.body);
  return Json::parse(answer.body);
}

http::ClientAnswer Installation::admin(const std::string& method, const std::string& path) const {
  http::ClientRequest request;
  request.method = method;
  request.url = "http://127.0.0.1:" + std::to_string(port_ + 1) + path;
  request.headers.push_back({"Authorization", "Bearer " + trimmed(read("admin_token.txt"))});
  request.max_answer_bytes = 64u << 20;
  return answer_of(http::send_and_wait(std::move(request)));
}

Json Installation::admin_json(const std::string& path) const { return Json::parse(admin("GET", path).body); }

std::string Installation::state_of(const std::string& lead) const {
  return admin_json("/api/v1/leads/" + lead)["deliveries"][0]["state"].get<std::string>();
}

int Installation::count(const std::string& state) const {
  return admin_json("/api/v1/status")["deliveries"][state].get<int>();
}

}  // namespace leadspool::test
