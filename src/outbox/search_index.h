// The words of leads in the search index (`lead_search`): how they get in, and how they get out again.
//
// The index holds no text, so a lead can be taken out of it only with exactly the text that it was put in
// with: LEADSPOOL_SEARCH_TEXT of its row. Whatever changes that text calls unindex_lead() before and
// reindex_lead() after, in the same change. Leads beyond search_progress.indexed_to are not in it yet, and
// both leave those alone.
//
// Taken out, a lead is not found any more, but its words lie in older parts of the index until those were
// rewritten: owe_purge() notes that this is owed, and purge_step() does it in portions.
//
// Thread-safety: the committer's thread. Errors: SQLite::Exception.
#pragma once

#include <cstdint>

namespace leadspool::outbox {

class Connection;

// What of a lead can be searched, as one text: the fields of its latest revision, then the body it is
// delivered with. Of a table `lead` in the query; with lead_row.h, whose fields a test holds it to.
#define LEADSPOOL_SEARCH_TEXT                                                                               \
  "lead.first_name || ' ' || lead.last_name || ' ' || lead.email || ' ' || lead.phone || ' ' || "           \
  "lead.country || ' ' || lead.company || ' ' || lead.title || ' ' || lead.offer_title || ' ' || "          \
  "lead.lead_source || ' ' || lead.publisher || ' ' || lead.offer_id || ' ' || lead.action_code || ' ' || " \
  "lead.description || ' ' || CAST(" LEADSPOOL_PAYLOAD_COLUMN " AS TEXT)"

// What search_progress.purge says of words that ought to be gone, and of the log and the pages' unused space,
// which may hold copies of them.
enum class Purge {
  none = 0,     // nothing is owed
  owed = 1,     // the index is to be rewritten
  running = 2,  // the index is being rewritten
  wipe = 3,     // the index is clean; the log and the unused space are to be wiped (unused_space.h)
};

// Puts in the next leads that are not in it yet, some tens of milliseconds' worth. False: there were none.
bool index_next_leads(Connection& connection);

void unindex_lead(Connection& connection, std::int64_t lead_number);
void reindex_lead(Connection& connection, std::int64_t lead_number);

[[nodiscard]] Purge purge_state(Connection& connection);
void set_purge(Connection& connection, Purge purge);
inline void owe_purge(Connection& connection) { set_purge(connection, Purge::owed); }

// Rewrites a portion of the index, where that is owed. False: it is not, or this was the last one.
bool purge_step(Connection& connection);

}  // namespace leadspool::outbox
