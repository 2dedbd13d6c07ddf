-- The delivery engine: what is known of each destination, redrives of many dead letters, alerts.

-- First tries and repeats are claimed side by side, each with slots of its own.
DROP INDEX delivery_due;
CREATE INDEX delivery_due_first ON delivery (destination, due_at) WHERE state = 'pending' AND tries = 0;
CREATE INDEX delivery_due_again ON delivery (destination, due_at) WHERE state = 'pending' AND tries > 0;

-- How well a destination is, and whether a person paused it. Each one that ever had a delivery has a row, so that
-- nobody need look through all deliveries for the names.
CREATE TABLE destination (
  name          TEXT PRIMARY KEY CHECK (name <> ''),
  condition     TEXT NOT NULL CHECK (condition IN ('working', 'down', 'misconfigured')),
  since         INTEGER NOT NULL,
  reason        TEXT NOT NULL DEFAULT '',
  probe_wait_ms INTEGER NOT NULL DEFAULT 0 CHECK (probe_wait_ms >= 0),
  -- The next probe, or the end of a Retry-After.
  closed_until  INTEGER,
  -- Grows with each pause and resume: what the worker learned before a person spoke does not overrule it.
  orders        INTEGER NOT NULL DEFAULT 0 CHECK (orders >= 0),
  paused_at     INTEGER,
  paused_by     TEXT CHECK (paused_by <> ''),
  pause_reason  TEXT,
  CHECK ((paused_at IS NULL) = (paused_by IS NULL) AND (paused_at IS NULL) = (pause_reason IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO destination (name, condition, since)
SELECT destination, 'working', min(state_since) FROM delivery GROUP BY destination;

CREATE TRIGGER destination_is_known_from_its_first_delivery
AFTER INSERT ON delivery
WHEN NOT EXISTS (SELECT 1 FROM destination WHERE name = NEW.destination)
BEGIN
  INSERT INTO destination (name, condition, since) VALUES (NEW.destination, 'working', NEW.state_since);
END;

-- An order to try many dead letters again. What it has to do is found again after a restart: the filter, and how
-- far it has come.
CREATE TABLE redrive (
  number              INTEGER PRIMARY KEY AUTOINCREMENT,
  id                  BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  at                  INTEGER NOT NULL,
  actor               TEXT NOT NULL CHECK (actor <> ''),
  reason              TEXT NOT NULL DEFAULT '',

  -- What it takes; what is absent lets everything pass.
  destination         TEXT,
  cause               TEXT,
  source              TEXT,
  disposition         TEXT,
  received_from       INTEGER,
  received_to         INTEGER,
  -- Also leads that have no delivery to `destination`, because it was configured after they came.
  with_missing        INTEGER NOT NULL DEFAULT 0 CHECK (with_missing IN (0, 1)),
  last_lead_number    INTEGER NOT NULL,

  canary              INTEGER NOT NULL DEFAULT 0 CHECK (canary >= 0),
  rate_per_second     REAL CHECK (rate_per_second > 0),
  stop_after_failures INTEGER CHECK (stop_after_failures >= 1),

  state               TEXT NOT NULL CHECK (state IN ('canary', 'running', 'done', 'cancelled', 'stopped')),
  ended_at            INTEGER,
  ended_why           TEXT NOT NULL DEFAULT '',
  total               INTEGER NOT NULL CHECK (total >= 0),
  redriven            INTEGER NOT NULL DEFAULT 0 CHECK (redriven >= 0),
  -- How far it has come, first with the dead, then with the missing.
  after_lead          INTEGER NOT NULL DEFAULT 0,
  after_delivery      INTEGER NOT NULL DEFAULT 0,
  dead_done           INTEGER NOT NULL DEFAULT 0 CHECK (dead_done IN (0, 1)),

  CHECK (with_missing = 0 OR destination IS NOT NULL),
  CHECK ((state IN ('canary', 'running')) = (ended_at IS NULL))
) STRICT;

CREATE TRIGGER redrive_ends_once
BEFORE UPDATE ON redrive
WHEN OLD.ended_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a redrive that has ended stays as it is');
END;

CREATE INDEX redrive_open ON redrive (number) WHERE ended_at IS NULL;

-- The redrive that tried it again last.
ALTER TABLE delivery ADD COLUMN redrive_number INTEGER REFERENCES redrive (number);
CREATE INDEX delivery_by_redrive ON delivery (redrive_number, state, destination) WHERE redrive_number IS NOT NULL;

-- A lead to go out that no destination wants: nobody will ever get it, unless a person sees it.
ALTER TABLE lead ADD COLUMN unrouted INTEGER NOT NULL DEFAULT 0 CHECK (unrouted IN (0, 1));
UPDATE lead SET unrouted = 1
WHERE disposition IN ('deliver', 'test')
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE lead_number = lead.number);
CREATE INDEX lead_unrouted ON lead (number) WHERE unrouted = 1;

-- What people were told of and is not over: so that a restart does not tell it again.
CREATE TABLE alert (
  name    TEXT PRIMARY KEY CHECK (name <> ''),
  since   INTEGER NOT NULL,
  told_at INTEGER NOT NULL,
  degree  INTEGER NOT NULL,
  text    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
