// Mutations of the sample leads, the same ones in every run: whatever is posted comes out as exactly one of a
// lead, an empty body and an unreadable one, and what is kept of a lead is text that the outbox takes.
#include <random>

#include "base/utf8.h"
#include "lead/lead_parser.h"
#include "support/catch.h"
#include "support/sample_leads.h"

using namespace leadspool;

namespace {

using Dice = std::mt19937;

std::size_t below(Dice& dice, std::size_t limit) { return limit == 0 ? 0 : dice() % limit; }

constexpr std::string_view kPieces[] = {"{",
                                        "}",
                                        "[",
                                        "]",
                                        "\"",
                                        ",",
                                        ":",
                                        "null",
                                        "-0",
                                        "1e400",
                                        "\\u0000",
                                        "\\ud800",
                                        "\\",
                                        "\xEF\xBB\xBF",
                                        "\xFF",
                                        "\xED\xA0\x80",
                                        "\xF0\x9F\x9A\x80",
                                        "\"Email\":",
                                        "\"userDetails\":{",
                                        "\"LEADSOURCE\":\"x\",",
                                        "\n",
                                        "[[[[[[[["};

void mutate(std::string& body, Dice& dice, const std::vector<std::string>& samples) {
  const std::size_t at = below(dice, body.size() + 1);
  switch (below(dice, 6)) {
    case 0:
      if (at < body.size()) body[at] = static_cast<char>(dice());
      break;
    case 1:
      body.erase(at, below(dice, 12));
      break;
    case 2:
      body.insert(at, kPieces[below(dice, std::size(kPieces))]);
      break;
    case 3:
      body.insert(at, std::string(body.substr(below(dice, body.size() + 1), below(dice, 60))));
      break;
    case 4:
      body.resize(at);
      break;
    case 5: {
      const std::string& other = samples[below(dice, samples.size())];
      body.insert(at, other.substr(below(dice, other.size() + 1), below(dice, 100)));
      break;
    }
  }
}

}  // namespace

TEST_CASE("any body at all is a lead, empty or unreadable, and a lead's fields are clean text") {
  const auto samples = test::all_sample_lead_bodies();
  REQUIRE(samples.size() >= 11);
  Dice dice(20261121);
  int leads = 0;
  int unreadable = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string body = samples[below(dice, samples.size())];
    for (std::size_t changes = 1 + below(dice, 4); changes > 0; --changes) mutate(body, dice, samples);

    const auto parsed = parse_lead(body);
    if (const auto* refused = std::get_if<Unreadable>(&parsed)) {
      ++unreadable;
      const bool tells = !refused->code.empty() && !refused->message.empty();
      if (!tells || find_invalid_utf8(refused->message)) FAIL("an unclear refusal of: " << body);
      continue;
    }
    const auto* lead = std::get_if<ReadableLead>(&parsed);
    if (lead == nullptr) continue;
    ++leads;
    for (const LeadField& field : kLeadFields) {
      const std::string& text = lead->fields.*field.member;
      const bool is_clean =
          !find_invalid_utf8(text) && text.find('\0') == std::string::npos && text.size() <= kLongestText;
      if (!is_clean) FAIL("an unclean " << field.name << " from: " << body);
    }
  }
  // Neither side may be so rare that the loop shows nothing.
  REQUIRE(leads > 1'000);
  REQUIRE(unreadable > 10'000);
}
