// Our own secrets in what others send us: a gateway that shows people what it was sent repeats them.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"

namespace leadspool::connector {

inline constexpr std::string_view kMask = "***";

// Puts kMask in the place of `secret`, wherever it stands in `text`. An empty one is nowhere.
void hide(std::string_view secret, std::string& text);

// The same in the body and the headers of an answer, also where JSON has escaped its slashes. One of fewer
// than 8 characters stays, as it may be any word.
void hide(const std::vector<std::string>& secrets, http::ClientResult& result);

}  // namespace leadspool::connector
