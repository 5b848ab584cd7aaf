-- What happened: raw webhook bodies, the append-only event log, and what is still to be signalled.

-- +goose Up

-- Every accepted body, byte for byte, malformed ones included: nothing that was acknowledged is lost.
CREATE TABLE raw_bodies (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    body        bytea NOT NULL,        -- personal data
    updates     int NOT NULL CHECK (updates >= 0)
);

-- The pieces of a body that could not be understood, for operators; their neighbours were stored.
CREATE TABLE intake_problems (
    raw_body_id bigint NOT NULL REFERENCES raw_bodies,
    path        text NOT NULL,         -- where in the body: entry[0].changes[1].value.messages[2]
    reason      text NOT NULL,         -- a stable code
    received_at timestamptz NOT NULL,
    PRIMARY KEY (raw_body_id, path, reason)
);
CREATE INDEX intake_problems_by_time ON intake_problems (received_at);

-- The event log. A row is at once the fact and the mark that makes a second delivery of it a duplicate.
CREATE TABLE events (
    -- A keyed hash of the event's unique key: number and wamid of a message; wamid, status and timestamp of a status.
    id                 uuid PRIMARY KEY,
    kind               text NOT NULL CHECK (kind IN ('inbound', 'outbound', 'status', 'notice')),
    type               text NOT NULL,  -- of messages: text, image, template, freeform...; of statuses: sent, delivered...
    source             text NOT NULL CHECK (source IN ('webhook', 'api', 'signal')),
    business_number_id uuid REFERENCES business_numbers,
    conversation_id    uuid REFERENCES conversations,  -- NULL: a notice, or a status parked until its message is known
    occurred_at        timestamptz NOT NULL,  -- the provider's time, fixed by the first copy (W3)
    received_at        timestamptz NOT NULL,  -- the gateway's time
    recorded_at        timestamptz NOT NULL DEFAULT clock_timestamp(),  -- the row's, on the real clock
    clock_clamped      boolean NOT NULL DEFAULT false,                  -- W3
    opens_window       boolean NOT NULL DEFAULT false,                  -- W2
    message_id         uuid,           -- of statuses: the event id of their message, whether it is known yet or not
    wamid              text,           -- personal data: contains the phone number
    market             text,           -- the contact's market at the time (W10)
    category           text,           -- of templates
    entry_point        text,           -- W8
    entry_point_until  timestamptz,
    pricing            jsonb,          -- the provider's verdict
    error_code         int,            -- of failed statuses
    content            jsonb,          -- personal data: text, name, referral
    raw_body_id        bigint,         -- written by the statement that writes the body; not referenced, so that bodies can go
    -- The relay's mark. needs_signal: it can change a decision of the workflow.
    needs_signal       boolean NOT NULL DEFAULT false,
    signalled_at       timestamptz,
    CHECK ((kind = 'status') = (message_id IS NOT NULL)),
    CHECK (kind NOT IN ('inbound', 'outbound') OR conversation_id IS NOT NULL),
    CHECK (kind <> 'outbound' OR type IN ('template', 'freeform')),
    CHECK (NOT opens_window OR kind = 'inbound'),
    CHECK (NOT needs_signal OR conversation_id IS NOT NULL)
);
CREATE INDEX events_by_conversation ON events (conversation_id, occurred_at, id);
CREATE INDEX events_by_message ON events (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX events_to_signal ON events (conversation_id, occurred_at, id) WHERE needs_signal AND signalled_at IS NULL;

-- Append-only: an event may gain processing marks, a parked status its conversation, and erasure may replace personal
-- content; its facts never change.
-- +goose StatementBegin
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_keep_facts
    BEFORE UPDATE OF id, kind, type, source, occurred_at, received_at, recorded_at, clock_clamped, opens_window,
        message_id, market, category, entry_point, entry_point_until, pricing, error_code, raw_body_id ON events
    FOR EACH ROW EXECUTE FUNCTION events_append_only();
CREATE TRIGGER events_mark_once BEFORE UPDATE ON events FOR EACH ROW
    WHEN (OLD.signalled_at IS DISTINCT FROM NEW.signalled_at AND OLD.signalled_at IS NOT NULL
          OR OLD.conversation_id IS DISTINCT FROM NEW.conversation_id AND OLD.conversation_id IS NOT NULL
          OR OLD.business_number_id IS DISTINCT FROM NEW.business_number_id AND OLD.business_number_id IS NOT NULL
          OR OLD.needs_signal AND NOT NEW.needs_signal)
    EXECUTE FUNCTION events_append_only();
CREATE TRIGGER events_no_delete BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_append_only();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION events_append_only();

-- How far each outbound message has got. Message and statuses meet in this row's lock, so that a status that comes
-- first, or at the same moment, is neither lost nor counted for nobody.
CREATE TABLE outbound_messages (
    message_id      uuid PRIMARY KEY,              -- the event id of the message
    conversation_id uuid REFERENCES conversations, -- NULL: only statuses are known, they are parked
    delivery_status text NOT NULL CHECK (delivery_status IN ('accepted', 'sent', 'failed', 'delivered', 'read'))
);

-- Delivery statuses only move forward; a failure counts only as long as nothing says that the message arrived.
-- +goose StatementBegin
CREATE FUNCTION delivery_rank(status text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position('{accepted,sent,failed,delivered,read}'::text[], status)
$$;
-- +goose StatementEnd

-- Conversations with events that are not signalled yet, and who is signalling them. until in the past: free to take.
CREATE TABLE relay_lease (
    conversation_id uuid PRIMARY KEY REFERENCES conversations,
    pending_since   timestamptz NOT NULL,  -- real time
    until           timestamptz NOT NULL DEFAULT '-infinity',
    holder          uuid,
    attempts        int NOT NULL DEFAULT 0
);
CREATE INDEX relay_lease_by_turn ON relay_lease (until, pending_since);

-- +goose Down
DROP TABLE relay_lease, outbound_messages;
DROP FUNCTION delivery_rank;
DROP TABLE events;
DROP FUNCTION events_append_only;
DROP TABLE intake_problems, raw_bodies;
