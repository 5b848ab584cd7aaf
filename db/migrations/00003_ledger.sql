-- What is owed: scheme assignments, dirty marks, and the append-only charges.

-- +goose Up

-- Which scheme a business number owes by from when on. Before the first one, and without any, it owes what Meta charges everybody.
CREATE TABLE scheme_assignments (
    business_number_id uuid NOT NULL REFERENCES business_numbers,
    effective_from     timestamptz NOT NULL,  -- may lie in the past; '-infinity': always
    scheme             text NOT NULL CHECK (scheme <> ''),
    PRIMARY KEY (business_number_id, effective_from)
);

-- A conversation whose events have changed since it was last billed. Storing any event writes a new version in the same
-- transaction; billing deletes the version that it saw, so what arrives meanwhile stays marked.
CREATE SEQUENCE dirty_version;
CREATE TABLE dirty_conversations (
    conversation_id    uuid PRIMARY KEY REFERENCES conversations,
    business_number_id uuid NOT NULL REFERENCES business_numbers,
    version            bigint NOT NULL,
    marked_at          timestamptz NOT NULL,  -- real time of the oldest mark not billed
    -- The least occurred_at of the events that are not billed: billing goes back no further than it must. A further mark
    -- lowers it and never raises it. '-infinity': not known, everything is looked at again.
    since              timestamptz NOT NULL DEFAULT '-infinity',
    -- Failed attempts, and the real time before which settlement does not try again. A further mark changes neither.
    attempts           int NOT NULL DEFAULT 0,
    retry_at           timestamptz NOT NULL DEFAULT '-infinity'
);
-- Settlement's turn within a number: what has never failed first, the oldest mark first.
CREATE INDEX dirty_conversations_by_turn ON dirty_conversations (business_number_id, retry_at, marked_at);

-- The advisory lock that serialises the billing of a conversation; the seed keeps it apart from locks of other purposes.
-- +goose StatementBegin
CREATE FUNCTION billing_lock(conversation_id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT uuid_hash_extended(conversation_id, 1)
$$;
-- +goose StatementEnd

CREATE TABLE charges (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scheme             text NOT NULL,
    card               text NOT NULL,
    kind               text NOT NULL CHECK (kind IN ('customer_initiated', 'business_initiated', 'template', 'session_in',
                                                     'session_out', 'message', 'conversation', 'fee')),
    event_id           uuid NOT NULL REFERENCES events,  -- the message that caused it
    revision           int NOT NULL CHECK (revision >= 1),
    reverses           bigint UNIQUE REFERENCES charges,  -- NULL: a charge; else the charge that this row cancels
    conversation_id    uuid NOT NULL REFERENCES conversations,
    business_number_id uuid NOT NULL REFERENCES business_numbers,
    category           text,
    market             text,
    amount_micros      bigint NOT NULL,
    currency           char(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    charged_at         timestamptz NOT NULL,  -- the instant that tariffs.md calls `at`
    rule               text NOT NULL CHECK (rule <> ''),
    posted_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Plain sums are right: charges are positive, reversals negative, nothing is zero.
    CHECK (CASE WHEN reverses IS NULL THEN amount_micros > 0 ELSE amount_micros < 0 END)
);
CREATE UNIQUE INDEX charges_by_key ON charges (scheme, kind, event_id, revision) WHERE reverses IS NULL;
CREATE INDEX charges_by_conversation ON charges (conversation_id, charged_at);
CREATE INDEX charges_by_time ON charges (charged_at, business_number_id);

-- +goose StatementBegin
CREATE FUNCTION charges_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'charges is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER charges_no_change BEFORE UPDATE OR DELETE ON charges FOR EACH ROW EXECUTE FUNCTION charges_append_only();
CREATE TRIGGER charges_no_truncate BEFORE TRUNCATE ON charges FOR EACH STATEMENT EXECUTE FUNCTION charges_append_only();

-- At most one charge of a key is not reversed, and a reversal repeats its charge with the amount negated.
-- +goose StatementBegin
CREATE FUNCTION charges_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reverses IS NULL THEN
        IF EXISTS (SELECT FROM charges c
                   WHERE c.scheme = NEW.scheme AND c.kind = NEW.kind AND c.event_id = NEW.event_id AND c.reverses IS NULL
                     AND NOT EXISTS (SELECT FROM charges r WHERE r.reverses = c.id)) THEN
            RAISE EXCEPTION 'event % already has an unreversed % charge under %', NEW.event_id, NEW.kind, NEW.scheme
                USING ERRCODE = 'unique_violation';
        END IF;
    ELSIF NOT EXISTS (SELECT FROM charges c
                      WHERE c.id = NEW.reverses AND c.reverses IS NULL AND c.scheme = NEW.scheme AND c.kind = NEW.kind
                        AND c.event_id = NEW.event_id AND c.revision = NEW.revision AND c.currency = NEW.currency
                        AND c.amount_micros = -NEW.amount_micros AND c.charged_at = NEW.charged_at
                        AND c.conversation_id = NEW.conversation_id) THEN
        RAISE EXCEPTION 'a reversal must repeat the charge that it reverses' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER charges_keep_balance BEFORE INSERT ON charges FOR EACH ROW EXECUTE FUNCTION charges_balance();

-- +goose Down
DROP TABLE charges;
DROP FUNCTION charges_balance;
DROP FUNCTION charges_append_only;
DROP FUNCTION billing_lock;
DROP TABLE dirty_conversations, scheme_assignments;
DROP SEQUENCE dirty_version;
