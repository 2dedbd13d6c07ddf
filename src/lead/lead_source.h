// The pieces of LeadSource, the one place in a lead that names the offer:
//
//   AppSource (SPZA)-PLT|contoso.contoso-analytics.v2        source - action | publisher . offer
//
// as the marketplace documents it (learn.microsoft.com, "Customer leads from your commercial marketplace
// offer": "Source-Action|Offer", the offer being publisherid.offerid). Any piece may be missing: the
// documentation's own sample has a plain "AzureMarketplace", and test leads have an offer's name after the
// pipe.
//
// Thread-safety: pure.
#pragma once

#include <string_view>

#include "lead/lead.h"

namespace leadspool {

// Views into the text that was read; trimmed; empty where missing.
struct LeadSourcePieces {
  std::string_view source;
  std::string_view action;
  std::string_view publisher;
  std::string_view offer;  // the offer's id, or what stands after the pipe when that has no dot
};

[[nodiscard]] LeadSourcePieces split_lead_source(std::string_view lead_source);

// Takes publisher, offer_id and action_code from the fields' lead_source, as far as they do not stand for
// themselves: where they are empty, or say what `before` says, the lead_source until now.
void follow_lead_source(LeadFields& fields, std::string_view before);

}  // namespace leadspool
