// Bodies that are not JSON.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connector/mapping.h"
#include "connector/template.h"

namespace leadspool::connector {

// The targets of a rendered mapping as application/x-www-form-urlencoded
// (https://url.spec.whatwg.org/#urlencoded-serializing), dotted ones under their whole name. Of an array each
// element has a pair of its own, a table is its JSON; what is null or empty is left out.
[[nodiscard]] std::string form_body(const std::vector<std::string>& targets,
                                    const std::string& rendered_json);

// How a value is written into a text of that content type: into XML and HTML with entities and without the
// control characters that XML forbids, into JSON as within quotes, into a form percent-encoded. nullptr: as
// it is.
[[nodiscard]] Template::Encode encoding_for(std::string_view content_type);

}  // namespace leadspool::connector
