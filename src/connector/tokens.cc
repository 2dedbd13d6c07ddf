#include "connector/tokens.h"

#include <algorithm>
#include <utility>

namespace leadspool::connector {
namespace {

// Long enough for those who come right after a refusal, short enough for a person who has just mended it.
constexpr Milliseconds kRefusalHolds = std::chrono::seconds{2};
constexpr Milliseconds kLongestMargin = std::chrono::minutes{5};

}  // namespace

// That a fetch is under way; ends also when its coroutine is destroyed, with all who wait for it.
class Auth::Tokens::Fetching {
 public:
  explicit Fetching(Tokens& tokens) : tokens_(tokens) { tokens_.fetching_ = true; }
  Fetching(const Fetching&) = delete;
  Fetching& operator=(const Fetching&) = delete;
  ~Fetching() {
    if (ended_) return;
    tokens_.fetching_ = false;
    tokens_.waiting_.clear();
  }

  void end(const Result& result) {
    ended_ = true;
    tokens_.fetching_ = false;
    // Who is woken may ask for another token and wait again.
    const auto waiting = std::exchange(tokens_.waiting_, {});
    for (const auto& done : waiting) done(result);
  }

 private:
  Tokens& tokens_;
  bool ended_ = false;
};

Task<Auth::Tokens::Result> Auth::Tokens::get(http::Client& client) {
  if (auto result = known()) co_return std::move(*result);
  if (fetching_) {
    Callback<Result> fetched{[this](auto done) { waiting_.push_back(std::move(done)); }};
    Result result = co_await fetched;
    co_return result;
  }
  Fetching fetching(*this);
  auto fetched = fetch(client);
  Result result = co_await fetched;
  fetching.end(result);
  co_return result;
}

void Auth::Tokens::refused(std::uint64_t number) {
  if (!token_ || token_->number != number) return;
  token_.reset();
  if (options_.client_secret.read_again()) refusal_.reset();
}

// What needs no fetch: a token that is fresh, or a refusal that was heard a moment ago.
std::optional<Auth::Tokens::Result> Auth::Tokens::known() {
  const SteadyTime now = clock_.steady_now();
  if (token_ && now < token_->renew_at) return *token_;
  if (fetching_ || !refusal_ || now >= refusal_holds_until_) return std::nullopt;
  if (options_.client_secret.read_again()) return std::nullopt;
  if (token_ && now < token_->lapses_at) return *token_;
  return *refusal_;
}

Task<Auth::Tokens::Result> Auth::Tokens::fetch(http::Client& client) {
  auto asking = ask(client);
  Result result = co_await asking;
  const auto* failure = std::get_if<AttemptOutcome>(&result);
  if (failure && failure->outcome == Outcome::misconfigured && options_.client_secret.read_again()) {
    auto asking_again = ask(client);
    result = co_await asking_again;
    failure = std::get_if<AttemptOutcome>(&result);
  }
  refusal_.reset();
  if (!failure) {
    token_ = std::get<Token>(result);
    co_return result;
  }
  const SteadyTime now = clock_.steady_now();
  if (failure->outcome == Outcome::misconfigured) {
    refusal_ = *failure;
    refusal_holds_until_ = now + kRefusalHolds;
  }
  // One that has not lapsed may do for another while.
  if (token_ && now < token_->lapses_at) co_return *token_;
  co_return result;
}

Task<Auth::Tokens::Result> Auth::Tokens::ask(http::Client& client) {
  // Its life began at the latest when it was asked for.
  const SteadyTime asked_at = clock_.steady_now();
  auto sending = client.send(token_request(options_));
  const http::ClientResult result = co_await sending;
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  auto fetched = answer ? read_token(*answer) : std::nullopt;
  if (!fetched) co_return classify_token_answer(result, options_, clock_.now());
  Token token{std::move(fetched->text), ++fetches_, SteadyTime::max(), SteadyTime::max()};
  if (fetched->life) {
    token.lapses_at = asked_at + *fetched->life;
    token.renew_at = token.lapses_at - std::min(kLongestMargin, *fetched->life / 10);
  }
  co_return token;
}

}  // namespace leadspool::connector
