-- Prices as data, what number-wide counts rest on, and what finance has to look at.

-- +goose Up

-- A set of rate cards as it was loaded, with its regions.csv; named by its content, so it never changes.
CREATE TABLE card_sets (
    digest    text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),  -- SHA-256 of names and contents
    files     jsonb NOT NULL CHECK (jsonb_typeof(files) = 'object'),  -- {"meta-usd-2026-10-01.csv": "# scheme: ..."}
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Which set a name means now. "shipped" is the set of the program that was started last.
CREATE TABLE named_card_sets (
    name   text PRIMARY KEY CHECK (name <> ''),
    digest text NOT NULL REFERENCES card_sets,
    since  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- NULL: the shipped set.
ALTER TABLE scheme_assignments ADD COLUMN card_set text REFERENCES named_card_sets;

-- What an assignment's set of cards was, and which version of its scheme, when a number's month (of its account's calendar)
-- was first posted. Later postings use the same, until somebody orders a rerate.
CREATE TABLE pinned_cards (
    business_number_id uuid NOT NULL REFERENCES business_numbers,
    scheme             text NOT NULL CHECK (scheme <> ''),
    month              date NOT NULL CHECK (extract(day FROM month) = 1),
    card_set           text NOT NULL REFERENCES named_card_sets,  -- of the assignment
    -- The first set prices the month. A further one came later, had a price that those before it lack, and prices only that.
    place              int NOT NULL CHECK (place >= 1),
    digest             text NOT NULL REFERENCES card_sets,        -- what that name meant
    scheme_version     int NOT NULL CHECK (scheme_version >= 1),
    pinned_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (business_number_id, scheme, month, card_set, place)
);

-- Who reads later why a month's prices changed finds it here.
CREATE TABLE rerates (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    business_number_id uuid REFERENCES business_numbers,  -- NULL: all
    from_month         date NOT NULL CHECK (extract(day FROM from_month) = 1),
    until_month        date NOT NULL CHECK (extract(day FROM until_month) = 1 AND until_month > from_month),  -- not in it
    unpinned           bigint NOT NULL,  -- pins that were removed
    marked             bigint NOT NULL,  -- conversations that were marked
    ordered_at         timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A mark names a stretch of time: what lies after its latest event that is not billed need not be looked at either.
-- 'infinity': not known.
ALTER TABLE dirty_conversations ADD COLUMN until timestamptz NOT NULL DEFAULT 'infinity';

-- Entry points whose end the provider states, which may lie far behind their messages.
CREATE INDEX events_by_entry_point_end ON events (conversation_id, entry_point_until) WHERE entry_point_until IS NOT NULL;

-- The advisory lock of who counts a number's places. It is taken before those of conversations (billing_lock), never after.
-- +goose StatementBegin
CREATE FUNCTION counting_lock(business_number_id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT uuid_hash_extended(business_number_id, 2)
$$;
-- +goose StatementEnd

-- The deliveries that take a place in a number's monthly allowance (P4). Derived from the events of one conversation each,
-- written only under the number's lock; the 1,000th of a month, in this order, is where the allowance ends. A message for
-- which that matters although it takes no place is here as well, so that it is looked at again when the end moves.
CREATE TABLE allowance_places (
    business_number_id uuid NOT NULL REFERENCES business_numbers,
    scheme             text NOT NULL,
    delivered_at       timestamptz NOT NULL,
    event_id           uuid NOT NULL,  -- the message
    counts             boolean NOT NULL,  -- it takes a place
    conversation_id    uuid NOT NULL REFERENCES conversations,
    PRIMARY KEY (business_number_id, scheme, delivered_at, event_id)
);
CREATE INDEX allowance_places_by_conversation ON allowance_places (conversation_id, delivered_at);

-- Messages that are owed something for which no card states a price. Derived, rewritten when their conversation is billed.
CREATE TABLE unpriced_messages (
    event_id           uuid NOT NULL REFERENCES events,
    scheme             text NOT NULL,
    category           text NOT NULL,  -- the card's column
    conversation_id    uuid NOT NULL REFERENCES conversations,
    business_number_id uuid NOT NULL REFERENCES business_numbers,
    card               text NOT NULL DEFAULT '',  -- empty: the set has no card of the scheme
    market             text NOT NULL DEFAULT '',  -- empty: not known, or prices do not depend on it
    charged_at         timestamptz NOT NULL,      -- the instant of the charge that it is not
    PRIMARY KEY (event_id, scheme, category)
);
CREATE INDEX unpriced_messages_by_conversation ON unpriced_messages (conversation_id);
CREATE INDEX unpriced_messages_by_time ON unpriced_messages (charged_at, event_id);

-- Messages of which the provider's verdict (P6, which is what is charged) and our own computation disagree. Derived likewise.
CREATE TABLE verdict_differences (
    event_id           uuid NOT NULL REFERENCES events,
    scheme             text NOT NULL,
    conversation_id    uuid NOT NULL REFERENCES conversations,
    business_number_id uuid NOT NULL REFERENCES business_numbers,
    delivered_at       timestamptz NOT NULL,
    market             text NOT NULL,  -- the card's row
    verdict_type       text NOT NULL,
    verdict_category   text NOT NULL DEFAULT '',
    verdict_micros     bigint NOT NULL CHECK (verdict_micros >= 0),  -- what is charged
    own_rule           text NOT NULL,
    own_category       text NOT NULL,
    own_micros         bigint NOT NULL CHECK (own_micros >= 0),      -- what would be without the verdict
    currency           char(3) NOT NULL,
    PRIMARY KEY (event_id, scheme)
);
CREATE INDEX verdict_differences_by_conversation ON verdict_differences (conversation_id);
CREATE INDEX verdict_differences_by_time ON verdict_differences (delivered_at, event_id);

-- A plan that was made while the table was young would read all of it for every row of the first large settlement.
ALTER FUNCTION charges_balance() SET enable_seqscan = off;

-- +goose Down
ALTER FUNCTION charges_balance() RESET enable_seqscan;
DROP TABLE verdict_differences, unpriced_messages, allowance_places, rerates, pinned_cards;
DROP FUNCTION counting_lock;
DROP INDEX events_by_entry_point_end;
ALTER TABLE dirty_conversations DROP COLUMN until;
ALTER TABLE scheme_assignments DROP COLUMN card_set;
DROP TABLE named_card_sets, card_sets;
