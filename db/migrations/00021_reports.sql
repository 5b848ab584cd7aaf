-- What pages and reports need beside campaigns: more is told of as it changes, and attempts are found faster.

-- +goose Up

-- A template is named by three texts and no id. An assignment of a scheme is a change of its number.
ALTER TABLE changes
    ADD COLUMN template jsonb,  -- {"waba_id", "name", "language"}
    DROP CONSTRAINT changes_kind_check,
    ADD CONSTRAINT changes_kind_check CHECK (kind IN ('status', 'message', 'reminder', 'send', 'kept_reply', 'charge', 'decision', 'plan',
                                                      'contact', 'number', 'campaign', 'template')),
    DROP CONSTRAINT changes_check,
    ADD CONSTRAINT changes_of_no_conversation CHECK ((conversation_id IS NULL) = (kind IN ('contact', 'number', 'campaign', 'template'))),
    ADD CONSTRAINT changes_of_templates CHECK ((template IS NOT NULL) = (kind = 'template'));

-- Lists that are fetched again and again touch all templates of an account; only what is otherwise than before is told.
-- +goose StatementBegin
CREATE FUNCTION note_new_templates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, template)
    SELECT 'template', jsonb_build_object('waba_id', n.waba_id, 'name', n.name, 'language', n.language) FROM added n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION note_changed_templates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, template)
    SELECT 'template', jsonb_build_object('waba_id', n.waba_id, 'name', n.name, 'language', n.language)
    FROM after n JOIN before o USING (waba_id, name, language)
    WHERE (n.status, n.reason, n.category, n.quality, n.components, n.removed_at)
          IS DISTINCT FROM (o.status, o.reason, o.category, o.quality, o.components, o.removed_at);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER templates_noted_new AFTER INSERT ON templates
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_new_templates();
CREATE TRIGGER templates_noted AFTER UPDATE ON templates
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_changed_templates();

-- What a campaign asks for and how it stands, and nothing that changes with each of its recipients: those are their conversations'.
-- +goose StatementBegin
CREATE FUNCTION note_campaigns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, subject_id) SELECT 'campaign', n.id FROM noted n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION note_changed_campaigns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, subject_id)
    SELECT 'campaign', n.id FROM after n JOIN before o ON o.id = n.id
    WHERE (n.state, n.reason, n.version, n.materialised_at) IS DISTINCT FROM (o.state, o.reason, o.version, o.materialised_at);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER campaigns_noted_new AFTER INSERT ON campaigns
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_campaigns();
CREATE TRIGGER campaigns_noted AFTER UPDATE ON campaigns
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_changed_campaigns();
CREATE TRIGGER campaigns_noted_gone AFTER DELETE ON campaigns
    REFERENCING OLD TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_campaigns();

-- +goose StatementBegin
CREATE FUNCTION note_numbers_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, subject_id) SELECT DISTINCT 'number', n.business_number_id FROM noted n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER scheme_assignments_noted_new AFTER INSERT ON scheme_assignments
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_numbers_of();
CREATE TRIGGER scheme_assignments_noted AFTER UPDATE ON scheme_assignments
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_numbers_of();
CREATE TRIGGER scheme_assignments_noted_gone AFTER DELETE ON scheme_assignments
    REFERENCING OLD TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_numbers_of();

-- The attempts to win contacts back (00015), as before: but whether the contact's window had closed is asked only of those that agents
-- sent, and of the day before them, not of all that the contact has ever said.
CREATE OR REPLACE VIEW reengagement_attempts AS
SELECT s.id, s.business_number_id, s.conversation_id, s.message_id, s.planned_at, s.accepted_at,
       CASE WHEN s.origin = 'reengagement' THEN 'policy' ELSE 'agent' END AS by_whom,
       CASE WHEN s.state = 'accepted' AND o.delivery_status = 'failed' THEN 'failed' -- it was accepted and failed after that
            WHEN s.state = 'accepted' THEN 'sent'
            WHEN s.state IN ('refused', 'failed') THEN s.state
            ELSE 'undecided' END AS came_to,
       CASE WHEN s.state IN ('refused', 'failed') OR o.delivery_status = 'failed' THEN coalesce(s.reason, 'failed') ELSE '' END AS code,
       v.parts
FROM sends s
JOIN conversations c ON c.id = s.conversation_id
LEFT JOIN outbound_messages o ON o.message_id = s.message_id
CROSS JOIN LATERAL (SELECT conversation_parts(coalesce(c.merged_into, c.id)) AS parts OFFSET 0) v -- once, not wherever it is used
WHERE s.type = 'template' AND s.origin <> 'campaign'
  -- The policy attempts only where it knows of a window that has closed, if by a dispute (W9).
  AND (s.origin = 'reengagement'
       OR EXISTS (SELECT FROM events e
                  WHERE e.conversation_id = ANY (v.parts) AND e.opens_window AND heard_in_time(e)
                    AND e.occurred_at <= s.planned_at - interval '24 hours')
          AND NOT EXISTS (SELECT FROM events e
                          WHERE e.conversation_id = ANY (v.parts) AND e.opens_window AND heard_in_time(e)
                            AND e.occurred_at > s.planned_at - interval '24 hours' AND e.occurred_at <= s.planned_at));

-- +goose Down
CREATE OR REPLACE VIEW reengagement_attempts AS
SELECT s.id, s.business_number_id, s.conversation_id, s.message_id, s.planned_at, s.accepted_at,
       CASE WHEN s.origin = 'reengagement' THEN 'policy' ELSE 'agent' END AS by_whom,
       CASE WHEN s.state = 'accepted' AND o.delivery_status = 'failed' THEN 'failed' -- it was accepted and failed after that
            WHEN s.state = 'accepted' THEN 'sent'
            WHEN s.state IN ('refused', 'failed') THEN s.state
            ELSE 'undecided' END AS came_to,
       CASE WHEN s.state IN ('refused', 'failed') OR o.delivery_status = 'failed' THEN coalesce(s.reason, 'failed') ELSE '' END AS code,
       v.parts
FROM sends s
JOIN conversations c ON c.id = s.conversation_id
LEFT JOIN outbound_messages o ON o.message_id = s.message_id
CROSS JOIN LATERAL (SELECT conversation_parts(coalesce(c.merged_into, c.id)) AS parts OFFSET 0) v -- once, not wherever it is used
CROSS JOIN LATERAL (
    SELECT max(e.occurred_at) AS last FROM events e
    WHERE e.conversation_id = ANY (v.parts) AND e.opens_window AND heard_in_time(e)
      AND e.occurred_at <= s.planned_at
) w
WHERE s.type = 'template' AND s.origin <> 'campaign'
  -- The policy attempts only where it knows of a window that has closed, if by a dispute (W9).
  AND (s.origin = 'reengagement' OR w.last + interval '24 hours' <= s.planned_at);
DROP TRIGGER scheme_assignments_noted_gone ON scheme_assignments;
DROP TRIGGER scheme_assignments_noted ON scheme_assignments;
DROP TRIGGER scheme_assignments_noted_new ON scheme_assignments;
DROP TRIGGER campaigns_noted_gone ON campaigns;
DROP TRIGGER campaigns_noted ON campaigns;
DROP TRIGGER campaigns_noted_new ON campaigns;
DROP TRIGGER templates_noted ON templates;
DROP TRIGGER templates_noted_new ON templates;
DROP FUNCTION note_numbers_of, note_changed_campaigns, note_campaigns, note_changed_templates, note_new_templates;
DELETE FROM changes WHERE kind IN ('campaign', 'template');
ALTER TABLE changes
    DROP CONSTRAINT changes_of_templates,
    DROP CONSTRAINT changes_of_no_conversation,
    ADD CHECK ((conversation_id IS NULL) = (kind IN ('contact', 'number'))),
    DROP CONSTRAINT changes_kind_check,
    ADD CONSTRAINT changes_kind_check CHECK (kind IN ('status', 'message', 'reminder', 'send', 'kept_reply', 'charge', 'decision', 'plan',
                                                      'contact', 'number')),
    DROP COLUMN template;
