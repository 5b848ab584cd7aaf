-- What a contact has agreed to, whom we do not write to, and when a business number does not send.

-- +goose Up

-- Every opt-in and opt-out, by whom, when and how: the record, and the truth. What holds for a category is its latest
-- change; of two at one instant the opt-out. A word that undoes an opt-out (START, or resume in the app) is an opt-in only
-- if there is one before it: who has never opted out may mean something else by it.
CREATE TABLE consent_changes (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id  uuid NOT NULL REFERENCES contacts,
    category    text NOT NULL CHECK (category IN ('marketing', 'utility', 'authentication')),
    opted_in    boolean NOT NULL,
    source      text NOT NULL CHECK (source <> ''),  -- keyword, whatsapp, whatsapp_131050, import, form, ...
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (contact_id, category, occurred_at, opted_in, source)
);
CREATE INDEX consent_changes_latest ON consent_changes (contact_id, category, occurred_at DESC, opted_in);

-- +goose StatementBegin
CREATE FUNCTION consent_changes_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consent_changes is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER consent_changes_no_update BEFORE UPDATE OR DELETE ON consent_changes
    FOR EACH ROW EXECUTE FUNCTION consent_changes_append_only();
CREATE TRIGGER consent_changes_no_truncate BEFORE TRUNCATE ON consent_changes
    FOR EACH STATEMENT EXECUTE FUNCTION consent_changes_append_only();

-- Whom not to write to. One that is undeliverable (131026) ends by itself with the contact's next message; the others by
-- hand. A lifted one stays as a record.
CREATE TABLE suppressions (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    contact_id  uuid NOT NULL REFERENCES contacts,
    scope       text NOT NULL CHECK (scope IN ('all', 'marketing')),
    reason      text NOT NULL CHECK (reason IN ('undeliverable', 'recipient_is_sender', 'experiment', 'manual')),
    source      text NOT NULL,
    since       timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lifted_at   timestamptz,
    lifted_by   text,
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE UNIQUE INDEX suppressions_in_force ON suppressions (contact_id, reason) WHERE lifted_at IS NULL;

-- What the gate asks of a contact, in one row: the state of consent by category ('', in, out), and the reason of a
-- suppression, of everything or of marketing alone.
-- +goose StatementBegin
CREATE FUNCTION contact_permissions(contact uuid, OUT marketing text, OUT utility text, OUT authentication text,
                                    OUT suppressed text, OUT suppressed_marketing text) LANGUAGE sql STABLE AS $$
    WITH latest AS (
        SELECT DISTINCT ON (c.category) c.category, CASE WHEN c.opted_in THEN 'in' ELSE 'out' END AS state
        FROM consent_changes c
        WHERE c.contact_id = contact
          AND NOT (c.opted_in AND c.source IN ('keyword', 'whatsapp')
                   AND NOT EXISTS (SELECT FROM consent_changes o
                                   WHERE o.contact_id = contact AND o.category = c.category AND NOT o.opted_in
                                     AND o.occurred_at <= c.occurred_at))
        -- By whole seconds, which is all that WhatsApp states: a STOP in the second of an opt-in may have come after it.
        ORDER BY c.category, date_trunc('second', c.occurred_at) DESC, c.opted_in
    ), force AS (
        SELECT s.scope, s.reason FROM suppressions s
        WHERE s.contact_id = contact AND s.lifted_at IS NULL
          AND (s.reason <> 'undeliverable'
               OR NOT EXISTS (SELECT FROM conversations v WHERE v.contact_id = contact AND v.last_inbound_at > s.since))
    )
    SELECT coalesce((SELECT state FROM latest WHERE category = 'marketing'), ''),
           coalesce((SELECT state FROM latest WHERE category = 'utility'), ''),
           coalesce((SELECT state FROM latest WHERE category = 'authentication'), ''),
           coalesce((SELECT min(reason) FROM force WHERE scope = 'all'), ''),
           coalesce((SELECT min(reason) FROM force WHERE scope = 'marketing'), '')
$$;
-- +goose StatementEnd

-- Where the contact lives, if somebody has told us; else it follows from the phone's region. Language as in sends, en_US.
ALTER TABLE contacts ADD COLUMN time_zone text NOT NULL DEFAULT '', ADD COLUMN language text NOT NULL DEFAULT '';

-- A number that does not send: its sender is paused by the provider's refusal (error classes sender_paused, auth,
-- registration), or by hand, and resumed by hand. settings_version counts the changes to settings.
ALTER TABLE business_numbers
    ADD COLUMN sender_paused_at    timestamptz,
    ADD COLUMN sender_paused_class text,
    ADD COLUMN sender_paused_code  int,
    ADD COLUMN messages_per_second int NOT NULL DEFAULT 80 CHECK (messages_per_second BETWEEN 1 AND 10000),
    -- Words by language that opt a contact out, as {"en": ["stop"]}, in place of those that the program knows in that
    -- language.
    ADD COLUMN stop_words          jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(stop_words) = 'object'),
    ADD CHECK ((sender_paused_at IS NULL) = (sender_paused_class IS NULL));

-- +goose Down
ALTER TABLE business_numbers DROP COLUMN sender_paused_at, DROP COLUMN sender_paused_class, DROP COLUMN sender_paused_code,
    DROP COLUMN messages_per_second, DROP COLUMN stop_words;
ALTER TABLE contacts DROP COLUMN time_zone, DROP COLUMN language;
DROP FUNCTION contact_permissions;
DROP TABLE suppressions, consent_changes;
DROP FUNCTION consent_changes_append_only;
