#include "app/init_command.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "app/command_line.h"
#include "app/source_key.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/client.h"
#include "http/self_signed.h"

namespace leadspool::app {
namespace {

constexpr int kCertificateDays = 825;

struct InitOptions {
  std::string folder;
  int port_base = 8'443;
  std::string public_url;
};

struct NewFile {
  std::string name;
  std::string content;
};

// A new file for this user alone; the content is on disk afterwards.
void write_new(const std::filesystem::path& path, const std::string& content) {
  const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("cannot create " + path.string() + ": " + std::strerror(errno));
  const auto written = write(fd, content.data(), content.size());
  const bool good = written == static_cast<ssize_t>(content.size()) && fsync(fd) == 0;
  close(fd);
  if (!good) throw std::runtime_error("cannot write " + path.string() + ": the disk is full or failing");
}

std::string host_of(const std::string& url) {
  const auto begin = url.find("://") + 3;
  auto host = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

std::vector<std::string> certificate_names(const std::string& public_url) {
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  const auto host = public_url.empty() ? "localhost" : host_of(public_url);
  if (std::find(names.begin(), names.end(), host) == names.end()) names.insert(names.begin(), host);
  return names;
}

std::string config_text(const InitOptions& options, const Secret& key, const Secret& token) {
  const auto port = [&](int offset) { return std::to_string(options.port_base + offset); };
  const std::string public_url = options.public_url.empty()
                                     ? "# public_url = \"https://leads.contoso.com\"\n"
                                     : "public_url = " + nlohmann::json(options.public_url).dump() + "\n";
  return "# Leadspool's configuration. config/leadspool.toml in the distribution tells every key.\n"
         "# `leadspool check` finds what is wrong with it. Paths are relative to this file.\n"
         "\n"
         "[store]\n"
         "path = \"leadspool.db\"\n"
         "\n"
         "[receiver]\n"
         "# Where the marketplace posts leads. For the internet: \"0.0.0.0:443\", a certificate that the "
         "world trusts,\n"
         "# and the name it is for in public_url.\n"
         "listen = \"127.0.0.1:" +
         port(0) + "\"\n" + public_url +
         "certificate = \"certificate.pem\"\n"
         "private_key = \"private_key.pem\"\n"
         "\n"
         "[admin]\n"
         "listen = \"127.0.0.1:" +
         port(1) +
         "\"\n"
         "# Of the token in admin_token.txt.\n"
         "token_sha256 = \"" +
         key_hash(token) +
         "\"\n"
         "\n"
         "[[source]]\n"
         "name = \"marketplace\"\n"
         "# Of the key in lead_url.txt; `leadspool key marketplace` makes another one.\n"
         "key_sha256 = [\"" +
         key_hash(key) +
         "\"]\n"
         "\n"
         "# The CRM. This is `leadspool simulate-crm --listen 127.0.0.1:" +
         port(2) +
         "`; put your own in its place.\n"
         "# config/destinations in the distribution has a file for each kind, which tells what to set up "
         "there.\n"
         "[[destination]]\n"
         "name = \"crm\"\n"
         "type = \"webhook\"\n"
         "url = \"http://127.0.0.1:" +
         port(2) + "/leads\"\n";
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  const bool made = std::filesystem::create_directories(folder, failure);
  if (failure)
    throw std::runtime_error("cannot make the folder " + folder.string() + ": " + failure.message());
  // A folder that was there keeps the permissions its owner gave it.
  if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

std::string lead_url_of(const InitOptions& options, const Secret& key) {
  ReceiverConfig receiver;
  receiver.listen = {"127.0.0.1", options.port_base};
  receiver.certificate = "certificate.pem";
  receiver.public_url = options.public_url;
  return lead_url(receiver, "marketplace") + "?key=" + key.reveal();
}

void print_next_steps(const InitOptions& options, const std::filesystem::path& folder,
                      const std::string& url) {
  const auto file = [&](const char* name) { return (folder / name).string(); };
  print("Made " + file("leadspool.toml") + ", a key, an admin token and a self-signed certificate.\n\n" +
        "The lead URL, for Partner Center (Offer setup > Customer leads > HTTPS endpoint):\n  " + url +
        "\nWhoever knows it can send leads; it is kept in " + file("lead_url.txt") +
        ".\n\n"
        "To try it here, in three terminals:\n"
        "  leadspool simulate-crm --listen 127.0.0.1:" +
        std::to_string(options.port_base + 2) + "\n  leadspool serve --config " + file("leadspool.toml") +
        "\n  leadspool send @" + file("lead_url.txt") + " --ca-file " + file("certificate.pem") +
        "\n\n"
        "Before it faces the internet: set [receiver] listen, public_url and a certificate that the "
        "marketplace\n"
        "trusts, put your CRM into [[destination]], and run\n"
        "  leadspool check --config " +
        file("leadspool.toml") + "\n");
}

int init(InitOptions options) {
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  if (!options.public_url.empty() && !http::is_allowed_url(options.public_url)) {
    complain("--public-url must begin with https://, like https://leads.contoso.com");
    return kUsage;
  }
  const std::filesystem::path folder = options.folder;
  if (std::filesystem::exists(folder / "leadspool.toml")) {
    complain((folder / "leadspool.toml").string() + " exists already, and init changes nothing that exists");
    return kFailed;
  }
  const SystemClock clock;
  SystemRandom random;
  const Secret key = make_key(random);
  const Secret token = make_key(random);
  const auto url = lead_url_of(options, key);
  const auto pair =
      http::make_self_signed(certificate_names(options.public_url), clock.now(), kCertificateDays);

  make_folder(folder);
  // The configuration last: where it is, everything it names is.
  const NewFile files[] = {{"certificate.pem", pair.certificate_pem},
                           {"private_key.pem", pair.private_key_pem},
                           {"lead_url.txt", url + "\n"},
                           {"admin_token.txt", token.reveal() + "\n"},
                           {"leadspool.toml", config_text(options, key, token)}};
  for (const auto& [name, content] : files) write_new(folder / name, content);
  print_next_steps(options, folder, url);
  return kDone;
}

int make_source_key(const Config& config, const std::string& source, bool json) {
  SystemRandom random;
  const Secret key = make_key(random);
  const auto url = lead_url(config.receiver, source) + "?key=" + key.reveal();
  if (json) {
    print(nlohmann::ordered_json{{"source", source}, {"url", url}, {"key_sha256", key_hash(key)}}.dump() +
          "\n");
    return kDone;
  }
  const bool known = std::any_of(config.sources.begin(), config.sources.end(),
                                 [&](const receiver::Source& each) { return each.name == source; });
  print("The lead URL, which is shown only now:\n  " + url + "\n\n" +
        (known ? "Add this hash to key_sha256 of the source `" + source + "` in " + config.file +
                     " and run `leadspool reload`;\nthe hashes that are there go on working until you remove "
                     "them:\n"
               : "Add this source to " + config.file +
                     " and run `leadspool reload`:\n  [[source]]\n  name = \"" + source + "\"\n") +
        "  key_sha256 = [\"" + key_hash(key) + "\"]\n");
  return kDone;
}

void add_init(CommandLine& line) {
  auto& command =
      line.add("init", "Makes a configuration, keys and a self-signed certificate in a new folder.",
               "  leadspool init var\n"
               "  leadspool init /etc/leadspool --public-url https://leads.contoso.com");
  const auto options = std::make_shared<InitOptions>();
  command.add_option("DIR", options->folder, "The folder; made if absent")->required();
  command
      .add_option("--port-base", options->port_base,
                  "The receiver's port; the admin listener takes the next, a simulated CRM the one after")
      ->check(CLI::Range(1, 65'533))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--public-url", options->public_url,
                  "What stands before /leads/ in the URL for the marketplace")
      ->type_name("URL");
  line.on_call(command, [options] { return init(*options); });
}

void add_key(CommandLine& line) {
  auto& command =
      line.add("key", "Makes a new key for a source: its lead URL, and the line for the configuration.",
               "  leadspool key marketplace");
  line.add_config_option(command);
  line.add_json_option(command);
  const auto source = std::make_shared<std::string>();
  command.add_option("SOURCE", *source, "The source's name")->required()->check(why_no_name);
  line.on_call(command, [&line, source] {
    return line.with_config(
        Secrets::leave, [&](const Config& config) { return make_source_key(config, *source, line.json()); });
  });
}

}  // namespace

void add_init_commands(CommandLine& line) {
  add_init(line);
  add_key(line);
}

}  // namespace leadspool::app
