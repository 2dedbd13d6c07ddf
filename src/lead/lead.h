// A lead: one person's request, as received. Its payload never changes after it was accepted.
//
// The names in kLeadFields are the contract: the JSON of the API and of the default webhook mapping, the
// fields of a mapping and the columns of the outbox all use exactly these.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/time.h"
#include "base/uuid.h"

namespace leadspool {

// What the receiver decided about a lead.
enum class Disposition { deliver, test, do_not_contact, duplicate, probe, quarantined };

inline constexpr Disposition kDispositions[] = {Disposition::deliver,        Disposition::test,
                                                Disposition::do_not_contact, Disposition::duplicate,
                                                Disposition::probe,          Disposition::quarantined};

[[nodiscard]] std::string_view to_string(Disposition disposition);
[[nodiscard]] std::optional<Disposition> parse_disposition(std::string_view text);

// The readable part of a lead, as text. Empty means absent or blank: the marketplace does not tell the two
// apart in any way that matters ("Not all the data is always available for each lead", its documentation).
struct LeadFields {
  std::string first_name;
  std::string last_name;
  std::string email;
  std::string phone;
  std::string country;
  std::string company;
  std::string title;
  std::string offer_title;
  std::string lead_source;  // as received, whole
  std::string publisher;    // the pieces of lead_source
  std::string offer_id;
  std::string action_code;
  std::string description;

  bool operator==(const LeadFields&) const = default;
};

struct LeadField {
  std::string_view name;          // in our JSON, config and columns
  std::string_view payload_name;  // in the marketplace's JSON; empty for a field that is derived
  bool in_user_details;           // stands under "UserDetails" there
  std::string LeadFields::* member;
};

inline constexpr std::array<LeadField, 13> kLeadFields{{
    {"first_name", "FirstName", true, &LeadFields::first_name},
    {"last_name", "LastName", true, &LeadFields::last_name},
    {"email", "Email", true, &LeadFields::email},
    {"phone", "Phone", true, &LeadFields::phone},
    {"country", "Country", true, &LeadFields::country},
    {"company", "Company", true, &LeadFields::company},
    {"title", "Title", true, &LeadFields::title},
    {"offer_title", "OfferTitle", false, &LeadFields::offer_title},
    {"lead_source", "LeadSource", false, &LeadFields::lead_source},
    {"publisher", "", false, &LeadFields::publisher},
    {"offer_id", "", false, &LeadFields::offer_id},
    {"action_code", "ActionCode", false, &LeadFields::action_code},
    {"description", "Description", false, &LeadFields::description},
}};

// The field that `name` means, by our name or the marketplace's, in any case; nullptr if none.
[[nodiscard]] const LeadField* find_lead_field(std::string_view name);

struct Lead {
  Uuid id;
  Time received_at;
  std::string source;
  Disposition disposition = Disposition::deliver;
  std::string disposition_reason;  // empty for `deliver`
  std::optional<Uuid> duplicate_of;
  LeadFields fields;
};

// A lead with the body it came in, or the one that a person brought since: what a connector is given. The
// body may be anything, also compressed.
struct LeadWithPayload : Lead {
  std::string payload;
};

// How a lead came in: kept whole, because the sender is barely documented.
struct Receipt {
  std::string payload;  // the body, byte for byte
  Sha256 payload_sha256{};
  std::string headers_json;  // an object of name to text, without anything that carries a key
  std::string remote_address;
};

}  // namespace leadspool
