-- Duplicates, and corrections of a lead's fields.
--
-- A lead's row shows its latest revision; what stood there before is in the revisions' changes, and the payload
-- as received never changes. `content_sha256` and `idempotency_key` belong to the request, so no revision touches
-- them.

ALTER TABLE lead ADD COLUMN revision INTEGER NOT NULL DEFAULT 0 CHECK (revision >= 0);

-- Duplicates stay out: what a new lead may be a duplicate of is never one itself, however often it came.
CREATE INDEX lead_by_content ON lead (content_sha256)
  WHERE content_sha256 IS NOT NULL AND disposition <> 'duplicate';
CREATE INDEX lead_by_first ON lead (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX lead_by_disposition ON lead (disposition, number) WHERE disposition <> 'deliver';

CREATE TABLE revision (
  lead_number               INTEGER NOT NULL REFERENCES lead (number),
  number                    INTEGER NOT NULL CHECK (number >= 1),
  at                        INTEGER NOT NULL,
  actor                     TEXT NOT NULL CHECK (actor <> ''),
  reason                    TEXT NOT NULL DEFAULT '',
  -- An object of field to {"from","to"}.
  changes_json              TEXT NOT NULL CHECK (json_valid(changes_json)),
  -- The body that a person gave in place of the one received.
  payload                   BLOB,
  disposition_before        TEXT NOT NULL,
  disposition_reason_before TEXT NOT NULL,
  PRIMARY KEY (lead_number, number)
) STRICT;

CREATE TRIGGER revision_follows_the_latest
BEFORE INSERT ON revision
WHEN NEW.number IS NOT (SELECT revision + 1 FROM lead WHERE number = NEW.lead_number)
BEGIN
  SELECT RAISE(ABORT, 'a revision follows the latest one');
END;

CREATE TRIGGER revision_is_never_changed BEFORE UPDATE ON revision
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

CREATE TRIGGER revision_is_never_removed BEFORE DELETE ON revision
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

CREATE TRIGGER lead_keeps_what_came_with_the_request
BEFORE UPDATE OF content_sha256, idempotency_key ON lead
BEGIN
  SELECT RAISE(ABORT, 'a lead never changes after it was accepted');
END;

CREATE TRIGGER lead_changes_by_a_revision
BEFORE UPDATE OF revision, disposition, disposition_reason, duplicate_of, first_name, last_name, email, phone,
  country, company, title, offer_title, lead_source, publisher, offer_id, action_code, description ON lead
WHEN NEW.revision <> OLD.revision + 1
  OR NOT EXISTS (SELECT 1 FROM revision WHERE lead_number = OLD.number AND number = NEW.revision)
BEGIN
  SELECT RAISE(ABORT, 'the fields of a lead change by a revision only');
END;

CREATE TRIGGER lead_is_judged_anew_when_it_becomes_readable
BEFORE UPDATE OF disposition, disposition_reason, duplicate_of ON lead
WHEN (NEW.disposition <> OLD.disposition OR NEW.disposition_reason <> OLD.disposition_reason
      OR NEW.duplicate_of IS NOT OLD.duplicate_of)
  AND NOT (OLD.disposition = 'quarantined' AND NEW.disposition IN ('deliver', 'test', 'do_not_contact'))
BEGIN
  SELECT RAISE(ABORT, 'what was decided about a readable lead stays');
END;
