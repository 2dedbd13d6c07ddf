-- Looking at a million leads, and forgetting single ones: counts that are kept as they change, search, erasing,
-- retention.

-- Counting -----------------------------------------------------------------------------------------------------
-- Whoever asks how many there are must not look through all of them. Triggers keep the counts, so no door can
-- forget to.

CREATE TABLE lead_count (
  source      TEXT NOT NULL,
  disposition TEXT NOT NULL,
  count       INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (source, disposition)
) STRICT, WITHOUT ROWID;

-- `open` is pending and claimed together: a delivery goes to and fro between the two, and counting each would
-- cost every attempt two writes more. The claimed are few, so they are counted when somebody asks.
CREATE TABLE delivery_count (
  destination TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'delivered', 'dead', 'held', 'discarded')),
  cause       TEXT NOT NULL DEFAULT '',  -- of the dead
  count       INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (destination, state, cause)
) STRICT, WITHOUT ROWID;

-- What came and what became of it in each hour (its beginning, in milliseconds), for ever: these rows hold nobody's
-- data. The numbers of the leads tell where a time begins and ends among them.
CREATE TABLE received_in_hour (
  hour         INTEGER NOT NULL,
  source       TEXT NOT NULL,
  disposition  TEXT NOT NULL,
  count        INTEGER NOT NULL,
  first_number INTEGER NOT NULL,
  last_number  INTEGER NOT NULL,
  PRIMARY KEY (hour, source, disposition)
) STRICT, WITHOUT ROWID;

-- The same of whole days, of all leads: so that a time is found among the numbers without looking at all hours.
CREATE TABLE received_on_day (
  day          INTEGER PRIMARY KEY,
  first_number INTEGER NOT NULL,
  last_number  INTEGER NOT NULL
) STRICT;

-- `wait_ms` is how long delivered ones were under way since they were received: the upper end of a class, or -1 for
-- longer than all of them. 0 for the dead.
CREATE TABLE ended_in_hour (
  hour        INTEGER NOT NULL,
  destination TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('delivered', 'dead')),
  wait_ms     INTEGER NOT NULL,
  count       INTEGER NOT NULL,
  PRIMARY KEY (hour, destination, state, wait_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts_in_hour (
  hour        INTEGER NOT NULL,
  destination TEXT NOT NULL,
  outcome     TEXT NOT NULL,
  count       INTEGER NOT NULL,
  PRIMARY KEY (hour, destination, outcome)
) STRICT, WITHOUT ROWID;

INSERT INTO lead_count SELECT source, disposition, count(*) FROM lead GROUP BY source, disposition;

INSERT INTO delivery_count
SELECT destination, CASE WHEN state IN ('pending', 'claimed') THEN 'open' ELSE state END AS counted_as,
  CASE state WHEN 'dead' THEN cause ELSE '' END AS counted_cause, count(*)
FROM delivery GROUP BY destination, counted_as, counted_cause;

-- What was decided at first stands in the first revision, where there is one.
INSERT INTO received_in_hour
SELECT received_at - received_at % 3600000 AS hour, source,
  coalesce((SELECT disposition_before FROM revision WHERE lead_number = lead.number ORDER BY number LIMIT 1),
           disposition) AS first_disposition,
  count(*), min(number), max(number)
FROM lead GROUP BY hour, source, first_disposition;

INSERT INTO received_on_day
SELECT hour - hour % 86400000 AS day, min(first_number), max(last_number) FROM received_in_hour GROUP BY day;

INSERT INTO ended_in_hour
SELECT delivery.state_since - delivery.state_since % 3600000 AS hour, destination, state,
  CASE WHEN state = 'dead' THEN 0
    WHEN delivery.state_since - received_at <= 100 THEN 100
    WHEN delivery.state_since - received_at <= 250 THEN 250
    WHEN delivery.state_since - received_at <= 500 THEN 500
    WHEN delivery.state_since - received_at <= 1000 THEN 1000
    WHEN delivery.state_since - received_at <= 2500 THEN 2500
    WHEN delivery.state_since - received_at <= 5000 THEN 5000
    WHEN delivery.state_since - received_at <= 10000 THEN 10000
    WHEN delivery.state_since - received_at <= 30000 THEN 30000
    WHEN delivery.state_since - received_at <= 60000 THEN 60000
    WHEN delivery.state_since - received_at <= 300000 THEN 300000
    WHEN delivery.state_since - received_at <= 1800000 THEN 1800000
    WHEN delivery.state_since - received_at <= 7200000 THEN 7200000
    WHEN delivery.state_since - received_at <= 21600000 THEN 21600000
    WHEN delivery.state_since - received_at <= 86400000 THEN 86400000
    WHEN delivery.state_since - received_at <= 604800000 THEN 604800000
    ELSE -1 END AS wait_ms,
  count(*)
FROM delivery JOIN lead ON lead.number = delivery.lead_number
WHERE state IN ('delivered', 'dead') GROUP BY hour, destination, state, wait_ms;

INSERT INTO attempts_in_hour
SELECT started_at - started_at % 3600000 AS hour, destination, outcome, count(*)
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id GROUP BY hour, destination, outcome;

CREATE TRIGGER lead_is_counted AFTER INSERT ON lead
BEGIN
  INSERT INTO lead_count VALUES (NEW.source, NEW.disposition, 1)
  ON CONFLICT DO UPDATE SET count = count + 1;
  INSERT INTO received_in_hour
  VALUES (NEW.received_at - NEW.received_at % 3600000, NEW.source, NEW.disposition, 1, NEW.number, NEW.number)
  ON CONFLICT DO UPDATE SET count = count + 1, last_number = NEW.number;
  INSERT INTO received_on_day VALUES (NEW.received_at - NEW.received_at % 86400000, NEW.number, NEW.number)
  ON CONFLICT DO UPDATE SET last_number = NEW.number;
END;

CREATE TRIGGER lead_is_counted_anew AFTER UPDATE OF disposition ON lead
WHEN NEW.disposition <> OLD.disposition
BEGIN
  UPDATE lead_count SET count = count - 1 WHERE source = OLD.source AND disposition = OLD.disposition;
  INSERT INTO lead_count VALUES (NEW.source, NEW.disposition, 1)
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER lead_is_counted_no_more AFTER DELETE ON lead
BEGIN
  UPDATE lead_count SET count = count - 1 WHERE source = OLD.source AND disposition = OLD.disposition;
END;

CREATE TRIGGER delivery_is_counted AFTER INSERT ON delivery
BEGIN
  INSERT INTO delivery_count VALUES (NEW.destination, iif(NEW.state = 'held', 'held', 'open'), '', 1)
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER delivery_is_counted_anew AFTER UPDATE OF state ON delivery
WHEN NOT (OLD.state IN ('pending', 'claimed') AND NEW.state IN ('pending', 'claimed')) AND NEW.state <> OLD.state
BEGIN
  UPDATE delivery_count SET count = count - 1
  WHERE destination = OLD.destination
    AND state = iif(OLD.state IN ('pending', 'claimed'), 'open', OLD.state)
    AND cause = iif(OLD.state = 'dead', OLD.cause, '');
  INSERT INTO delivery_count
  VALUES (NEW.destination, iif(NEW.state IN ('pending', 'claimed'), 'open', NEW.state),
          iif(NEW.state = 'dead', NEW.cause, ''), 1)
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER delivery_end_is_counted AFTER UPDATE OF state ON delivery
WHEN NEW.state IN ('delivered', 'dead') AND OLD.state = 'claimed'
BEGIN
  INSERT INTO ended_in_hour
  SELECT NEW.state_since - NEW.state_since % 3600000, NEW.destination, NEW.state,
    CASE WHEN NEW.state = 'dead' THEN 0
      WHEN wait <= 100 THEN 100
      WHEN wait <= 250 THEN 250
      WHEN wait <= 500 THEN 500
      WHEN wait <= 1000 THEN 1000
      WHEN wait <= 2500 THEN 2500
      WHEN wait <= 5000 THEN 5000
      WHEN wait <= 10000 THEN 10000
      WHEN wait <= 30000 THEN 30000
      WHEN wait <= 60000 THEN 60000
      WHEN wait <= 300000 THEN 300000
      WHEN wait <= 1800000 THEN 1800000
      WHEN wait <= 7200000 THEN 7200000
      WHEN wait <= 21600000 THEN 21600000
      WHEN wait <= 86400000 THEN 86400000
      WHEN wait <= 604800000 THEN 604800000
      ELSE -1 END,
    1
  FROM (SELECT NEW.state_since - received_at AS wait FROM lead WHERE number = NEW.lead_number) WHERE true
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER delivery_is_counted_no_more AFTER DELETE ON delivery
BEGIN
  UPDATE delivery_count SET count = count - 1
  WHERE destination = OLD.destination
    AND state = iif(OLD.state IN ('pending', 'claimed'), 'open', OLD.state)
    AND cause = iif(OLD.state = 'dead', OLD.cause, '');
END;

CREATE TRIGGER attempt_is_counted AFTER INSERT ON attempt
BEGIN
  INSERT INTO attempts_in_hour
  SELECT NEW.started_at - NEW.started_at % 3600000, destination, NEW.outcome, 1
  FROM delivery WHERE id = NEW.delivery_id
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- Finding ------------------------------------------------------------------------------------------------------

-- Each destination's deliveries of one state, the newest lead first: lists of several destinations are merged.
DROP INDEX delivery_by_state;
CREATE INDEX delivery_by_state ON delivery (state, destination, lead_number);

-- The same of each cause.
CREATE INDEX delivery_dead_by_lead ON delivery (destination, cause, lead_number) WHERE state = 'dead';

CREATE INDEX lead_by_email ON lead (lower(email)) WHERE email <> '';

-- The words of each lead's fields and of the body it is delivered with. It holds no text, only which lead has which
-- word; and it lags a moment behind, so that a lead need not wait for it before it is acknowledged.
CREATE VIRTUAL TABLE lead_search USING fts5(words, content = '', columnsize = 0, detail = none,
                                            tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE search_progress (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  -- Leads up to this number are in lead_search.
  indexed_to INTEGER NOT NULL,
  -- Words of erased leads still lie in parts of the index that were not rewritten since: 1 before the rewriting began,
  -- 2 while it goes on. 3: the index is clean, the log and the unused space within pages are not yet.
  purge      INTEGER NOT NULL CHECK (purge IN (0, 1, 2, 3))
) STRICT;
INSERT INTO search_progress VALUES (1, 0, 0);

-- The beginning of a digest tells leads apart as well as the whole, and takes a quarter of the room.
DROP INDEX lead_by_content;
CREATE INDEX lead_by_content ON lead (substr(content_sha256, 1, 8))
  WHERE content_sha256 IS NOT NULL AND disposition <> 'duplicate';

-- Forgetting ---------------------------------------------------------------------------------------------------

-- Erased: its row stays as a tombstone without anything of the person; the audit tells who did it and why.
ALTER TABLE lead ADD COLUMN erased_at INTEGER;

-- What retention has removed as a whole. A number that is neither here nor in `lead` was lost. The ranges never
-- overlap, so that the last one to begin before a number tells whether it was removed.
CREATE TABLE removed_leads (
  first_number INTEGER PRIMARY KEY,
  last_number  INTEGER NOT NULL,
  CHECK (first_number <= last_number)
) STRICT;

DROP TRIGGER lead_stays_as_received;
CREATE TRIGGER lead_stays_as_received
BEFORE UPDATE OF number, id, received_at, source, payload, payload_sha256, headers_json, remote_address ON lead
WHEN NEW.number <> OLD.number OR NEW.id <> OLD.id OR NEW.received_at <> OLD.received_at OR NEW.source <> OLD.source
  OR NEW.erased_at IS NULL OR NEW.payload <> x'' OR NEW.payload_sha256 <> zeroblob(32) OR NEW.headers_json <> '{}'
  OR NEW.remote_address <> ''
BEGIN
  SELECT RAISE(ABORT, 'a lead never changes after it was accepted');
END;

DROP TRIGGER lead_keeps_what_came_with_the_request;
CREATE TRIGGER lead_keeps_what_came_with_the_request
BEFORE UPDATE OF content_sha256, idempotency_key ON lead
WHEN NEW.erased_at IS NULL OR NEW.content_sha256 IS NOT NULL OR NEW.idempotency_key IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a lead never changes after it was accepted');
END;

DROP TRIGGER lead_changes_by_a_revision;
CREATE TRIGGER lead_changes_by_a_revision
BEFORE UPDATE OF revision, disposition, disposition_reason, duplicate_of, first_name, last_name, email, phone,
  country, company, title, offer_title, lead_source, publisher, offer_id, action_code, description ON lead
WHEN NEW.erased_at IS NULL
  AND (NEW.revision <> OLD.revision + 1
       OR NOT EXISTS (SELECT 1 FROM revision WHERE lead_number = OLD.number AND number = NEW.revision))
BEGIN
  SELECT RAISE(ABORT, 'the fields of a lead change by a revision only');
END;

DROP TRIGGER lead_is_judged_anew_when_it_becomes_readable;
CREATE TRIGGER lead_is_judged_anew_when_it_becomes_readable
BEFORE UPDATE OF disposition, disposition_reason, duplicate_of ON lead
WHEN NEW.erased_at IS NULL
  AND (NEW.disposition <> OLD.disposition OR NEW.disposition_reason <> OLD.disposition_reason
       OR NEW.duplicate_of IS NOT OLD.duplicate_of)
  AND NOT (OLD.disposition = 'quarantined' AND NEW.disposition IN ('deliver', 'test', 'do_not_contact'))
BEGIN
  SELECT RAISE(ABORT, 'what was decided about a readable lead stays');
END;

CREATE TRIGGER lead_is_erased_as_a_whole
BEFORE UPDATE ON lead
WHEN NEW.erased_at IS NOT OLD.erased_at
  AND (OLD.erased_at IS NOT NULL OR NEW.disposition <> OLD.disposition OR NEW.duplicate_of IS NOT OLD.duplicate_of
       OR NEW.revision <> OLD.revision OR NEW.unrouted <> 0
       OR NEW.disposition_reason <> iif(OLD.disposition = 'deliver', '', 'erased')
       OR NEW.payload <> x'' OR NEW.payload_sha256 <> zeroblob(32) OR NEW.headers_json <> '{}'
       OR NEW.remote_address <> '' OR NEW.content_sha256 IS NOT NULL OR NEW.idempotency_key IS NOT NULL
       OR NEW.first_name || NEW.last_name || NEW.email || NEW.phone || NEW.country || NEW.company || NEW.title
          || NEW.offer_title || NEW.lead_source || NEW.publisher || NEW.offer_id || NEW.action_code
          || NEW.description <> '')
BEGIN
  SELECT RAISE(ABORT, 'a lead is erased as a whole, once');
END;

CREATE TRIGGER lead_stays_erased BEFORE UPDATE ON lead
WHEN OLD.erased_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'an erased lead stays as it is');
END;

DROP TRIGGER attempt_is_never_changed;
CREATE TRIGGER attempt_is_never_changed BEFORE UPDATE ON attempt
WHEN NEW.delivery_id <> OLD.delivery_id OR NEW.number <> OLD.number OR NEW.started_at <> OLD.started_at
  OR NEW.duration_ms <> OLD.duration_ms OR NEW.outcome <> OLD.outcome OR NEW.counted <> OLD.counted
  OR NEW.http_status IS NOT OLD.http_status OR NEW.detail <> '' OR NEW.answer_excerpt <> ''
  OR NOT EXISTS (SELECT 1 FROM delivery JOIN lead ON lead.number = delivery.lead_number
                 WHERE delivery.id = OLD.delivery_id AND lead.erased_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

DROP TRIGGER revision_is_never_changed;
CREATE TRIGGER revision_is_never_changed BEFORE UPDATE ON revision
WHEN NEW.lead_number <> OLD.lead_number OR NEW.number <> OLD.number OR NEW.at <> OLD.at OR NEW.actor <> OLD.actor
  OR NEW.disposition_before <> OLD.disposition_before OR NEW.reason <> '' OR NEW.changes_json <> '{}'
  OR NEW.payload IS NOT NULL OR NEW.disposition_reason_before <> ''
  OR NOT EXISTS (SELECT 1 FROM lead WHERE number = OLD.lead_number AND erased_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

DROP TRIGGER audit_is_never_changed;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
WHEN NEW.number <> OLD.number OR NEW.at <> OLD.at OR NEW.actor <> OLD.actor OR NEW.action <> OLD.action
  OR NEW.lead_number IS NOT OLD.lead_number OR NEW.destination IS NOT OLD.destination OR NEW.reason <> ''
  OR OLD.action = 'erase'
  OR NOT EXISTS (SELECT 1 FROM lead WHERE number = OLD.lead_number AND erased_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

DROP TRIGGER attempt_is_never_removed;
CREATE TRIGGER attempt_is_never_removed BEFORE DELETE ON attempt
WHEN coalesce((SELECT last_number FROM removed_leads
               WHERE first_number <= (SELECT lead_number FROM delivery WHERE id = OLD.delivery_id)
               ORDER BY first_number DESC LIMIT 1), 0)
  < coalesce((SELECT lead_number FROM delivery WHERE id = OLD.delivery_id), 1)
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

DROP TRIGGER revision_is_never_removed;
CREATE TRIGGER revision_is_never_removed BEFORE DELETE ON revision
WHEN coalesce((SELECT last_number FROM removed_leads WHERE first_number <= OLD.lead_number
               ORDER BY first_number DESC LIMIT 1), 0) < OLD.lead_number
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

DROP TRIGGER audit_is_never_removed;
CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
WHEN coalesce((SELECT last_number FROM removed_leads WHERE first_number <= OLD.lead_number
               ORDER BY first_number DESC LIMIT 1), 0) < coalesce(OLD.lead_number, 1)
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

CREATE TRIGGER delivery_is_removed_with_its_lead BEFORE DELETE ON delivery
WHEN coalesce((SELECT last_number FROM removed_leads WHERE first_number <= OLD.lead_number
               ORDER BY first_number DESC LIMIT 1), 0) < OLD.lead_number
BEGIN
  SELECT RAISE(ABORT, 'a delivery is removed with its lead only');
END;

CREATE TRIGGER lead_is_removed_by_retention BEFORE DELETE ON lead
WHEN coalesce((SELECT last_number FROM removed_leads WHERE first_number <= OLD.number
               ORDER BY first_number DESC LIMIT 1), 0) < OLD.number
BEGIN
  SELECT RAISE(ABORT, 'a lead is removed by retention only');
END;

-- Telling ------------------------------------------------------------------------------------------------------

-- What people were told, the last few hundred; `alert` has what is not over.
CREATE TABLE notice (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at     INTEGER NOT NULL,
  name   TEXT NOT NULL,
  kind   TEXT NOT NULL CHECK (kind IN ('began', 'goes on', 'over')),
  text   TEXT NOT NULL
) STRICT;

-- What was answered to a change that came with an Idempotency-Key, for a day: the same key gets the same answer.
-- Without a status: the change began, and nobody knows how it ended if that process is gone.
CREATE TABLE given_answer (
  actor          TEXT NOT NULL,
  key            TEXT NOT NULL CHECK (key <> ''),
  request_sha256 BLOB NOT NULL CHECK (length(request_sha256) = 32),
  at             INTEGER NOT NULL,
  lead_id        BLOB,
  status         INTEGER,
  body           TEXT,
  CHECK ((status IS NULL) = (body IS NULL)),
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX given_answer_by_age ON given_answer (at);
CREATE INDEX given_answer_by_lead ON given_answer (lead_id) WHERE lead_id IS NOT NULL;
