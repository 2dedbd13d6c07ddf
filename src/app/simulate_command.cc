#include "app/simulate_command.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/listen_address.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/random.h"
#include "simulator/guide.h"
#include "simulator/simulator.h"

namespace leadspool::app {
namespace {

struct SimulateOptions {
  std::string listen = "127.0.0.1:9000";
  std::vector<std::string> required;
  std::string fault = "none";
  std::string certificate;
  std::string private_key;
};

// A mode's name, or the JSON of a fault.
std::variant<simulator::Fault, simulator::FaultError> read_fault(const std::string& text) {
  if (text.starts_with('{')) return simulator::parse_fault(text);
  return simulator::parse_fault(nlohmann::json{{"mode", text}}.dump());
}

int simulate(const SimulateOptions& options) {
  const auto listen = parse_listen_address(options.listen);
  if (const auto* wrong = std::get_if<std::string>(&listen)) {
    complain("--listen " + *wrong);
    return kUsage;
  }
  const auto fault = read_fault(options.fault);
  if (const auto* wrong = std::get_if<simulator::FaultError>(&fault)) {
    complain("--fault: " + wrong->message);
    return kUsage;
  }
  auto address = std::get<ListenAddress>(listen);
  simulator::SimulatorOptions simulated;
  simulated.address = address.host;
  simulated.port = address.port;
  simulated.certificate_file = options.certificate;
  simulated.private_key_file = options.private_key;
  if (!options.required.empty()) simulated.crm.required_fields = options.required;
  simulated.crm.fault = std::get<simulator::Fault>(fault);

  const Signals signals({SIGTERM, SIGINT});
  const SystemClock clock;
  SystemRandom random;
  simulator::Simulator crm(simulated, clock, random);
  crm.start();
  address.port = crm.port();
  const std::string url = (options.certificate.empty() ? "http://" : "https://") + to_string(address);
  print("The simulated CRM listens on " + url + "/leads\nand as\n" + simulator::list_of_crms(url) +
        "How to use them: " + url + "/\n");
  (void)signals.wait();
  crm.stop();
  return kDone;
}

}  // namespace

void add_simulate_command(CommandLine& line) {
  auto& command = line.add(
      "simulate-crm",
      "Runs simulated CRMs that keep records in memory and fail when told to; it prints their URLs.",
      "  leadspool simulate-crm --listen 127.0.0.1:9000\n"
      "  leadspool simulate-crm --listen 127.0.0.1:9000 --require last_name --require company\n"
      "  leadspool simulate-crm --listen 127.0.0.1:9000 --fault drop_answer\n"
      "  leadspool simulate-crm --listen 127.0.0.1:9000 --fault '{\"mode\":\"throttle\",\"count\":3}'\n"
      "  leadspool simulate-crm --listen 127.0.0.1:9000 --fault "
      "'{\"mode\":\"forbid\",\"match\":\"Contoso\"}'\n"
      "  leadspool simulate-crm --listen 127.0.0.1:9000 --certificate certificate.pem --private-key key.pem");
  const auto options = std::make_shared<SimulateOptions>();
  command.add_option("--listen", options->listen, "Where it listens; port 0: any free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command
      .add_option("--require", options->required,
                  "A field without which a lead is refused with 422 at /leads (may be repeated)")
      ->type_name("FIELD");
  command
      .add_option(
          "--fault", options->fault,
          "What it does wrong at /leads: " + simulator::mode_names(", ") + ", or the JSON of PUT /faults")
      ->type_name("MODE")
      ->capture_default_str();
  auto* certificate =
      command.add_option("--certificate", options->certificate, "Serve https with this chain, leaf first")
          ->type_name("FILE");
  auto* private_key =
      command.add_option("--private-key", options->private_key, "The certificate's key")->type_name("FILE");
  certificate->needs(private_key);
  private_key->needs(certificate);
  line.on_call(command, [options] { return simulate(*options); });
}

}  // namespace leadspool::app
