-- Broadcasts of an approved template: what was asked for, and one row for everybody who is to get it (K3).

-- +goose Up

CREATE TABLE campaigns (
    id                 uuid PRIMARY KEY,
    name               text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    business_number_id uuid NOT NULL REFERENCES business_numbers,
    template_name      text NOT NULL CHECK (template_name <> ''),
    template_language  text NOT NULL CHECK (template_language <> ''),
    -- template.Parameters, whose texts may name the contact's fields: {{contact.first_name|there}}. Personal data at most by accident.
    parameters         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
    segment_id         uuid NOT NULL REFERENCES segments,
    limits             jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(limits) = 'object'),  -- campaign.Limits
    start_at           timestamptz,              -- virtual; NULL: as soon as it is launched
    end_at             timestamptz,              -- virtual; nothing new is sent from then on
    state              text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled')),
    reason             text,                     -- of paused: a code of campaign.Reason
    reason_facts       jsonb,
    version            int NOT NULL DEFAULT 1,   -- of what was asked for; counts the edits of a draft
    -- From the launch on: the filter as it stood, the template's category as it stood (K6: recategorised), who was chosen.
    filter             jsonb,
    category           text CHECK (category IN ('marketing', 'utility', 'authentication')),
    -- Choosing (K2): the virtual moment at which the filter is asked, up to which contact that is done, and when it was complete.
    choosing_at        timestamptz,
    chosen_to          uuid,
    materialised_at    timestamptz,              -- virtual
    recipients         int,                      -- how many they are
    left_out           jsonb,                    -- campaign.LeftOut: contacts of the segment who are none, by reason (K1)
    -- Where there is a budget: the sum of its recipients' reserved_micros, kept by keep_reserved alone.
    reserved_micros    bigint NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
    created_at         timestamptz NOT NULL,
    created_by         text NOT NULL,            -- user/ID or key/ID
    launched_at        timestamptz,
    launched_by        text,
    finished_at        timestamptz,              -- or cancelled
    -- From when failures and opt-outs count (K6), virtual: it began, or somebody has resumed it and answers for what was before.
    watched_from       timestamptz,
    told               boolean NOT NULL DEFAULT true,  -- its run knows of the last change of its state
    CHECK ((state IN ('draft', 'scheduled')) OR launched_at IS NOT NULL OR state = 'cancelled'),
    CHECK ((state = 'paused') = (reason IS NOT NULL)),
    CHECK ((state IN ('finished', 'cancelled')) = (finished_at IS NOT NULL))
);
CREATE INDEX campaigns_by_time ON campaigns (created_at DESC, id DESC);
CREATE INDEX campaigns_by_number ON campaigns (business_number_id) WHERE state IN ('running', 'paused');

-- One per campaign and contact. The id is made from both, and is the id of its send, so that nobody gets it twice (K3).
CREATE TABLE campaign_recipients (
    id              uuid PRIMARY KEY,
    campaign_id     uuid NOT NULL REFERENCES campaigns,
    contact_id      uuid NOT NULL REFERENCES contacts,       -- as chosen; it may have become part of another since (W10)
    conversation_id uuid REFERENCES conversations,           -- from when it is asked for
    market          text NOT NULL DEFAULT '',                -- of the contact, as chosen
    parameters      jsonb,                                   -- personal data: frozen; NULL: not yet
    -- pending: its turn has not come. held: it was refused for now, and is asked again from due_at on. asked: its conversation has
    -- been told. planned, accepted, refused, failed, unknown: as its send, once that exists; inflight counts as planned.
    -- not_sent: the campaign ended before.
    state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'held', 'asked', 'planned', 'accepted', 'refused', 'failed', 'unknown', 'not_sent')),
    code            text,                                    -- why held, refused, failed or not sent
    due_at          timestamptz,                             -- virtual; of held
    asked_at        timestamptz,                             -- real
    -- What the quote of its send takes from the campaign's budget; NULL: nothing, or nothing any more, for it was refused or failed.
    reserved_micros bigint CHECK (reserved_micros >= 0),
    -- Results, from the facts about its send's message.
    settled_at      timestamptz,                             -- virtual: when it was accepted, refused for good, or failed
    delivery        text CHECK (delivery IN ('sent', 'delivered', 'read', 'failed')),
    delivered_at    timestamptz,
    read_at         timestamptz,
    answered_at     timestamptz,
    opted_out_at    timestamptz,
    UNIQUE (campaign_id, contact_id),
    CHECK (state NOT IN ('held', 'refused', 'failed', 'not_sent') OR code IS NOT NULL),
    CHECK ((state = 'held') = (due_at IS NOT NULL)),
    CHECK (state IN ('pending', 'held', 'refused', 'not_sent') OR asked_at IS NOT NULL)
);
-- Paged through by key; who is next, who has been asked and is not heard of, who has come back because of what holds for all, and
-- what counts for K6.
CREATE INDEX campaign_recipients_by_key ON campaign_recipients (campaign_id, id);
CREATE INDEX campaign_recipients_next ON campaign_recipients (campaign_id, due_at NULLS FIRST, id) WHERE state IN ('pending', 'held');
CREATE INDEX campaign_recipients_open ON campaign_recipients (campaign_id, asked_at) WHERE state IN ('asked', 'planned', 'unknown');
CREATE INDEX campaign_recipients_returned ON campaign_recipients (campaign_id) WHERE state = 'pending' AND code IS NOT NULL;
CREATE INDEX campaign_recipients_settled ON campaign_recipients (campaign_id, settled_at DESC) WHERE settled_at IS NOT NULL;
CREATE INDEX campaign_recipients_by_conversation ON campaign_recipients (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX campaign_recipients_by_contact ON campaign_recipients (contact_id);

-- A budget is given back exactly as often as it was taken, whoever moves a recipient. Campaigns without one have no row that all of
-- their sends would wait for.
-- +goose StatementBegin
CREATE FUNCTION keep_reserved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE campaigns c
    SET reserved_micros = c.reserved_micros + coalesce(NEW.reserved_micros, 0) - coalesce(OLD.reserved_micros, 0)
    WHERE c.id = NEW.campaign_id AND c.limits ->> 'budget_micros' IS NOT NULL;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER campaign_recipients_reserve AFTER UPDATE ON campaign_recipients
    FOR EACH ROW WHEN (OLD.reserved_micros IS DISTINCT FROM NEW.reserved_micros) EXECUTE FUNCTION keep_reserved();

-- How long after its delivery a message counts as answered. Limits have it as Go writes a duration: 72h0m0s.
-- +goose StatementBegin
CREATE FUNCTION campaign_answer_within(limits jsonb) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(nullif(limits ->> 'answer_within', '')::interval, interval '72 hours')
$$;
-- +goose StatementEnd

-- Which messages answer to which, by the wamid that they quote: few messages do.
CREATE INDEX events_quoting ON events (conversation_id, (content ->> 'answers'))
    WHERE kind = 'inbound' AND content ->> 'answers' IS NOT NULL;

-- When campaigns of a number may ask the next one, in real time on the database's clock: their share of its rate.
CREATE TABLE campaign_paces (
    business_number_id uuid PRIMARY KEY REFERENCES business_numbers,
    next_at            timestamptz NOT NULL
);

-- The advisory lock under which a number's contacts of the last 24 h are counted; the seed keeps it apart from others.
-- +goose StatementBegin
CREATE FUNCTION reach_lock(business_number_id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT uuid_hash_extended(business_number_id, 6)
$$;
-- +goose StatementEnd

ALTER TABLE sends ADD COLUMN campaign_id uuid REFERENCES campaigns;
CREATE INDEX sends_of_campaigns ON sends (campaign_id, id) WHERE campaign_id IS NOT NULL;

-- How many contacts Meta's tier lets the number begin with in any 24 h; NULL: as many as it likes.
ALTER TABLE business_numbers ADD COLUMN contacts_per_day int CHECK (contacts_per_day > 0);

-- What a campaign would come to, over those whom a filter means (K5): how many, by their market, the first reason for which they would
-- be no recipients (K1, as candidates are chosen), and which of the needed fields they lack; and of those with how many a window is
-- open, and with how many there has been something since a time that may make a message cheaper. Each EXISTS speaks of one contact
-- only, so that with this memory it is answered for a million of them at once instead of one by one.
-- +goose StatementBegin
CREATE FUNCTION audience_quote(filter jsonb, at timestamptz, since timestamptz, portfolio text, category text, needed text[], number uuid)
RETURNS TABLE (market text, left_out text, missing text[], contacts bigint, open bigint, recent bigint)
LANGUAGE plpgsql STABLE ROWS 100 SET work_mem = '64MB' AS $$
BEGIN
    RETURN QUERY EXECUTE '
        SELECT w.market, w.left_out, w.missing, count(*), count(*) FILTER (WHERE w.open), count(*) FILTER (WHERE w.recent)
        FROM (
            SELECT c.market, CASE
                WHEN c.phone IS NULL AND NOT EXISTS (SELECT FROM contact_aliases a
                                                     WHERE a.contact_id = c.id AND a.kind = ''bsuid'' AND a.portfolio = $4) THEN ''unreachable''
                WHEN ' || suppressed_condition('$5') || ' THEN ''suppressed''
                WHEN ' || format(consent_condition('out'), '$5') || ' THEN ''opted_out''
                WHEN NOT ' || format(consent_condition('in'), '$5') || ' THEN ''no_opt_in''
                ELSE '''' END AS left_out,
                ARRAY(SELECT f.name FROM unnest($6) f(name)
                      WHERE coalesce(CASE f.name WHEN ''name'' THEN c.name WHEN ''first_name'' THEN c.name WHEN ''language'' THEN c.language
                                                 WHEN ''phone'' THEN c.phone ELSE c.fields ->> f.name END, '''') !~ ''\S'') AS missing,
                coalesce(v.window_end > $2, false) AS open,
                coalesce(greatest(v.last_inbound_at, v.last_outbound_at, v.template_accepted_at) > $3, false) AS recent
            FROM contacts c
            LEFT JOIN conversations v ON v.contact_id = c.id AND v.business_number_id = $7 AND v.merged_into IS NULL
            WHERE ' || audience_condition(filter) || '
        ) w
        GROUP BY w.market, w.left_out, w.missing'
        USING filter, at, since, portfolio, category, needed, number;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION audience_quote;
ALTER TABLE business_numbers DROP COLUMN contacts_per_day;
DROP INDEX sends_of_campaigns;
ALTER TABLE sends DROP COLUMN campaign_id;
DROP FUNCTION reach_lock;
DROP INDEX events_quoting;
DROP TABLE campaign_paces, campaign_recipients, campaigns;
DROP FUNCTION keep_reserved, campaign_answer_within;
