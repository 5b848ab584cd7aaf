-- Warnings before a window closes (W7), and the outbox of signed notifications.

-- +goose Up

CREATE TABLE reminders (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations,
    deadline        timestamptz NOT NULL,  -- the expires_at that it warns of
    lead_seconds    int NOT NULL CHECK (lead_seconds > 0 AND lead_seconds < 86400),
    -- All leads whose moments fell together; the longest is the key.
    leads_seconds   int[] NOT NULL CHECK (leads_seconds[1] = lead_seconds),
    due_at          timestamptz NOT NULL,
    fired_at        timestamptz NOT NULL,
    outcome         text NOT NULL CHECK (outcome IN ('sent', 'late', 'missed')),
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (conversation_id, deadline, lead_seconds),
    -- No reminder after the close: one that comes too late is recorded as missed.
    CHECK ((outcome = 'missed') = (fired_at >= deadline))
);

-- Notifications to be posted, with their own retries; an unreachable receiver holds up nothing else.
CREATE TABLE notifications (
    id              text PRIMARY KEY,      -- the webhook id, by which a receiver recognises a repetition
    type            text NOT NULL,
    payload         jsonb NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),  -- real time, like all of this table's
    attempts        int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    delivered_at    timestamptz,
    given_up_at     timestamptz,
    last_error      text,
    CHECK (delivered_at IS NULL OR given_up_at IS NULL)
);
CREATE INDEX notifications_to_post ON notifications (next_attempt_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;

-- +goose Down
DROP TABLE notifications, reminders;
