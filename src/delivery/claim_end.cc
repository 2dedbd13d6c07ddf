#include "delivery/claim_end.h"

#include <utility>
#include <variant>

#include "base/log.h"

namespace leadspool::delivery {
namespace {

using outbox::Failure;
using FinishAnswer = std::variant<outbox::Finished, outbox::LostClaim>;
using FinishResult = outbox::OrFailure<FinishAnswer>;

// Between two tries to store an outcome that a broken store refused.
constexpr Milliseconds kStorePause{1'000};

}  // namespace

Task<void> store_outcome(const Surroundings& around, const outbox::Claim& claim, const Transition& transition,
                         const Attempt& attempt, const std::string& remote_id) {
  for (;;) {
    auto begin = [&](auto done) {
      around.claims.finish(claim, transition, attempt, remote_id, around.clock.now(),
                           around.inbox.forward(std::move(done)));
    };
    Callback<FinishResult> finishing{begin};
    const auto result = co_await finishing;
    const auto* failure = std::get_if<Failure>(&result);
    if (failure == nullptr) {
      // A lost claim is what a commit leaves that took place though we were told it failed.
      if (std::holds_alternative<outbox::LostClaim>(std::get<FinishAnswer>(result))) {
        log_warn("claim_lost", {{"lead", to_string(claim.lead.id)}, {"destination", claim.destination}});
      }
      co_return;
    }
    log_error("outcome_not_stored", {{"lead", to_string(claim.lead.id)}, {"why", failure->detail}});
    auto pausing = around.inbox.pause(kStorePause);
    co_await pausing;
  }
}

Task<void> give_back(const Surroundings& around, std::int64_t claim_id, std::optional<std::int64_t> only,
                     std::string reason) {
  auto unclaim = [&](auto done) {
    around.claims.unclaim(claim_id, only, reason, around.clock.now(), std::move(done));
  };
  auto unclaiming = around.inbox.until_stored(unclaim);
  co_await unclaiming;
}

void give_back_at_last(outbox::Claims& claims, const outbox::Claim& claim, Time now) {
  claims.unclaim(claim.claim_id, claim.delivery_id, "shutdown", now,
                 [id = to_string(claim.lead.id)](const outbox::CommitResult& result) {
                   if (result) log_error("not_given_back", {{"lead", id}, {"why", result->detail}});
                 });
}

}  // namespace leadspool::delivery
