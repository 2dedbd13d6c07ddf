#include "lead/lead_source.h"

#include <utility>

#include "base/text.h"

namespace leadspool {
namespace {

// What stands before and after the first `separator`; without one, all of it is before.
std::pair<std::string_view, std::string_view> split_at_first(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {trimmed(text), {}};
  return {trimmed(text.substr(0, at)), trimmed(text.substr(at + 1))};
}

}  // namespace

LeadSourcePieces split_lead_source(std::string_view lead_source) {
  const auto [origin, product] = split_at_first(lead_source, '|');
  const auto [source, action] = split_at_first(origin, '-');
  // Ids of publishers have no dot, ids of offers may.
  const auto [first, rest] = split_at_first(product, '.');
  if (product.find('.') == std::string_view::npos) return {source, action, {}, product};
  return {source, action, first, rest};
}

void follow_lead_source(LeadFields& fields, std::string_view before) {
  const auto old_pieces = split_lead_source(before);
  const auto new_pieces = split_lead_source(fields.lead_source);
  const auto follow = [](std::string& field, std::string_view old_piece, std::string_view new_piece) {
    if (field.empty() || field == old_piece) field = new_piece;
  };
  follow(fields.publisher, old_pieces.publisher, new_pieces.publisher);
  follow(fields.offer_id, old_pieces.offer, new_pieces.offer);
  follow(fields.action_code, old_pieces.action, new_pieces.action);
}

}  // namespace leadspool
