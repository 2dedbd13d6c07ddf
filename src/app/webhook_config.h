// What the reader of a webhook shares with those of other types.
#pragma once

#include "app/config_section.h"
#include "connector/webhook.h"

namespace leadspool::app {

// `on_ambiguous`: what follows when a lead was sent, but no answer came.
[[nodiscard]] connector::WebhookOptions::OnAmbiguous read_on_ambiguous(ConfigSection& section);

}  // namespace leadspool::app
