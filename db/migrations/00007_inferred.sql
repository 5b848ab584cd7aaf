-- Messages that nobody has told us about and whose statuses say that they arrived: somebody sends by other means.

-- +goose Up

-- An inferred message has an id of its own and names, as its statuses do, the id that the message itself has or will have. When
-- the message is reported under that id, the inferred one counts no longer; nothing is deleted.
ALTER TABLE events ADD COLUMN inferred boolean NOT NULL DEFAULT false;
ALTER TABLE events DROP CONSTRAINT events_check;
ALTER TABLE events ADD CONSTRAINT status_or_inferred_names_its_message
    CHECK ((kind = 'status' OR inferred) = (message_id IS NOT NULL)),
    ADD CONSTRAINT only_outbound_is_inferred CHECK (NOT inferred OR kind = 'outbound');
CREATE UNIQUE INDEX events_inferred ON events (message_id) WHERE inferred;

DROP TRIGGER events_keep_facts ON events;
CREATE TRIGGER events_keep_facts
    BEFORE UPDATE OF id, kind, type, source, occurred_at, received_at, recorded_at, clock_clamped, opens_window,
        message_id, market, category, entry_point, entry_point_until, pricing, error_code, raw_body_id, inferred ON events
    FOR EACH ROW EXECUTE FUNCTION events_append_only();

-- The message was inferred before, if ever, it was reported. Here, because who stores either holds this row's lock.
ALTER TABLE outbound_messages ADD COLUMN inferred boolean NOT NULL DEFAULT false;

-- An inferred message counts until the message itself is known.
-- +goose StatementBegin
CREATE FUNCTION superseded(e events) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT e.inferred AND EXISTS (SELECT FROM events m WHERE m.id = e.message_id)
$$;
-- +goose StatementEnd

-- When a message occurred: an inferred one with the first of its statuses, in whatever order they came.
-- +goose StatementBegin
CREATE FUNCTION message_at(e events) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN e.inferred
        THEN least(e.occurred_at, (SELECT min(s.occurred_at) FROM events s WHERE s.message_id = e.message_id AND s.kind = 'status'))
        ELSE e.occurred_at
    END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION message_at;
DROP FUNCTION superseded;
ALTER TABLE outbound_messages DROP COLUMN inferred;
DROP TRIGGER events_keep_facts ON events;
CREATE TRIGGER events_keep_facts
    BEFORE UPDATE OF id, kind, type, source, occurred_at, received_at, recorded_at, clock_clamped, opens_window,
        message_id, market, category, entry_point, entry_point_until, pricing, error_code, raw_body_id ON events
    FOR EACH ROW EXECUTE FUNCTION events_append_only();
ALTER TABLE events DROP COLUMN inferred;
ALTER TABLE events ADD CONSTRAINT events_check CHECK ((kind = 'status') = (message_id IS NOT NULL)) NOT VALID;
