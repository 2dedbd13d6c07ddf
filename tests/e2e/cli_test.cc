// Every command through the real program: with the service running, and without.
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "e2e/installation.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string lead_of(const std::string& email, const std::string& company = "Contoso") {
  return Json{{"UserDetails",
               {{"FirstName", "Anna"}, {"LastName", "Andersson"}, {"Email", email}, {"Company", company}}},
              {"LeadSource", "AzureMarketplace"},
              {"ActionCode", "INS"},
              {"OfferTitle", "Fourth Coffee"}}
      .dump();
}

std::string accept(const Installation& leadspool, const std::string& email) {
  return leadspool.accept(lead_of(email))["id"].get<std::string>();
}

// Nothing is sent, so that what is shown stays as it is.
void serve_paused(Installation& leadspool) {
  leadspool.serve();
  REQUIRE(leadspool.leadspool({"destinations", "pause", "crm", "--reason", "a test"}).code == 0);
}

// What must succeed, in a terminal's words.
std::string shown(const Installation& leadspool, Words words) {
  const auto ended = leadspool.leadspool(std::move(words));
  INFO(ended.out + ended.err);
  REQUIRE(ended.code == 0);
  return ended.out;
}

// The names of a command's options, of its commands.
std::set<std::string> options_in(const std::string& help) {
  std::set<std::string> options;
  const std::regex option("\n +(?:-[a-zA-Z],)?(--[a-z-]+)");
  for (std::sregex_iterator at(help.begin(), help.end(), option), end; at != end; ++at)
    options.insert((*at)[1]);
  return options;
}

std::vector<std::string> commands_in(const std::string& help) {
  std::vector<std::string> commands;
  const auto begin = std::min(help.find("\nSubcommands:"), help.find("\nSUBCOMMANDS:"));
  if (begin == std::string::npos) return commands;
  const std::string below = help.substr(begin, help.find("\n\n", begin + 1) - begin);
  const std::regex command("\n  ([a-z0-9-]+) ");
  for (std::sregex_iterator at(below.begin(), below.end(), command), end; at != end; ++at)
    commands.push_back((*at)[1]);
  return commands;
}

struct Documented {
  std::vector<Words> commands;
  std::set<std::string> options;
};

void document(const Words& command, Documented& documented) {
  Words words = command;
  words.insert(words.begin(), LEADSPOOL_BINARY);
  words.emplace_back("--help");
  const auto ended = run(words);
  INFO(ended.out << ended.err);
  REQUIRE(ended.code == 0);
  documented.commands.push_back(command);
  if (!command.empty()) {
    REQUIRE(contains(ended.out, "Examples:\n  "));
    REQUIRE(contains(ended.out, "leadspool " + command.front()));
  }
  const auto options = options_in(ended.out);
  documented.options.insert(options.begin(), options.end());
  for (const auto& below : commands_in(ended.out)) {
    Words deeper = command;
    deeper.push_back(below);
    document(deeper, documented);
  }
}

}  // namespace

TEST_CASE("every command has help with an example, and stands in the man page and the completions") {
  Documented documented;
  document({}, documented);
  REQUIRE(documented.commands.size() > 30);
  REQUIRE(documented.options.contains("--dry-run"));

  const auto man = run({LEADSPOOL_BINARY, "man"});
  REQUIRE(man.code == 0);
  const auto page = std::regex_replace(man.out, std::regex("\\\\-"), "-");
  for (const auto& command : documented.commands) {
    std::string name = "leadspool";
    for (const auto& word : command) name += " " + word;
    INFO(name);
    REQUIRE(contains(page, command.empty() ? ".TH LEADSPOOL 1" : ".SS " + name + "\n"));
  }
  for (const auto& option : documented.options) {
    INFO(option);
    REQUIRE(contains(page, "\\fB" + option + "\\fR"));
  }
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const auto script = run({LEADSPOOL_BINARY, "completion", shell});
    REQUIRE(script.code == 0);
    for (const auto& command : documented.commands) {
      INFO(shell);
      if (!command.empty()) REQUIRE(contains(script.out, command.back()));
    }
    for (const auto& option : documented.options) {
      INFO(shell << " " << option);
      REQUIRE(contains(script.out, shell == "fish" ? "-l " + option.substr(2) : option));
    }
  }
}

TEST_CASE("bash completes commands, options and the words they take") {
  const auto completed = [](const std::string& line) {
    const auto ended =
        run({"/bin/bash", "-c",
             ". <(" LEADSPOOL_BINARY " completion bash); COMP_WORDS=(" + line +
                 "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _leadspool; echo \"${COMPREPLY[@]}\""});
    return ended.out + ended.err;
  };
  REQUIRE(completed("leadspool le") == "leads\n");
  REQUIRE(completed("leadspool leads li") == "list\n");
  REQUIRE(completed("leadspool leads list --unr") == "--unrouted\n");
  REQUIRE(completed("leadspool leads list --state dea") == "dead\n");
  REQUIRE(completed("leadspool leads list --state dead --jso") == "--json\n");
  REQUIRE(completed("leadspool completion z") == "zsh\n");
}

TEST_CASE("a mistyped word is told in one sentence, with the nearest that there is") {
  const struct {
    Words words;
    std::string says;
  } cases[] = {{{"leeds"}, "leadspool has no command leeds; did you mean leads?"},
               {{"leads", "lst"}, "leadspool leads has no command lst; did you mean list?"},
               {{"leads", "list", "--stat", "dead"}, "has no option --stat; did you mean --state?"},
               {{"leads", "list", "--state", "ded"}, "--state: ded not in {"},
               {{"leads", "list", "--from", "monday"}, "not a time like 2026"},
               {{"leads", "list", "--source", ""}, "--source: must not be empty"},
               {{"leads", "list", "--limit", "501"}, "--limit"},
               {{"leads", "show"}, "`leadspool leads show --help` tells more"},
               {{"leads", "erase", "x"}, "--reason is required"},
               {{"leads", "export", "--person", "a@b.example", "--state", "dead"}, "excludes"},
               {{}, "leadspool --help"}};
  for (const auto& each : cases) {
    Words words = each.words;
    words.insert(words.begin(), LEADSPOOL_BINARY);
    const auto ended = run(words);
    INFO(ended.err);
    REQUIRE(ended.code == 2);
    REQUIRE(ended.out.empty());
    REQUIRE(contains(ended.err, each.says));
    REQUIRE(ended.err.find('\n') == ended.err.size() - 1);
  }
}

TEST_CASE("commands that read answer alike with the service and without") {
  Installation leadspool;
  serve_paused(leadspool);
  const auto anna = accept(leadspool, "anna@contoso.com");
  const auto bert = accept(leadspool, "bert@fabrikam.com");

  const auto look = [&] {
    REQUIRE(contains(shown(leadspool, {"leads", "list"}), anna));
    const auto found = shown(leadspool, {"leads", "list", "--q", "@fabrikam.com"});
    REQUIRE(contains(found, bert));
    REQUIRE_FALSE(contains(found, anna));
    REQUIRE(contains(shown(leadspool, {"leads", "list", "--q", "nobody@contoso.com"}),
                     "There are no such leads."));
    REQUIRE(leadspool.ask({"leads", "list", "--all", "--state", "pending"})["leads"].size() == 2);
    const auto first = leadspool.ask({"leads", "list", "--limit", "1"});
    REQUIRE(first["leads"].size() == 1);
    const auto cursor = first["next_cursor"].get<std::string>();
    REQUIRE(leadspool.ask({"leads", "list", "--cursor", cursor})["leads"].size() == 1);

    const auto lead = shown(leadspool, {"leads", "show", anna});
    REQUIRE(contains(lead, "held back     crm is paused since "));
    REQUIRE(contains(lead, "What happened\n"));
    REQUIRE(contains(lead, "received by marketplace"));
    REQUIRE(shown(leadspool, {"leads", "payload", anna}) == lead_of("anna@contoso.com"));

    const auto csv = shown(leadspool, {"leads", "export"});
    REQUIRE(csv.starts_with("id,received_at,source,disposition,"));
    REQUIRE(contains(csv, "bert@fabrikam.com"));
    const auto line = shown(leadspool, {"leads", "export", "--format", "ndjson", "--q", "anna@contoso.com"});
    REQUIRE(Json::parse(line)["id"] == anna);

    REQUIRE(contains(shown(leadspool, {"dead"}), "There are no dead letters."));
    REQUIRE(contains(shown(leadspool, {"status"}), "free on the disk"));
    REQUIRE(leadspool.ask({"status"})["leads"] == 2);
    REQUIRE(contains(shown(leadspool, {"sources", "list"}), "/leads/marketplace"));
    REQUIRE(leadspool.ask({"alerts", "list"})["open"].is_array());
    REQUIRE(contains(shown(leadspool, {"destinations", "list"}), "crm is paused since "));
    REQUIRE(contains(shown(leadspool, {"redrives", "list"}), "There are no redrives."));
    REQUIRE(contains(shown(leadspool, {"destinations", "preview", "crm"}), "Lead "));

    const auto bad = leadspool.leadspool({"leads", "list", "--cursor", "zz"});
    REQUIRE(bad.code == 1);
    REQUIRE(contains(bad.err, "leadspool: --cursor takes "));
    REQUIRE(leadspool.leadspool({"leads", "show", "no-id"}).code == 1);
  };
  SECTION("with it") { look(); }
  SECTION("without") {
    REQUIRE(leadspool.stop().code == 0);
    look();
  }
}

TEST_CASE("an export goes into a file under its name only when it is whole") {
  Installation leadspool;
  serve_paused(leadspool);
  (void)accept(leadspool, "anna@contoso.com");
  REQUIRE(shown(leadspool, {"leads", "export", "--output", leadspool.file("leads.csv")}).empty());
  REQUIRE(contains(leadspool.read("leads.csv"), "anna@contoso.com"));
  for (const auto& entry : std::filesystem::directory_iterator(leadspool.file("."))) {
    REQUIRE_FALSE(contains(entry.path().filename().string(), ".part"));
  }
  const auto refused =
      leadspool.leadspool({"leads", "export", "--output", leadspool.file("no/such/folder.csv")});
  REQUIRE(refused.code == 1);
  REQUIRE(contains(refused.err, "cannot write "));

  REQUIRE(contains(shown(leadspool, {"leads", "export", "--person", "Anna@Contoso.com", "--output",
                                     leadspool.file("anna.json"), "--reason", "she asked"}),
                   "1 lead of Anna@Contoso.com"));
  REQUIRE(Json::parse(leadspool.read("anna.json"))["leads"][0]["email"] == "anna@contoso.com");
}

TEST_CASE("many are discarded by filters, and only when somebody said so") {
  Installation leadspool;
  serve_paused(leadspool);
  const auto anna = accept(leadspool, "anna@contoso.com");
  const auto bert = accept(leadspool, "bert@fabrikam.com");

  REQUIRE(leadspool.leadspool({"leads", "discard"}).code == 2);
  REQUIRE(leadspool.leadspool({"leads", "discard", "--q", "@contoso.com"}).code == 2);
  const Words discard{"leads", "discard", "--state", "pending", "--q", "@contoso.com"};
  const auto with = [&](const std::string& word) {
    Words words = discard;
    words.push_back(word);
    return words;
  };
  REQUIRE(contains(shown(leadspool, with("--dry-run")), "1 pending delivery would be discarded."));
  const auto unasked = leadspool.leadspool(discard);
  REQUIRE(unasked.code == 2);
  REQUIRE(contains(unasked.err, "add --yes"));
  REQUIRE(leadspool.state_of(anna) == "pending");
  REQUIRE(contains(shown(leadspool, with("--yes")), "1 pending delivery discarded."));
  REQUIRE(leadspool.state_of(anna) == "discarded");
  REQUIRE(leadspool.state_of(bert) == "pending");

  REQUIRE(leadspool.stop().code == 0);
  const auto done = leadspool.ask({"leads", "discard", "--state", "pending", "--yes"});
  REQUIRE(done["done"] == 1);
  REQUIRE(leadspool.ask({"leads", "list", "--state", "pending"})["leads"].empty());
}

TEST_CASE("held deliveries are released by filters") {
  Installation leadspool;
  serve_paused(leadspool);
  const auto first = accept(leadspool, "anna@contoso.com");
  const auto again = accept(leadspool, "anna@contoso.com");
  REQUIRE(leadspool.state_of(again) == "held");
  REQUIRE(contains(shown(leadspool, {"leads", "show", again}), "held: "));
  REQUIRE(contains(shown(leadspool, {"leads", "release", "--disposition", "duplicate", "--yes"}),
                   "1 held delivery released."));
  REQUIRE(leadspool.state_of(again) == "pending");
  REQUIRE(contains(shown(leadspool, {"leads", "release", "--all", "--dry-run"}), "0 held deliveries would"));
  REQUIRE(leadspool.state_of(first) == "pending");
}

TEST_CASE("a person is erased, and what is left is a tombstone") {
  Installation leadspool;
  serve_paused(leadspool);
  const auto anna = accept(leadspool, "anna@contoso.com");
  const auto bert = accept(leadspool, "bert@fabrikam.com");
  const Words erase{"leads", "erase", "--email", "ANNA@contoso.com", "--reason", "she asked for it"};
  const auto with = [&](const std::string& word) {
    Words words = erase;
    words.push_back(word);
    return words;
  };
  const auto erase_her = [&] {
    REQUIRE(contains(shown(leadspool, with("--dry-run")),
                     "1 lead would be erased. Nothing was changed.\n  " + anna));
    const auto unasked = leadspool.leadspool(erase);
    REQUIRE(unasked.code == 2);
    REQUIRE(contains(unasked.err, "add --yes"));
    REQUIRE(contains(shown(leadspool, with("--yes")), "1 lead is erased.\n  " + anna));
    const auto tombstone = shown(leadspool, {"leads", "show", anna});
    REQUIRE(contains(tombstone, "ERASED"));
    REQUIRE(contains(tombstone, "why           she asked for it"));
    REQUIRE_FALSE(contains(tombstone, "Andersson"));
    REQUIRE(contains(shown(leadspool, {"leads", "list"}), "(erased)"));
    REQUIRE(leadspool.ask({"status"})["purging"] == false);
    REQUIRE(leadspool.leadspool({"leads", "erase", anna, "--reason", "again", "--yes"}).code == 1);
    REQUIRE(leadspool.ask({"leads", "erase", bert, "--reason", "he too", "--yes"})["erased"][0] == bert);
  };
  SECTION("with the service") { erase_her(); }
  SECTION("without") {
    REQUIRE(leadspool.stop().code == 0);
    erase_her();
  }
}

TEST_CASE("dead letters come with the command that tries them again, which does") {
  Installation leadspool;
  leadspool.simulate_crm({"--require", "description"});
  leadspool.serve();
  const auto anna = accept(leadspool, "anna@contoso.com");
  wait_until("it is dead", [&] { return leadspool.state_of(anna) == "dead"; });
  REQUIRE(leadspool.leadspool({"status", "--fail-if-dead"}).code == 1);
  const auto dead = shown(leadspool, {"dead"});
  REQUIRE(contains(dead, "leadspool leads show " + anna));
  REQUIRE(contains(shown(leadspool, {"leads", "show", anna}), "crm: attempt 1 rejected, HTTP 422"));
  const auto begin = dead.find("leadspool leads redrive");
  auto command = dead.substr(begin, dead.find('\n', begin) - begin);
  command.replace(0, std::string("leadspool").size(), LEADSPOOL_BINARY);
  const auto redriven =
      run({"/bin/sh", "-c", command + " --wait --json --config '" + leadspool.config() + "'"});
  INFO(redriven.out + redriven.err);
  REQUIRE(redriven.code == 0);
  // It is done once all were given back, whatever becomes of them.
  const auto redrive = Json::parse(redriven.out);
  REQUIRE(redrive["redriven"] == 1);
  wait_until("it is dead again", [&] {
    return leadspool.admin_json("/api/v1/redrives/" + redrive["id"].get<std::string>())["failed"] == 1;
  });
  REQUIRE(contains(shown(leadspool, {"redrives", "list"}), "done"));
}

TEST_CASE("a token is made once, and opens with the lines that were printed") {
  Installation leadspool;
  const auto made = leadspool.ask({"token", "grafana", "--read-only"});
  REQUIRE(made["role"] == "read");
  const auto text = shown(leadspool, {"token", "anna"});
  const auto begin = text.find("  [[admin.token]]");
  REQUIRE(begin != std::string::npos);
  leadspool.append_to_config(text.substr(begin));
  REQUIRE(leadspool.leadspool({"check", "--offline"}).code == 0);
  const auto taken = leadspool.leadspool({"token", "anna"});
  REQUIRE(taken.code == 1);
  REQUIRE(contains(taken.err, "there is a token `anna`"));
  REQUIRE(leadspool.leadspool({"token", "Anna Andersson"}).code == 2);
}

TEST_CASE("check prints JSON of a configuration with mistakes too") {
  Installation leadspool;
  leadspool.append_to_config("colour = 1\n");
  const auto ended = leadspool.leadspool({"check", "--json"});
  REQUIRE(ended.code == 3);
  const auto findings = Json::parse(ended.out)["findings"];
  REQUIRE(findings[0]["level"] == "fail");
  REQUIRE(contains(findings[0]["what"].get<std::string>(), "colour"));
}

TEST_CASE("tables fit the terminal, and a person is asked before anything is lost") {
  Installation leadspool;
  serve_paused(leadspool);
  const auto anna = accept(leadspool, "anna-with-a-long-name@contoso.com");
  // script(1) gives the program a terminal of its own.
  const auto in_terminal = [&](const std::string& words, const std::string& typed) {
    const auto command = "stty cols 80; " LEADSPOOL_BINARY " " + words + " --config " + leadspool.config();
    const auto ended =
        run({"/bin/sh", "-c", "printf '" + typed + "' | script -qec '" + command + "' /dev/null"});
    return ended.out;
  };
  const auto list = in_terminal("leads list", "");
  INFO(list);
  REQUIRE(contains(list, anna));
  REQUIRE_FALSE(contains(list, "DISPOSITION"));
  REQUIRE(contains(shown(leadspool, {"leads", "list"}), "DISPOSITION"));
  const auto asked = in_terminal("leads erase " + anna + " --reason test", "n\\n");
  INFO(asked);
  REQUIRE(contains(asked, "for good? [y/N]"));
  REQUIRE(contains(asked, "nothing was changed"));
  REQUIRE(contains(shown(leadspool, {"leads", "show", anna}), "Andersson"));
}

}  // namespace leadspool::test
