// Leads as CSV (RFC 4180, UTF-8, CRLF): a header row, and a row for each lead.
//
// Spreadsheets take a cell that begins with = + - @, a tabulator or a carriage return for a formula, and what
// strangers write must not run on an operator's machine: such a cell begins with an apostrophe.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "outbox/reader.h"

namespace leadspool::admin {

[[nodiscard]] std::string csv_header();
[[nodiscard]] std::string csv_row(const outbox::LeadView& lead);

}  // namespace leadspool::admin
