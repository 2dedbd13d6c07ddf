#include "connector/draft.h"

#include <utility>

namespace leadspool::connector {

RequestPreview preview_of(Draft draft, const std::vector<http::Header>& masked) {
  RequestPreview preview;
  preview.method = std::move(draft.request.method);
  preview.url = std::move(draft.request.url);
  preview.headers = std::move(draft.request.headers);
  preview.headers.insert(preview.headers.end(), masked.begin(), masked.end());
  preview.body = std::move(draft.request.body);
  preview.cuts = std::move(draft.cuts);
  if (draft.rejection) preview.rejected_because = std::move(draft.rejection->detail);
  return preview;
}

}  // namespace leadspool::connector
