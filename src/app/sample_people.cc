#include "app/sample_people.h"

#include <cstddef>
#include <numeric>
#include <string_view>

#include "base/text.h"

namespace leadspool::app {
namespace {

constexpr std::string_view kFirstNames[] = {
    "Ada",   "Bruno",  "Chiara", "Diego",     "Emma",  "Farid",     "Grace", "Hiroshi", "Ines",  "Jakub",
    "Kavya", "Liam",   "Maria",  "Noah",      "Olga",  "Pedro",     "Qiang", "Rosa",    "Samir", "Tove",
    "Uma",   "Viktor", "Wanda",  "Ximena",    "Yusuf", "Zofia",     "Anika", "Ben",     "Carla", "Dmitri",
    "Elif",  "Fatima", "Goran",  "Anne-Lise", "Ivo",   "Jean Paul", "Kofi"};

constexpr std::string_view kLastNames[] = {
    "Almeida",  "Bauer",  "Castillo", "Dubois",       "Eriksson", "Fischer", "Garcia", "Haddad", "Ivanova",
    "Jensen",   "Kumar",  "Larsson",  "Moreau",       "Novak",    "O'Brien", "Park",   "Quinn",  "Rossi",
    "Silva",    "Tanaka", "Ueda",     "van den Berg", "Weber",    "Xu",      "Yilmaz", "Zhang",  "Andersson",
    "Bianchi",  "Costa",  "Diallo",   "Evans",        "Ferreira", "Gupta",   "Horvat", "Ito",    "Jones",
    "Kowalski", "Lopez",  "Mbeki",    "Smith-Jones",  "Nguyen"};

constexpr std::string_view kCompanies[] = {"Contoso",
                                           "Fabrikam, Inc.",
                                           "Northwind Traders",
                                           "Adventure Works",
                                           "Wingtip Toys",
                                           "Tailspin Toys",
                                           "Woodgrove Bank",
                                           "Litware, Inc.",
                                           "Proseware, Inc.",
                                           "Lucerne Publishing",
                                           "Margie's Travel",
                                           "Fourth Coffee",
                                           "Coho Winery",
                                           "Blue Yonder Airlines",
                                           "Alpine Ski House",
                                           "City Power & Light",
                                           "Consolidated Messenger",
                                           "Graphic Design Institute",
                                           "Humongous Insurance",
                                           "School of Fine Art",
                                           "Trey Research",
                                           "The Phone Company",
                                           "Wide World Importers",
                                           "Southridge Video",
                                           "A. Datum Corporation",
                                           "Bellows College",
                                           "Lamna Healthcare",
                                           "VanArsdel, Ltd.",
                                           "Relecloud"};

// So that a first name, a last name and a company meet again only after the product of the three.
static_assert(std::gcd(std::size(kFirstNames), std::size(kLastNames)) == 1 &&
              std::gcd(std::size(kFirstNames), std::size(kCompanies)) == 1 &&
              std::gcd(std::size(kLastNames), std::size(kCompanies)) == 1);

struct Country {
  std::string_view name;  // as people write it
  std::string_view dialled;
};

constexpr Country kCountries[] = {
    {"US", "1"},      {"Germany", "49"}, {"USA", "1"},       {"United Kingdom", "44"}, {"BR", "55"},
    {"India", "91"},  {"FR", "33"},      {"Japan", "81"},    {"Poland", "48"},         {"South Africa", "27"},
    {"Turkey", "90"}, {"CA", "1"},       {"Australia", "61"}};

constexpr std::string_view kTitles[] = {"CTO",           "Head of IT", "Procurement", "",
                                        "Data Engineer", "CEO",        "Consultant"};

struct Offer {
  std::string_view title;
  std::string_view id;  // with the publisher's
};

constexpr Offer kOffers[] = {
    {"Contoso Analytics", "contoso.contoso-analytics"},
    {"Contoso Analytics (Preview)", "contoso.contoso-analytics.v2"},
    {"Contoso VM 2022 - Bring Your Own License", "contoso.contoso-vm-2022-byol"},
    {"Contoso Connect for Dynamics 365", "contoso.3701c77e-1cfa-4c56-91e6-3ed0b622145a"},
    {"Cloud Readiness: 4-Week Assessment", "contoso-consulting.readiness-4wk"}};

struct Way {
  std::string_view source;
  std::string_view action;
};

constexpr Way kWays[] = {{"AzureMarketplace", "INS"}, {"AppSource (SPZA)", "PLT"},
                         {"AzurePortal", "Create"},   {"AzureMarketplace", "StartTestDrive"},
                         {"AppSource (SPZA)", "INS"}, {"SPZA", "PLT"}};

constexpr std::string_view kNotes[] = {"Campaigns: ",
                                       "Please call me next week.\nWe run 40 sites.",
                                       " ",
                                       "",
                                       "What would it cost for 25 people?",
                                       "Campaigns: spring-2026",
                                       "We are on \"version 1\" and want to move.",
                                       "Do you speak Portuguese?"};

template <typename T, std::size_t size>
constexpr const T& pick(const T (&table)[size], std::size_t index) {
  return table[index % size];
}

std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : to_lower(text)) {
    if (c >= 'a' && c <= 'z') letters += c;
  }
  return letters;
}

std::string phone_number(std::string_view dialled, std::size_t index) {
  const auto digits = std::to_string(10'000'000 + index);
  return "+" + std::string(dialled) + " 555 " + digits.substr(1, 3) + " " + digits.substr(4);
}

}  // namespace

LeadFields sample_person(int number) {
  const auto index = static_cast<std::size_t>(number - 1);
  const auto& country = pick(kCountries, index);
  const auto& offer = pick(kOffers, index);
  const auto& way = pick(kWays, index);
  LeadFields fields;
  fields.first_name = pick(kFirstNames, index);
  fields.last_name = pick(kLastNames, index);
  fields.company = pick(kCompanies, index);
  fields.email = letters_of(fields.first_name) + "." + letters_of(fields.last_name) + "@" +
                 letters_of(fields.company) + ".example";
  fields.phone = phone_number(country.dialled, index);
  fields.country = country.name;
  fields.title = pick(kTitles, index);
  fields.lead_source = std::string(way.source) + "-" + std::string(way.action) + "|" + std::string(offer.id);
  fields.action_code = way.action;
  fields.offer_title = offer.title;
  fields.description = pick(kNotes, index);
  return fields;
}

}  // namespace leadspool::app
