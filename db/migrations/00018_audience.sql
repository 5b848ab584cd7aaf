-- Whom campaigns are for: what the business itself knows of its contacts, and the filters that it keeps.

-- +goose Up

ALTER TABLE contacts
    ADD COLUMN tags   text[] NOT NULL DEFAULT '{}',  -- sorted, each once
    -- Personal data: custom fields by name, texts: {"city": "Lima"}. A name is lower case, [a-z][a-z0-9_]{0,39}.
    ADD COLUMN fields jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(fields) = 'object');
CREATE INDEX contacts_by_tag ON contacts USING gin (tags);
-- As people look through them: those that came last first.
CREATE INDEX contacts_by_time ON contacts (created_at DESC, id DESC) WHERE merged_into IS NULL;

-- Few have opted out, among a million who have opted in: who they are is known without looking at those.
CREATE INDEX consent_changes_opt_outs ON consent_changes (category, contact_id, occurred_at) WHERE NOT opted_in;

-- A saved filter. Who it finds is asked anew each time; a campaign writes that down when it is launched (K2), and keeps the filter. A
-- segment that is deleted stays as what those campaigns were for; nothing new is for it.
CREATE TABLE segments (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    filter     jsonb NOT NULL CHECK (jsonb_typeof(filter) = 'object'),  -- audience.Filter
    version    int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,           -- user/ID or key/ID
    changed_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX segments_by_name ON segments (name) WHERE deleted_at IS NULL;

-- Who a filter means. The condition is written here once, and whoever counts, lists or chooses asks by it, so that the number that
-- people see and those who are then written to cannot differ. Only the parts that are given become part of the statement, because a
-- plan for all of them at once would serve none: it would go through all contacts whatever is asked for. What is put together are the
-- texts below and nothing else: every value stays a parameter ($1 the filter, $2 the virtual time).

-- +goose StatementBegin
CREATE FUNCTION filter_texts(filter jsonb, part text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT jsonb_array_elements_text(filter -> part))
$$;
-- +goose StatementEnd

-- What holds of a category for contacts c, in or out, as contact_permissions has it; %1$s stands for the category. As joins, so that
-- it can be found for all contacts at once and for a few one by one.
-- +goose StatementBegin
CREATE FUNCTION consent_condition(state text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT CASE state WHEN 'in' THEN $$
        EXISTS (SELECT FROM consent_changes i
                WHERE i.contact_id = c.id AND i.category = %1$s AND i.opted_in
                  -- a word that undoes an opt-out counts if there is one; none is later, as the next condition has it,
                  AND (i.source NOT IN ('keyword', 'whatsapp')
                       OR i.contact_id IN (SELECT b.contact_id FROM consent_changes b WHERE b.category = %1$s AND NOT b.opted_in))
                  -- and the opt-out of the same second may have come after it.
                  AND NOT EXISTS (SELECT FROM consent_changes o
                                  WHERE o.contact_id = i.contact_id AND o.category = i.category AND NOT o.opted_in
                                    AND date_trunc('second', o.occurred_at) >= date_trunc('second', i.occurred_at))) $$
    WHEN 'out' THEN $$
        EXISTS (SELECT FROM consent_changes o
                WHERE o.contact_id = c.id AND o.category = %1$s AND NOT o.opted_in
                  AND NOT EXISTS (SELECT FROM consent_changes i
                                  WHERE i.contact_id = o.contact_id AND i.category = o.category AND i.opted_in
                                    -- later than an opt-out, it undoes one
                                    AND date_trunc('second', i.occurred_at) > date_trunc('second', o.occurred_at))) $$
    END
$body$;
-- +goose StatementEnd

-- Whether contacts c are suppressed, for a category (%1$s as above) or for everything.
-- +goose StatementBegin
CREATE FUNCTION suppressed_condition(category text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT format($$
        EXISTS (SELECT FROM suppressions s
                WHERE s.contact_id = c.id AND s.lifted_at IS NULL AND (s.scope = 'all' OR %1$s = 'marketing')
                  AND (s.reason <> 'undeliverable'
                       OR NOT EXISTS (SELECT FROM conversations v WHERE v.contact_id = s.contact_id AND v.last_inbound_at > s.since))) $$, category)
$body$;
-- +goose StatementEnd

-- The condition on contacts c. A part that it does not know it refuses: left out, it would mean more people than somebody wanted.
-- +goose StatementBegin
CREATE FUNCTION audience_condition(filter jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    parts    text[] := ARRAY['c.merged_into IS NULL'];  -- who has become part of another is that (W10)
    talk     text := 'SELECT FROM conversations v WHERE v.contact_id = c.id AND v.merged_into IS NULL';
    statuses text[] := filter_texts(filter, 'statuses');
    status   text[] := '{}';
    sent     text := 'SELECT coalesce(m.merged_into, m.id) FROM campaign_recipients r JOIN contacts m ON m.id = r.contact_id
                      WHERE r.campaign_id = ($1 #>> ''{campaign,id}'')::uuid AND r.state = ''accepted''';
BEGIN
    IF filter - ARRAY['all_tags', 'any_tags', 'no_tags', 'fields', 'languages', 'markets', 'number', 'statuses', 'last_inbound_after',
                      'last_inbound_before', 'opted_in', 'campaign'] <> '{}' THEN
        RAISE EXCEPTION 'the filter has a part that is not known' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF filter ? 'all_tags' THEN
        parts := parts || text 'c.tags @> filter_texts($1, ''all_tags'')';
    END IF;
    IF filter ? 'any_tags' THEN
        parts := parts || text 'c.tags && filter_texts($1, ''any_tags'')';
    END IF;
    IF filter ? 'no_tags' THEN
        parts := parts || text 'NOT c.tags && filter_texts($1, ''no_tags'')';
    END IF;
    IF filter ? 'fields' THEN
        parts := parts || text 'c.fields @> ($1 -> ''fields'')';
    END IF;
    IF filter ? 'languages' THEN  -- en is all of English
        parts := parts || text '(c.language = ANY (filter_texts($1, ''languages''))
                                 OR split_part(c.language, ''_'', 1) = ANY (filter_texts($1, ''languages'')))';
    END IF;
    IF filter ? 'markets' THEN
        parts := parts || text 'c.market = ANY (filter_texts($1, ''markets''))';
    END IF;
    IF filter ? 'number' THEN  -- one that nobody knows has had no conversation, and nobody is meant, not even who has never written to it
        parts := parts || text 'EXISTS (SELECT FROM business_numbers n WHERE n.phone_number_id = $1 ->> ''number'')';
        talk := talk || ' AND v.business_number_id = (SELECT n.id FROM business_numbers n WHERE n.phone_number_id = $1 ->> ''number'')';
    END IF;
    IF filter ? 'statuses' THEN  -- W6, by the columns that indexes know; as conversation_status
        IF 'active' = ANY (statuses) THEN
            status := status || text 'v.window_end > $2 + interval ''1 hour''';
        END IF;
        IF 'expiring' = ANY (statuses) THEN
            status := status || text 'v.window_end > $2 AND v.window_end <= $2 + interval ''1 hour''';
        END IF;
        IF 'resuming' = ANY (statuses) THEN
            status := status || text 'v.window_end <= $2 AND v.resuming_until > $2';
        END IF;
        IF 'awaiting_reply' = ANY (statuses) THEN
            status := status || text 'v.window_end <= $2 AND v.awaits_reply AND (v.resuming_until IS NULL OR v.resuming_until <= $2)';
        END IF;
        IF 'expired' = ANY (statuses) THEN
            status := status || text 'v.window_end <= $2 AND NOT v.awaits_reply AND (v.resuming_until IS NULL OR v.resuming_until <= $2)';
        END IF;
        parts := parts || format('EXISTS (%s AND (%s))', talk, coalesce(nullif(array_to_string(status, ' OR '), ''), 'false'));
    END IF;
    -- Nobody's last activity is before the last message, and there is an index by activity.
    talk := talk || ' AND v.last_inbound_at >= ($1 ->> ''%1$s'')::timestamptz AND v.last_activity_at >= ($1 ->> ''%1$s'')::timestamptz';
    IF filter ? 'last_inbound_after' THEN
        parts := parts || format('EXISTS (' || talk || ')', 'last_inbound_after');
    END IF;
    IF filter ? 'last_inbound_before' THEN
        parts := parts || format('NOT EXISTS (' || talk || ')', 'last_inbound_before');
    END IF;
    IF filter ? 'opted_in' THEN
        parts := parts || format(consent_condition('in'), '$1 ->> ''opted_in''');
    END IF;
    IF filter ? 'campaign' THEN
        parts := parts || format(CASE WHEN (filter #>> '{campaign,answered}')::boolean
            THEN 'c.id IN (%1$s AND r.answered_at IS NOT NULL)'
            ELSE 'c.id IN (%1$s) AND NOT EXISTS (SELECT FROM (%1$s AND r.answered_at IS NOT NULL) answered(id) WHERE answered.id = c.id)' END, sent);
    END IF;
    RETURN array_to_string(parts, ' AND ');
END
$$;
-- +goose StatementEnd

-- The contacts that a filter means at a virtual time, by id: the first max_rows (NULL: all) of those after the given one.
-- +goose StatementBegin
CREATE FUNCTION audience(filter jsonb, at timestamptz, after uuid, max_rows bigint)
RETURNS TABLE (contact_id uuid) LANGUAGE plpgsql STABLE ROWS 10000 AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT c.id FROM contacts c WHERE c.id > $3 AND ' || audience_condition(filter) || ' ORDER BY c.id LIMIT $4'
        USING filter, at, after, max_rows;
END
$$;
-- +goose StatementEnd

-- The same for people who look through them: those that came last first, from before the given one on; if they are given, of these
-- contacts only, or of those whose name or phone matches its pattern.
-- +goose StatementBegin
CREATE FUNCTION audience_page(filter jsonb, at timestamptz, before_at timestamptz, before_id uuid, among uuid[], name_pattern text,
                              phone_pattern text, max_rows bigint)
RETURNS TABLE (contact_id uuid) LANGUAGE plpgsql STABLE ROWS 200 AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT c.id FROM contacts c WHERE (c.created_at, c.id) < ($3, $4) AND '
            || CASE WHEN among IS NULL THEN '' ELSE 'c.id = ANY ($5) AND ' END
            || CASE WHEN name_pattern IS NULL THEN '' ELSE '(c.name ILIKE $6 OR coalesce(c.phone LIKE $7, false)) AND ' END
            || audience_condition(filter) || ' ORDER BY c.created_at DESC, c.id DESC LIMIT $8'
        USING filter, at, before_at, before_id, among, name_pattern, phone_pattern, max_rows;
END
$$;
-- +goose StatementEnd

-- How many they are. The memory lets the contacts of a broad filter be joined at once, a million of them.
-- +goose StatementBegin
CREATE FUNCTION audience_count(filter jsonb, at timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE SET work_mem = '64MB' AS $$
DECLARE
    counted bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM contacts c WHERE ' || audience_condition(filter) INTO counted USING filter, at;
    RETURN counted;
END
$$;
-- +goose StatementEnd

-- How many they are, and how many of them have opted in to a category and opted out of it, without those who are suppressed, for it or
-- for everything; and those. The rest has said nothing. Asked one after the other, because as conditions each has a plan of its own:
-- in one statement they would be looked up contact by contact.
-- +goose StatementBegin
CREATE FUNCTION audience_consent(filter jsonb, at timestamptz, category text, OUT counted bigint, OUT opted_in bigint, OUT opted_out bigint,
                                 OUT suppressed bigint) LANGUAGE plpgsql STABLE SET work_mem = '64MB' AS $$
DECLARE
    asked   text := 'SELECT count(*) FROM contacts c WHERE ' || audience_condition(filter) || ' AND ';
    stopped text := suppressed_condition('$3');
BEGIN
    counted := audience_count(filter, at);
    EXECUTE asked || stopped INTO suppressed USING filter, at, category;
    EXECUTE asked || 'NOT ' || stopped || ' AND ' || format(consent_condition('in'), '$3') INTO opted_in USING filter, at, category;
    EXECUTE asked || 'NOT ' || stopped || ' AND ' || format(consent_condition('out'), '$3') INTO opted_out USING filter, at, category;
END
$$;
-- +goose StatementEnd

-- What contacts have been given, or are: the most frequent tags, names of fields, languages and markets. Of very many contacts it looks
-- at those of some blocks of the table, and estimated says so: the counts are then made from these.
-- +goose StatementBegin
CREATE FUNCTION contact_attributes(most int, most_blocks bigint, OUT kind text, OUT value text, OUT contacts bigint, OUT estimated boolean)
RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
DECLARE
    share real := least(1, most_blocks::real / greatest(1, pg_relation_size('contacts') / current_setting('block_size')::bigint));
BEGIN
    RETURN QUERY
    WITH looked_at AS MATERIALIZED (
        SELECT c.tags, c.fields, c.language, c.market FROM contacts c TABLESAMPLE SYSTEM (100 * share) WHERE c.merged_into IS NULL
    ), counted AS (
        SELECT 'tag' AS kind, t.tag AS value, count(*) AS n FROM looked_at l, unnest(l.tags) t(tag) GROUP BY 2
        UNION ALL
        SELECT 'field', f.name, count(*) FROM looked_at l, jsonb_object_keys(l.fields) f(name) GROUP BY 2
        UNION ALL
        SELECT 'language', l.language, count(*) FROM looked_at l WHERE l.language <> '' GROUP BY 2
        UNION ALL
        SELECT 'market', l.market, count(*) FROM looked_at l WHERE l.market <> '' GROUP BY 2
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY counted.kind ORDER BY n DESC, counted.value) AS place FROM counted
    )
    SELECT r.kind, r.value, round(r.n / share)::bigint, share < 1 FROM ranked r WHERE r.place <= most ORDER BY r.kind, r.place;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION contact_attributes, audience_consent, audience_count, audience_page, audience, audience_condition, suppressed_condition, consent_condition,
    filter_texts;
DROP TABLE segments;
DROP INDEX contacts_by_time, consent_changes_opt_outs;
ALTER TABLE contacts DROP COLUMN fields, DROP COLUMN tags;
