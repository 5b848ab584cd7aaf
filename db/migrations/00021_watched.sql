-- More of what pages show is told of as it changes (00013): templates, the schemes that numbers owe by, and campaigns.

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

-- +goose Down
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
