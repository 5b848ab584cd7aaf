-- Who talks to whom: business numbers, contacts with their aliases, and the conversation of each pair.

-- +goose Up

-- What belongs to this installation as a whole. One row.
CREATE TABLE installation (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- Keys the hash that turns an event's unique key into its id; made here once, never changed, so that the same
    -- event has the same id in whatever order it arrives.
    event_key    bytea NOT NULL CHECK (octet_length(event_key) = 32),
    -- The virtual clock: now = anchor + (real - wall) * scale. clock_seen is the real time at which it last ran.
    clock_anchor timestamptz NOT NULL,
    clock_wall   timestamptz NOT NULL,
    clock_scale  double precision NOT NULL CHECK (clock_scale > 0),
    clock_seen   timestamptz NOT NULL
);

INSERT INTO installation (event_key, clock_anchor, clock_wall, clock_scale, clock_seen)
VALUES (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')),
        now(), now(), 1, now());

CREATE TABLE business_numbers (
    id                uuid PRIMARY KEY,
    phone_number_id   text NOT NULL UNIQUE CHECK (phone_number_id <> ''), -- Meta's id, the one that outsiders use
    display           text NOT NULL DEFAULT '',
    waba_id           text NOT NULL DEFAULT '',
    portfolio         text NOT NULL DEFAULT 'default',  -- the scope of bsuids (W10)
    configured        boolean NOT NULL DEFAULT false,   -- false: registered by the first webhook that named it
    time_zone         text NOT NULL DEFAULT 'UTC',      -- people's: working hours
    account_time_zone text NOT NULL DEFAULT 'UTC',      -- money's: months and card dates
    settings          jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    created_at        timestamptz NOT NULL
);

CREATE TABLE contacts (
    id          uuid PRIMARY KEY,
    name        text NOT NULL DEFAULT '',  -- personal data
    phone       text CHECK (phone ~ '^[0-9]{4,20}$'),  -- personal data: digits only, no plus
    bsuid       text CHECK (bsuid <> ''),              -- personal data
    market      text NOT NULL DEFAULT '',  -- region of the phone, else the bsuid's prefix (W10); empty: unknown
    merged_into uuid REFERENCES contacts,
    created_at  timestamptz NOT NULL,
    CHECK (phone IS NOT NULL OR bsuid IS NOT NULL OR merged_into IS NOT NULL)
);

-- How a contact may be named by the provider (W10). A known phone that arrives with its first bsuid gains an alias.
CREATE TABLE contact_aliases (
    kind       text NOT NULL CHECK (kind IN ('wa_id', 'bsuid')),
    portfolio  text NOT NULL,
    value      text NOT NULL CHECK (value <> ''),  -- personal data
    -- Deferred, because intake claims the alias first and writes the contact only if it won.
    contact_id uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (kind, portfolio, value)
);
CREATE INDEX contact_aliases_by_contact ON contact_aliases (contact_id);

-- One row per contact and business number. The columns after created_at are its facts; the transaction that stores an
-- event writes them and nothing else does. Status is never a column: it is derived (W6).
CREATE TABLE conversations (
    id                   uuid PRIMARY KEY,
    business_number_id   uuid NOT NULL REFERENCES business_numbers,
    contact_id           uuid NOT NULL REFERENCES contacts,
    created_at           timestamptz NOT NULL,
    opened_at            timestamptz,
    expires_at           timestamptz,
    last_inbound_at      timestamptz,
    last_outbound_at     timestamptz,
    disputed_at          timestamptz,
    template_accepted_at timestamptz,  -- of the last template that did not fail
    template_pending     text CHECK (template_pending IN ('planned', 'inflight', 'unknown')),
    resume_claimed_until timestamptz,
    resume_claimed_by    text,
    last_activity_at     timestamptz NOT NULL
        GENERATED ALWAYS AS (coalesce(greatest(last_inbound_at, last_outbound_at), created_at)) STORED,
    UNIQUE (business_number_id, contact_id),
    -- A window exists only because the contact wrote, and all three facts of it appear together (W1).
    CHECK ((opened_at IS NULL) = (expires_at IS NULL) AND (opened_at IS NULL) = (last_inbound_at IS NULL)),
    CHECK (opened_at <= last_inbound_at AND expires_at = last_inbound_at + interval '24 hours'),
    CHECK ((resume_claimed_until IS NULL) = (resume_claimed_by IS NULL))
);
CREATE INDEX conversations_by_deadline ON conversations (expires_at, id);
CREATE INDEX conversations_by_activity ON conversations (last_activity_at DESC, id DESC);
CREATE INDEX conversations_by_contact ON conversations (contact_id);

-- W5, W9: the window is half-open, and a dispute closes it until the contact writes again.
-- +goose StatementBegin
CREATE FUNCTION conversation_window_open(c conversations, at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT c.expires_at IS NOT NULL AND at < c.expires_at
       AND (c.disputed_at IS NULL OR c.last_inbound_at > c.disputed_at)
$$;
-- +goose StatementEnd

-- W6, the same decision as conversation.Status in Go; a property test holds the two together.
-- +goose StatementBegin
CREATE FUNCTION conversation_status(c conversations, at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN conversation_window_open(c, at) AND c.expires_at - at > interval '1 hour' THEN 'active'
        WHEN conversation_window_open(c, at) THEN 'expiring'
        WHEN c.template_pending IS NOT NULL OR at < c.resume_claimed_until THEN 'resuming'
        WHEN c.template_accepted_at IS NOT NULL
             -- not answered since,
             AND (c.last_inbound_at IS NULL OR c.last_inbound_at <= c.template_accepted_at)
             -- and accepted while the window was closed.
             AND (c.expires_at IS NULL OR c.expires_at <= c.template_accepted_at
                  OR (c.disputed_at >= c.last_inbound_at AND c.disputed_at <= c.template_accepted_at))
            THEN 'awaiting_reply'
        ELSE 'expired'
    END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION conversation_status;
DROP FUNCTION conversation_window_open;
DROP TABLE conversations, contact_aliases, contacts, business_numbers, installation;
