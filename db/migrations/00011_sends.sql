-- What we send: each send and its attempts, the rates that it keeps, the first answer to each request, kept replies, and
-- the decisions that led to all of it.

-- +goose Up

-- One message that we were asked, or have decided, to send. Up to accepted it lives here; how far it got after that is
-- its row in outbound_messages. What it says is personal data.
CREATE TABLE sends (
    id                  uuid PRIMARY KEY,            -- made from data, never from a run
    conversation_id     uuid NOT NULL REFERENCES conversations,
    business_number_id  uuid NOT NULL REFERENCES business_numbers,
    contact_id          uuid NOT NULL REFERENCES contacts,
    origin              text NOT NULL CHECK (origin IN ('request', 'fallback', 'reengagement', 'kept_reply', 'nudge', 'campaign')),
    type                text NOT NULL CHECK (type IN ('freeform', 'template')),
    text                text,                        -- personal data; of a free-form message
    template            jsonb,                       -- personal data: {"name", "language", "parameters"}
    template_name       text,
    category            text CHECK (category IN ('marketing', 'utility', 'authentication')),
    fallback            jsonb,                       -- personal data: the template that goes if the window has closed
    critical            boolean NOT NULL DEFAULT false,
    state               text NOT NULL CHECK (state IN ('planned', 'inflight', 'accepted', 'refused', 'failed', 'unknown')),
    attempt             int NOT NULL DEFAULT 1 CHECK (attempt > 0),   -- the one to be made, or under way, or last made
    planned_at          timestamptz NOT NULL,
    -- It is not sent from then on; a free-form message also not after its window, whichever comes first.
    not_after           timestamptz NOT NULL,
    inflight_at         timestamptz,                 -- of the attempt
    accepted_at         timestamptz,                 -- on our clock; of an unknown one that was adopted, its first status's
    message_id          uuid,                        -- the event of the message
    unknown_at          timestamptz,                 -- real: when its outcome became unknown
    final               boolean NOT NULL DEFAULT false, -- of unknown: no longer waited for in a run
    possible_duplicate  boolean NOT NULL DEFAULT false,
    -- Why it was refused or has failed: a code of the gate, or the class of the provider's error with its code.
    reason              text,
    error_code          int,
    error_details       text,                        -- of unknown codes, scrubbed
    replaced_by         uuid REFERENCES sends DEFERRABLE INITIALLY DEFERRED, -- the fallback that went instead
    -- The price that was quoted before an automatic send; it is reserved from the budget unless refused or failed.
    quoted_scheme       text,
    quoted_micros       bigint,
    quoted_currency     char(3),
    recorded_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((type = 'template') = (template IS NOT NULL) AND (type = 'freeform') = (text IS NOT NULL)),
    CHECK ((type = 'template') = (template_name IS NOT NULL)),
    CHECK ((state = 'accepted') = (accepted_at IS NOT NULL) AND (state = 'accepted') = (message_id IS NOT NULL)),
    CHECK (state NOT IN ('refused', 'failed') OR reason IS NOT NULL),
    CHECK ((state = 'unknown') = (unknown_at IS NOT NULL)),
    CHECK (state <> 'inflight' OR inflight_at IS NOT NULL),
    CHECK ((quoted_micros IS NULL) = (quoted_currency IS NULL))
);
CREATE INDEX sends_by_conversation ON sends (conversation_id, planned_at, id);
CREATE INDEX sends_by_message ON sends (message_id) WHERE message_id IS NOT NULL;
-- Caps count templates by contact, budgets what was planned automatically by number.
CREATE INDEX sends_of_templates ON sends (contact_id, planned_at) WHERE type = 'template';
-- When a template was last used.
CREATE INDEX sends_by_template ON sends (template_name, (template ->> 'language'), planned_at DESC) WHERE type = 'template';
CREATE INDEX sends_on_budget ON sends (business_number_id, planned_at) WHERE quoted_micros IS NOT NULL;
CREATE INDEX sends_open ON sends (conversation_id) WHERE state IN ('planned', 'inflight', 'unknown');

-- What came of each attempt; the status of an earlier one may still arrive.
CREATE TABLE send_attempts (
    send_id    uuid NOT NULL REFERENCES sends,
    attempt    int NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    outcome    text CHECK (outcome IN ('accepted', 'not_sent', 'unknown')),
    error_code int,
    class      text,
    PRIMARY KEY (send_id, attempt),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

-- How fast a business number may send, in real time. next_at: the next free slot. Nobody sends before throttled_until.
CREATE TABLE send_rates (
    business_number_id uuid PRIMARY KEY REFERENCES business_numbers,
    next_at            timestamptz NOT NULL,
    throttled_until    timestamptz NOT NULL DEFAULT '-infinity',
    throttles          int NOT NULL DEFAULT 0  -- in a row
);

-- The same for one contact on one number: a message per 6 s, of which 45 may be borrowed from the future.
CREATE TABLE pair_rates (
    conversation_id uuid PRIMARY KEY REFERENCES conversations,
    next_at         timestamptz NOT NULL,
    throttled_until timestamptz NOT NULL DEFAULT '-infinity',
    throttles       int NOT NULL DEFAULT 0
);

-- The advisory locks of what a send shares with those of other conversations: how many templates a contact is sent, and what
-- a number's budget still holds. Taken in this order, after the conversation's row; the seeds keep them apart from others.
-- +goose StatementBegin
CREATE FUNCTION caps_lock(contact_id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT uuid_hash_extended(contact_id, 4)
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION budget_lock(business_number_id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT uuid_hash_extended(business_number_id, 5)
$$;
-- +goose StatementEnd

-- The first answer to each request, so that a repetition gets it again, also in a later run.
CREATE TABLE requests (
    conversation_id uuid NOT NULL REFERENCES conversations,
    request_id      text NOT NULL CHECK (request_id <> '' AND octet_length(request_id) <= 255),
    kind            text NOT NULL,
    fingerprint     text NOT NULL,  -- of what was asked: another question under the same id is refused
    answer          jsonb NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (conversation_id, request_id)
);

-- A text that an agent wrote to a closed conversation, kept until the contact answers the template that went instead.
CREATE TABLE kept_replies (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations,
    text            text NOT NULL,        -- personal data
    template_send   uuid NOT NULL REFERENCES sends,
    state           text NOT NULL CHECK (state IN ('kept', 'offered', 'sent', 'expired', 'discarded', 'superseded')),
    kept_at         timestamptz NOT NULL,
    keep_until      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL, -- since when it is in its state
    send_id         uuid REFERENCES sends,
    CHECK ((state = 'sent') = (send_id IS NOT NULL))
);
-- One per conversation that can still be sent.
CREATE UNIQUE INDEX kept_replies_live ON kept_replies (conversation_id) WHERE state IN ('kept', 'offered');
CREATE INDEX kept_replies_by_conversation ON kept_replies (conversation_id, kept_at);

-- Why something was done or not: what was considered, by which rule, on which facts. No texts, no names.
CREATE TABLE decisions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations,
    key             text NOT NULL,        -- the same decision taken again is the same row
    at              timestamptz NOT NULL, -- virtual
    subject         text NOT NULL,        -- send, reengagement, kept_reply, close, ...
    allowed         boolean,              -- NULL: nothing was asked for
    rule            text NOT NULL,        -- W5, the gate, ...
    code            text NOT NULL,        -- allowed, window_closed, ...
    sentence        text NOT NULL,
    facts           jsonb NOT NULL DEFAULT '{}',
    send_id         uuid REFERENCES sends DEFERRABLE INITIALLY DEFERRED,
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (conversation_id, key)
);
CREATE INDEX decisions_by_conversation ON decisions (conversation_id, at, id);

-- How a contact is being won back, as its workflow last said; gone when the plan has ended. For readers, and for a run that
-- follows a terminated one.
CREATE TABLE reengagement_plans (
    conversation_id uuid PRIMARY KEY REFERENCES conversations,
    window_end      timestamptz NOT NULL,
    next_attempt    int NOT NULL CHECK (next_attempt > 0),      -- counted from 1
    attempts        int NOT NULL CHECK (attempts >= next_attempt),
    due_at          timestamptz NOT NULL,
    template_name   text NOT NULL,                               -- of the next attempt
    plan            jsonb NOT NULL                               -- conversation.Plan, whole
);

-- Of a status: the send and the attempt that it says it is of. Of an inbound message: what its text asks for; of a notice
-- consent_changed: whether the contact has opted out of its category, or in.
ALTER TABLE events
    ADD COLUMN send_id      uuid,
    ADD COLUMN send_attempt int,
    ADD COLUMN keyword      text CHECK (keyword IN ('stop', 'start'));
CREATE INDEX events_of_sends ON events (send_id) WHERE send_id IS NOT NULL;
-- Beside events_keep_facts, so that neither has to know of the other's columns.
CREATE TRIGGER events_keep_sends BEFORE UPDATE OF send_id, send_attempt, keyword ON events
    FOR EACH ROW EXECUTE FUNCTION events_append_only();

-- What we have sent ourselves is an event by our own word, or by that of the first status.
ALTER TABLE events DROP CONSTRAINT events_source_check,
    ADD CONSTRAINT events_source_check CHECK (source IN ('webhook', 'api', 'signal', 'send'));

-- +goose Down
ALTER TABLE events DROP CONSTRAINT events_source_check,
    ADD CONSTRAINT events_source_check CHECK (source IN ('webhook', 'api', 'signal')) NOT VALID;
DROP TRIGGER events_keep_sends ON events;
DROP INDEX events_of_sends;
ALTER TABLE events DROP COLUMN send_id, DROP COLUMN send_attempt, DROP COLUMN keyword;
DROP FUNCTION caps_lock, budget_lock;
DROP TABLE reengagement_plans, decisions, kept_replies, requests, pair_rates, send_rates, send_attempts, sends;
