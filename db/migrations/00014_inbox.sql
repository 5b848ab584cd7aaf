-- How conversations are looked through: by state and by number, in either order, and by a part of a name or of a phone. What of a
-- status does not depend on the clock becomes columns, so that an index can answer for the rest with a comparison.

-- +goose Up

-- A list goes through an index in its order and leaves out what is not asked for without reading the row. So the columns that decide
-- that lie in the index, and none of them is a status: status is derived (W6), and these are what it is derived from.
ALTER TABLE conversations
    -- The window is open before this time (W5, W9); a time before all others: it is not open at any.
    ADD COLUMN window_end timestamptz NOT NULL GENERATED ALWAYS AS (
        CASE WHEN disputed_at IS NULL OR last_inbound_at > disputed_at
             THEN coalesce(expires_at, '0001-01-01 00:00:00+00'::timestamptz)
             ELSE '0001-01-01 00:00:00+00'::timestamptz END) STORED,
    -- Resuming before this time, once the window is closed; a time after all others: as long as a template is pending.
    ADD COLUMN resuming_until timestamptz GENERATED ALWAYS AS (
        CASE WHEN template_pending IS NOT NULL THEN '9999-12-31 00:00:00+00'::timestamptz ELSE resume_claimed_until END) STORED,
    -- Awaiting a reply, once the window is closed, unless resuming.
    ADD COLUMN awaits_reply boolean NOT NULL GENERATED ALWAYS AS (
        template_accepted_at IS NOT NULL
        AND (last_inbound_at IS NULL OR last_inbound_at <= template_accepted_at)
        AND (expires_at IS NULL OR expires_at <= template_accepted_at
             OR coalesce(disputed_at >= last_inbound_at AND disputed_at <= template_accepted_at, false))) STORED;

-- What has been merged into another conversation is not listed (W10).
DROP INDEX conversations_by_deadline;
CREATE INDEX conversations_by_deadline ON conversations (window_end, id) WHERE merged_into IS NULL;
DROP INDEX conversations_by_activity;
CREATE INDEX conversations_by_activity ON conversations (last_activity_at DESC, id DESC, window_end, awaits_reply, resuming_until)
    WHERE merged_into IS NULL;
CREATE INDEX conversations_of_number_by_deadline ON conversations (business_number_id, window_end, id) WHERE merged_into IS NULL;
CREATE INDEX conversations_of_number_by_activity
    ON conversations (business_number_id, last_activity_at DESC, id DESC, window_end, awaits_reply, resuming_until) WHERE merged_into IS NULL;
-- The rare states, which otherwise would be looked for among all others. A number's are so few that they need no index of their own.
CREATE INDEX conversations_resuming ON conversations (last_activity_at DESC, id DESC, resuming_until, window_end, business_number_id)
    WHERE resuming_until IS NOT NULL AND merged_into IS NULL;
CREATE INDEX conversations_awaiting_reply ON conversations (last_activity_at DESC, id DESC, window_end, resuming_until, business_number_id)
    WHERE awaits_reply AND merged_into IS NULL;

-- A part of a name or of a phone is found by its runs of three characters. pg_trgm would do the same, but is a package of its own
-- in some distributions, and knows no parts of one or two characters; these are beginnings of runs here.
-- The first way is quick for names as people have them, and quadratic; the second is for those of ten thousand characters. In plpgsql,
-- because what is in SQL is planned again in every statement, which takes ten times as long as running it.
-- +goose StatementBegin
CREATE FUNCTION search_runs(t text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    folded text := lower(coalesce(t, ''));
    runs   text[] := '{}';
BEGIN
    IF char_length(folded) > 200 THEN
        RETURN ARRAY(SELECT concat(c, lead(c) OVER w, lead(c, 2) OVER w)
                     FROM unnest(string_to_array(folded, NULL)) WITH ORDINALITY u(c, i) WINDOW w AS (ORDER BY i));
    END IF;
    FOR i IN 1..char_length(folded) LOOP
        runs := runs || substr(folded, i, 3);
    END LOOP;
    RETURN runs;
END
$$;
-- +goose StatementEnd

-- What has all runs of the part, or begins one with it. It may find too much, and the text itself has to be compared; a bound on the
-- number of runs keeps a long part from costing more than it excludes.
-- +goose StatementBegin
CREATE FUNCTION part_query(part text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (SELECT string_agg('''' || replace(replace(run, '\', '\\'), '''', '''''') || CASE WHEN char_length(run) < 3 THEN ''':*' ELSE '''' END, ' & ')
            FROM (SELECT DISTINCT run FROM unnest(search_runs(part)) run
                  WHERE char_length(run) = least(3, char_length(lower(part))) LIMIT 20) runs)::tsquery
$$;
-- +goose StatementEnd

-- digits: the part as of a phone, or NULL.
-- +goose StatementBegin
CREATE FUNCTION contact_query(part text, digits text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN digits IS NULL THEN part_query(part) ELSE part_query(part) || part_query(digits) END || ('=' || md5(part))::tsquery
$$;
-- +goose StatementEnd

-- What a contact is found by: runs of its name and of its phone, and its bsuid as a whole. A table of its own, because nobody who reads
-- a contact wants it, and because an index on the expression would have the planner compute it for every contact in turn where many match.
CREATE TABLE contact_parts (
    contact_id uuid PRIMARY KEY,  -- of contacts; not a reference, whose check would lock and rewrite each new contact
    runs       tsvector NOT NULL  -- personal data
);
CREATE INDEX contact_parts_by_run ON contact_parts USING gin (runs);

-- +goose StatementBegin
CREATE FUNCTION keep_contact_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contact_parts (contact_id, runs)
    VALUES (NEW.id, array_to_tsvector(search_runs(NEW.name) || search_runs(NEW.phone)
        || CASE WHEN NEW.bsuid IS NULL THEN '{}'::text[] ELSE ARRAY['=' || md5(NEW.bsuid)] END))
    ON CONFLICT (contact_id) DO UPDATE SET runs = EXCLUDED.runs;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER contacts_added AFTER INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION keep_contact_parts();
CREATE TRIGGER contacts_changed AFTER UPDATE ON contacts FOR EACH ROW
    WHEN ((OLD.name, OLD.phone, OLD.bsuid) IS DISTINCT FROM (NEW.name, NEW.phone, NEW.bsuid)) EXECUTE FUNCTION keep_contact_parts();
-- +goose StatementBegin
CREATE FUNCTION drop_contact_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM contact_parts WHERE contact_id = OLD.id;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER contacts_gone AFTER DELETE ON contacts FOR EACH ROW EXECUTE FUNCTION drop_contact_parts();
INSERT INTO contact_parts (contact_id, runs)
SELECT id, array_to_tsvector(search_runs(name) || search_runs(phone)
    || CASE WHEN bsuid IS NULL THEN '{}'::text[] ELSE ARRAY['=' || md5(bsuid)] END)
FROM contacts;

-- +goose Down
DROP TRIGGER contacts_added ON contacts;
DROP TRIGGER contacts_changed ON contacts;
DROP TRIGGER contacts_gone ON contacts;
DROP TABLE contact_parts;
DROP FUNCTION drop_contact_parts, keep_contact_parts, contact_query, part_query, search_runs;
DROP INDEX conversations_awaiting_reply, conversations_resuming, conversations_of_number_by_activity,
    conversations_of_number_by_deadline, conversations_by_activity, conversations_by_deadline;
ALTER TABLE conversations DROP COLUMN window_end, DROP COLUMN resuming_until, DROP COLUMN awaits_reply;
CREATE INDEX conversations_by_deadline ON conversations (expires_at, id);
CREATE INDEX conversations_by_activity ON conversations (last_activity_at DESC, id DESC);
