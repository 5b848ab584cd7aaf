-- What the API keeps and reads beside what it shows of others.

-- +goose Up

-- Idempotency-Keys of requests that no conversation's workflow decides; those that one does have theirs in requests.
CREATE TABLE idempotency_keys (
    id          bytea PRIMARY KEY CHECK (octet_length(id) = 32),   -- a hash of who asked, for what kind of thing, and the key
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32), -- of what was asked
    answer      jsonb,                                             -- the first one, of requests whose repetition would do something
    used_at     timestamptz NOT NULL DEFAULT clock_timestamp()     -- real
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (used_at);

-- What is noted of a conversation's window (W9) is little among all its messages.
CREATE INDEX events_notices ON events (conversation_id) WHERE kind = 'notice' AND conversation_id IS NOT NULL;

-- +goose Down
DROP INDEX events_notices;
DROP TABLE idempotency_keys;
