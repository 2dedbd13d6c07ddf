#include "outbox/lead_list.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/delivery_views.h"
#include "outbox/lead_row.h"
#include "outbox/received_numbers.h"
#include "outbox/sought_leads.h"

namespace leadspool::outbox {
namespace {

// Leads looked at for one page: some milliseconds' worth.
constexpr int kMostLooks = 2'000;
// Candidates asked for at once when the first few were not enough.
constexpr int kAtOnce = 500;

// One lead, if the filters let it pass. What is not bound lets everything pass.
constexpr const char* kLook =
    "SELECT lead.unrouted, lead.erased_at, " LEADSPOOL_LEAD_COLUMNS
    " FROM lead WHERE lead.number = :number "
    "  AND (:source IS NULL OR lead.source = :source) "
    "  AND (:disposition IS NULL OR lead.disposition = :disposition) "
    "  AND (:from IS NULL OR lead.received_at >= :from) "
    "  AND (:to IS NULL OR lead.received_at < :to) "
    "  AND (:unrouted IS NULL OR lead.unrouted = :unrouted) "
    "  AND (:email IS NULL OR substr(lower(lead.email), 1, length(:email)) = :email) "
    "  AND (:domain IS NULL OR substr(lower(lead.email), -length(:domain)) = :domain) "
    "  AND (coalesce(:state, :destination, :cause) IS NULL OR EXISTS ("
    "    SELECT 1 FROM delivery WHERE delivery.lead_number = lead.number "
    "      AND (:destination IS NULL OR delivery.destination = :destination) "
    "      AND (:state IS NULL OR delivery.state = :state) "
    "      AND (:cause IS NULL OR delivery.cause = :cause)))";

void bind_search(SQLite::Statement& look, const LeadSearch& search) {
  if (const auto* email = std::get_if<EmailSearch>(&search)) look.bind(":email", email->beginning);
  if (const auto* domain = std::get_if<DomainSearch>(&search)) look.bind(":domain", "@" + domain->domain);
}

void bind_filter(SQLite::Statement& look, const LeadFilter& filter) {
  if (filter.state) look.bind(":state", std::string(to_string(*filter.state)));
  if (filter.destination) look.bind(":destination", *filter.destination);
  if (filter.cause) look.bind(":cause", *filter.cause);
  if (filter.source) look.bind(":source", *filter.source);
  if (filter.disposition) look.bind(":disposition", std::string(to_string(*filter.disposition)));
  if (filter.from) look.bind(":from", to_unix_ms(*filter.from));
  if (filter.to) look.bind(":to", to_unix_ms(*filter.to));
  if (filter.unrouted) look.bind(":unrouted", 1);
  if (filter.search) bind_search(look, *filter.search);
}

// `look` is kLook with its filter bound.
std::optional<LeadView> look_at(SQLite::Statement& look, std::int64_t number) {
  look.reset();
  look.bind(":number", number);
  if (!look.executeStep()) return std::nullopt;
  LeadView view;
  view.unrouted = look.getColumn(0).getInt() == 1;
  view.erased_at = read_optional_time(look, 1);
  view.lead = read_lead(look, 2);
  return view;
}

}  // namespace

LeadPage list_leads(Connection& connection, LeadFilter filter, int limit, std::int64_t before) {
  if (filter.cause && !filter.state) filter.state = State::dead;
  const auto range = numbers_received(connection, filter.from, filter.to);
  SoughtLeads sought(connection, filter);
  auto look = connection.use(kLook);
  bind_filter(*look, filter);

  LeadPage page;
  auto next = std::min(before, range.last < before ? range.last + 1 : before);
  // One more than asked for tells whether there is a next page.
  int at_once = limit + 1;
  for (int looks = 0; looks < kMostLooks;) {
    const int count = std::min(at_once, kMostLooks - looks);
    const auto candidates = sought.next(next, count);
    for (const auto number : candidates) {
      if (number < range.first) return page;
      auto view = look_at(*look, number);
      if (view && sought.has_words(number)) {
        if (static_cast<int>(page.leads.size()) == limit) {
          page.next_before = next;
          return page;
        }
        view->deliveries = read_deliveries(connection, number, false);
        page.leads.push_back(std::move(*view));
      }
      next = number;
    }
    if (static_cast<int>(candidates.size()) < count) return page;
    looks += count;
    at_once = kAtOnce;
  }
  page.next_before = next;
  return page;
}

}  // namespace leadspool::outbox
