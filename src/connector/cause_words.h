// What stands at the start of a text: how many bytes of it are of a kind, 0 if it is none. For cause.cc.
//
// Thread-safety: pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace leadspool::connector {

// Part of a word, by itself: a letter (of any script), a digit, or one of _ @ . + -
[[nodiscard]] bool is_word(char c);

[[nodiscard]] std::size_t url_length(std::string_view text);

// "3.14", "-12,000", "(617) 555", "2026-11-21T09:30:00Z", "192.0.2.1:443", "3012ms", "2001:db8::1".
[[nodiscard]] std::size_t number_length(std::string_view text);

// A record's or request's id: a GUID, hexadecimal, base64, also with a prefix or as a file's name. No code of
// an error.
[[nodiscard]] std::size_t id_length(std::string_view text);

// A run of word characters without the full stop or dash at its end, which belongs to the sentence; all of an
// e-mail address.
[[nodiscard]] std::size_t word_length(std::string_view text);

// Of a text that opens with a quotation mark, up to and with the one that closes it, where that ends a word.
[[nodiscard]] std::size_t quoted_length(std::string_view text);
// How long the mark itself is.
[[nodiscard]] std::size_t quote_length(std::string_view text);

// What a word is replaced by; the word itself when it stays.
[[nodiscard]] std::string_view stand_in(std::string_view word);

// Names a month, a day of the week, a time zone or a half of the day: part of a moment beside a number.
[[nodiscard]] bool is_part_of_moment(std::string_view word);

// Only letters, digits and the signs that names of fields are made of.
[[nodiscard]] bool is_identifier(std::string_view text);

// Looks like a name or code that a programmer chose: last_name, INVALID_EMAIL, LeadKey__c.
[[nodiscard]] bool is_programmers_name(std::string_view text);

// "field" and other words beside which a quoted identifier is the name of one.
[[nodiscard]] bool announces_field(std::string_view word);

}  // namespace leadspool::connector
