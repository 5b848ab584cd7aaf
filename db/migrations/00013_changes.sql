-- What has changed, for those who watch: a row per statement and conversation, written by triggers, so that no writer can forget
-- it. How it is read without missing any: gateway/live.

-- +goose Up

-- Numbers of rows and of transactions are given out before the commit, so neither says what a reader has seen. A reader keeps a
-- snapshot instead, and asks for what that did not see. Rows are short, and gone after a day.
CREATE TABLE changes (
    xid             xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    kind            text NOT NULL CHECK (kind IN ('status', 'message', 'reminder', 'send', 'kept_reply', 'charge', 'decision', 'plan',
                                                  'contact', 'number')),
    conversation_id uuid,  -- as written; of one that has been merged (W10) a reader finds the root
    subject_id      uuid,  -- the reminder, send, kept reply, contact or business number
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),  -- real
    PRIMARY KEY (xid, seq),
    CHECK ((conversation_id IS NULL) = (kind IN ('contact', 'number')))
);

-- Changes of transactions up to pruned may be gone. server: whose transactions they are; a database that was restored on another
-- server begins anew, because its transaction numbers mean nothing there.
CREATE TABLE changes_horizon (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    server   bigint NOT NULL,
    pruned   xid8 NOT NULL
);
INSERT INTO changes_horizon (server, pruned) SELECT system_identifier, '0' FROM pg_control_system();

-- Statements of a batch change many rows, and each costs one insert of the distinct ones; what nobody can see costs none.
-- +goose StatementBegin
CREATE FUNCTION note_new_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, conversation_id) SELECT 'status', n.id FROM added n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION note_changed_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, conversation_id)
    SELECT 'status', n.id FROM after n JOIN before o ON o.id = n.id
    WHERE (n.opened_at, n.expires_at, n.last_inbound_at, n.last_outbound_at, n.disputed_at, n.template_accepted_at, n.template_pending,
           n.resume_claimed_until, n.resume_claimed_by, n.merged_into)
          IS DISTINCT FROM
          (o.opened_at, o.expires_at, o.last_inbound_at, o.last_outbound_at, o.disputed_at, o.template_accepted_at, o.template_pending,
           o.resume_claimed_until, o.resume_claimed_by, o.merged_into);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER conversations_noted_new AFTER INSERT ON conversations
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_new_conversations();
CREATE TRIGGER conversations_noted AFTER UPDATE ON conversations
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_changed_conversations();

-- Not every message changes a fact: a reaction (W2), one that comes late (W4), a second one within the second. Statuses of messages
-- are seen in outbound_messages.
-- +goose StatementBegin
CREATE FUNCTION note_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, conversation_id)
    SELECT DISTINCT 'message', n.conversation_id FROM added n WHERE n.conversation_id IS NOT NULL AND n.kind <> 'status';
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION note_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, conversation_id)
    SELECT DISTINCT 'message', n.conversation_id FROM after n JOIN before o ON o.message_id = n.message_id
    WHERE n.conversation_id IS NOT NULL
      AND (n.delivery_status, n.conversation_id) IS DISTINCT FROM (o.delivery_status, o.conversation_id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_noted AFTER INSERT ON events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_messages();
CREATE TRIGGER outbound_messages_noted AFTER UPDATE ON outbound_messages
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_deliveries();

-- Rows with an id and a conversation, which are told of one by one; the trigger says of what kind they are.
-- +goose StatementBegin
CREATE FUNCTION note_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, conversation_id, subject_id) SELECT TG_ARGV[0], n.conversation_id, n.id FROM added n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION note_changed_sends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, conversation_id, subject_id)
    SELECT 'send', n.conversation_id, n.id FROM after n JOIN before o ON o.id = n.id
    WHERE (n.state, n.attempt, n.final, n.possible_duplicate, n.reason, n.error_code, n.replaced_by)
          IS DISTINCT FROM (o.state, o.attempt, o.final, o.possible_duplicate, o.reason, o.error_code, o.replaced_by);
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION note_changed_kept_replies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, conversation_id, subject_id)
    SELECT 'kept_reply', n.conversation_id, n.id FROM after n JOIN before o ON o.id = n.id
    WHERE (n.state, n.conversation_id) IS DISTINCT FROM (o.state, o.conversation_id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER reminders_noted AFTER INSERT ON reminders
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_added('reminder');
CREATE TRIGGER sends_noted_new AFTER INSERT ON sends
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_added('send');
CREATE TRIGGER sends_noted AFTER UPDATE ON sends
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_changed_sends();
CREATE TRIGGER kept_replies_noted_new AFTER INSERT ON kept_replies
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_added('kept_reply');
CREATE TRIGGER kept_replies_noted AFTER UPDATE ON kept_replies
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_changed_kept_replies();

-- Rows that are told of by their conversation alone.
-- +goose StatementBegin
CREATE FUNCTION note_conversations_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, conversation_id) SELECT DISTINCT TG_ARGV[0], n.conversation_id FROM noted n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER charges_noted AFTER INSERT ON charges
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_conversations_of('charge');
CREATE TRIGGER decisions_noted AFTER INSERT ON decisions
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_conversations_of('decision');
CREATE TRIGGER plans_noted_new AFTER INSERT ON reengagement_plans
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_conversations_of('plan');
CREATE TRIGGER plans_noted AFTER UPDATE ON reengagement_plans
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_conversations_of('plan');
CREATE TRIGGER plans_noted_gone AFTER DELETE ON reengagement_plans
    REFERENCING OLD TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_conversations_of('plan');

-- What all conversations of a contact or of a business number show or permit.
-- +goose StatementBegin
CREATE FUNCTION note_contacts_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, subject_id) SELECT DISTINCT 'contact', n.contact_id FROM noted n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION note_changed_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, subject_id)
    SELECT TG_ARGV[0], n.id FROM after n JOIN before o ON o.id = n.id WHERE n IS DISTINCT FROM o;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER consent_changes_noted AFTER INSERT ON consent_changes
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_contacts_of();
CREATE TRIGGER suppressions_noted_new AFTER INSERT ON suppressions
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_contacts_of();
CREATE TRIGGER suppressions_noted AFTER UPDATE ON suppressions
    REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION note_contacts_of();
CREATE TRIGGER contacts_noted AFTER UPDATE ON contacts
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_changed_parties('contact');
CREATE TRIGGER business_numbers_noted AFTER UPDATE ON business_numbers
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_changed_parties('number');

-- A claim that runs out (W6) is a change that nothing writes.
CREATE INDEX conversations_by_claim ON conversations (resume_claimed_until) WHERE resume_claimed_until IS NOT NULL;

-- +goose Down
DROP INDEX conversations_by_claim;
DROP TRIGGER business_numbers_noted ON business_numbers;
DROP TRIGGER contacts_noted ON contacts;
DROP TRIGGER suppressions_noted ON suppressions;
DROP TRIGGER suppressions_noted_new ON suppressions;
DROP TRIGGER consent_changes_noted ON consent_changes;
DROP TRIGGER plans_noted_gone ON reengagement_plans;
DROP TRIGGER plans_noted ON reengagement_plans;
DROP TRIGGER plans_noted_new ON reengagement_plans;
DROP TRIGGER decisions_noted ON decisions;
DROP TRIGGER charges_noted ON charges;
DROP TRIGGER kept_replies_noted ON kept_replies;
DROP TRIGGER kept_replies_noted_new ON kept_replies;
DROP TRIGGER sends_noted ON sends;
DROP TRIGGER sends_noted_new ON sends;
DROP TRIGGER reminders_noted ON reminders;
DROP TRIGGER outbound_messages_noted ON outbound_messages;
DROP TRIGGER events_noted ON events;
DROP TRIGGER conversations_noted ON conversations;
DROP TRIGGER conversations_noted_new ON conversations;
DROP FUNCTION note_changed_parties, note_contacts_of, note_conversations_of, note_changed_kept_replies, note_changed_sends, note_added,
    note_deliveries, note_messages, note_changed_conversations, note_new_conversations;
DROP TABLE changes_horizon, changes;
