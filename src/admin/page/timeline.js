// Everything that happened to a lead, as one list from the oldest on: how it was received, what was tried,
// what people did.
//
// Pure. An entry is {at, kind, destination, ...} with, by kind: `attempts` (those in a row to one destination
// that showed the same), `revision`, or `audit` (rows of the same order).
const kSameOrderMs = 1500;

function attemptsOf(lead) {
  return (lead.deliveries ?? []).flatMap((delivery) =>
    (delivery.attempts ?? []).map((attempt) => ({
      at: attempt.started_at,
      kind: 'attempts',
      destination: delivery.destination,
      attempts: [attempt],
    })),
  );
}

function revisionsOf(lead) {
  return (lead.revisions ?? []).map((revision) => ({
    at: revision.at,
    kind: 'revision',
    destination: null,
    revision,
  }));
}

// A revision is told with what it changed, so its audit row adds nothing.
function auditOf(lead) {
  return (lead.audit ?? [])
    .filter((row) => row.action !== 'revise')
    .map((row) => ({ at: row.at, kind: 'audit', destination: row.destination, audit: [row] }));
}

function sameAttempts(one, other) {
  const [first] = one.attempts;
  const [second] = other.attempts;
  return (
    one.destination === other.destination &&
    first.outcome === second.outcome &&
    first.http_status === second.http_status &&
    first.detail === second.detail
  );
}

function sameOrder(one, other) {
  const [first] = one.audit;
  const [second] = other.audit;
  if (first.action !== second.action || first.actor !== second.actor || first.reason !== second.reason)
    return false;
  // Looking again and again tells nothing new; an order that is given again does.
  return first.action === 'reveal' || Math.abs(new Date(second.at) - new Date(first.at)) < kSameOrderMs;
}

// Puts like neighbours together: ten time-outs in a row are one entry that tells all ten.
function fold(entries) {
  const folded = [];
  for (const entry of entries) {
    const last = folded.at(-1);
    if (last?.kind === 'attempts' && entry.kind === 'attempts' && sameAttempts(last, entry)) {
      last.attempts.push(...entry.attempts);
    } else if (last?.kind === 'audit' && entry.kind === 'audit' && sameOrder(last, entry)) {
      last.audit.push(...entry.audit);
    } else {
      folded.push(entry);
    }
  }
  return folded;
}

export function timelineOf(lead) {
  const received = { at: lead.received_at, kind: 'received', destination: null };
  const later = [...attemptsOf(lead), ...revisionsOf(lead), ...auditOf(lead)];
  // Equal times keep the order above; they are RFC 3339 in UTC with milliseconds, so text order is time order.
  later.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  return fold([received, ...later]);
}
