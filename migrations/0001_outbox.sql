-- The outbox: leads, their deliveries, the attempts at those, and what people changed.
--
-- Moments are milliseconds since 1970-01-01T00:00:00Z. Every rule that a row can break on its own is a CHECK;
-- every rule about how a row may change is a trigger, so that not even a stray sqlite3 shell can make
-- history that never happened. The state machine is the one of src/lead/transition.h.

CREATE TABLE lead (
  -- Order of acceptance, never reused: a gap would show a lead that went missing.
  number             INTEGER PRIMARY KEY AUTOINCREMENT,
  id                 BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  received_at        INTEGER NOT NULL,
  source             TEXT NOT NULL CHECK (source <> ''),
  disposition        TEXT NOT NULL CHECK (disposition IN
                       ('deliver', 'test', 'do_not_contact', 'duplicate', 'probe', 'quarantined')),
  disposition_reason TEXT NOT NULL DEFAULT '',
  duplicate_of       BLOB CHECK (duplicate_of IS NULL OR length(duplicate_of) = 16),
  -- Of the normalised fields, to find duplicates; absent where there is nothing to compare.
  content_sha256     BLOB CHECK (content_sha256 IS NULL OR length(content_sha256) = 32),
  -- The sender's own key for the request, where it has one.
  idempotency_key    TEXT CHECK (idempotency_key <> ''),

  first_name         TEXT NOT NULL DEFAULT '',
  last_name          TEXT NOT NULL DEFAULT '',
  email              TEXT NOT NULL DEFAULT '',
  phone              TEXT NOT NULL DEFAULT '',
  country            TEXT NOT NULL DEFAULT '',
  company            TEXT NOT NULL DEFAULT '',
  title              TEXT NOT NULL DEFAULT '',
  offer_title        TEXT NOT NULL DEFAULT '',
  lead_source        TEXT NOT NULL DEFAULT '',
  publisher          TEXT NOT NULL DEFAULT '',
  offer_id           TEXT NOT NULL DEFAULT '',
  action_code        TEXT NOT NULL DEFAULT '',
  description        TEXT NOT NULL DEFAULT '',

  remote_address     TEXT NOT NULL,
  headers_json       TEXT NOT NULL CHECK (json_valid(headers_json)),
  payload_sha256     BLOB NOT NULL CHECK (length(payload_sha256) = 32),
  payload            BLOB NOT NULL,

  CHECK ((disposition = 'duplicate') = (duplicate_of IS NOT NULL)),
  CHECK ((disposition = 'deliver') = (disposition_reason = ''))
) STRICT;

CREATE INDEX lead_by_source ON lead (source, number);
CREATE UNIQUE INDEX lead_by_idempotency_key ON lead (source, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TRIGGER lead_stays_as_received
BEFORE UPDATE OF number, id, received_at, source, payload, payload_sha256, headers_json, remote_address ON lead
BEGIN
  SELECT RAISE(ABORT, 'a lead never changes after it was accepted');
END;

CREATE TABLE delivery (
  id            INTEGER PRIMARY KEY,
  lead_number   INTEGER NOT NULL REFERENCES lead (number),
  destination   TEXT NOT NULL CHECK (destination <> ''),
  state         TEXT NOT NULL CHECK (state IN ('pending', 'claimed', 'delivered', 'dead', 'held', 'discarded')),
  state_since   INTEGER NOT NULL,
  due_at        INTEGER,
  claim_id      INTEGER,
  lease_until   INTEGER,
  -- attempt_count is the history's length; tries and budget_spent start again with each redrive.
  attempt_count INTEGER NOT NULL DEFAULT 0,
  tries         INTEGER NOT NULL DEFAULT 0,
  budget_spent  INTEGER NOT NULL DEFAULT 0,
  held_reason   TEXT,
  cause         TEXT,
  remote_id     TEXT,

  UNIQUE (lead_number, destination),
  CHECK (0 <= budget_spent AND budget_spent <= tries AND tries <= attempt_count),
  CHECK ((state = 'pending') = (due_at IS NOT NULL)),
  CHECK ((state = 'claimed') = (claim_id IS NOT NULL)),
  CHECK ((claim_id IS NULL) = (lease_until IS NULL)),
  CHECK (state <> 'held' OR held_reason IS NOT NULL),
  CHECK (held_reason IS NULL OR (held_reason <> '' AND state IN ('held', 'discarded'))),
  CHECK (state <> 'dead' OR cause IS NOT NULL),
  CHECK (cause IS NULL OR (cause <> '' AND state IN ('dead', 'discarded'))),
  CHECK (remote_id IS NULL OR state = 'delivered')
) STRICT;

CREATE INDEX delivery_due ON delivery (destination, due_at) WHERE state = 'pending';
CREATE INDEX delivery_by_state ON delivery (state, lead_number);
CREATE INDEX delivery_by_cause ON delivery (destination, cause, state_since) WHERE state = 'dead';

CREATE TRIGGER delivery_starts_pending_or_held
BEFORE INSERT ON delivery
WHEN NEW.state NOT IN ('pending', 'held') OR NEW.attempt_count <> 0
BEGIN
  SELECT RAISE(ABORT, 'a delivery starts pending or held');
END;

CREATE TRIGGER delivery_changes_state_by_a_named_transition
BEFORE UPDATE OF state ON delivery
WHEN NOT CASE OLD.state
  WHEN 'pending' THEN NEW.state IN ('claimed', 'discarded')
  WHEN 'claimed' THEN NEW.state IN ('pending', 'delivered', 'dead')
  WHEN 'held'    THEN NEW.state IN ('pending', 'discarded')
  WHEN 'dead'    THEN NEW.state IN ('pending', 'discarded')
  ELSE 0
END
BEGIN
  SELECT RAISE(ABORT, 'no transition leads there');
END;

CREATE TRIGGER delivery_history_never_shrinks
BEFORE UPDATE OF attempt_count, lead_number, destination ON delivery
WHEN NEW.attempt_count < OLD.attempt_count OR NEW.lead_number <> OLD.lead_number
  OR NEW.destination <> OLD.destination
BEGIN
  SELECT RAISE(ABORT, 'attempts never fall');
END;

CREATE TABLE attempt (
  delivery_id    INTEGER NOT NULL REFERENCES delivery (id),
  number         INTEGER NOT NULL CHECK (number >= 1),
  started_at     INTEGER NOT NULL,
  duration_ms    INTEGER NOT NULL CHECK (duration_ms >= 0),
  outcome        TEXT NOT NULL CHECK (outcome IN
                   ('delivered', 'rejected', 'unavailable', 'misconfigured', 'ambiguous', 'interrupted')),
  counted        INTEGER NOT NULL CHECK (counted IN (0, 1)),
  http_status    INTEGER CHECK (http_status BETWEEN 100 AND 599),
  detail         TEXT NOT NULL,
  answer_excerpt TEXT NOT NULL,
  PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER attempt_is_never_changed BEFORE UPDATE ON attempt
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

CREATE TRIGGER attempt_is_never_removed BEFORE DELETE ON attempt
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

-- What was changed other than by an attempt: who, when, why.
CREATE TABLE audit (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  at          INTEGER NOT NULL,
  actor       TEXT NOT NULL CHECK (actor <> ''),
  action      TEXT NOT NULL CHECK (action <> ''),
  lead_number INTEGER REFERENCES lead (number),
  destination TEXT,
  reason      TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX audit_by_lead ON audit (lead_number) WHERE lead_number IS NOT NULL;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;
