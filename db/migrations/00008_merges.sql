-- Two contacts that a payload proves to be one (W10), and their conversations.

-- +goose Up

-- The conversation that this one has become part of, as its contact was merged; never a merged one itself. Its events keep their
-- conversation; who reads a conversation reads all of its parts.
ALTER TABLE conversations ADD COLUMN merged_into uuid REFERENCES conversations CHECK (merged_into <> id);
CREATE INDEX conversations_merged ON conversations (merged_into) WHERE merged_into IS NOT NULL;

-- The contact of a conversation is never a merged one, so it may have several with a number, of which one is not merged.
ALTER TABLE conversations DROP CONSTRAINT conversations_business_number_id_contact_id_key;
CREATE UNIQUE INDEX conversations_of_contact ON conversations (business_number_id, contact_id) WHERE merged_into IS NULL;
CREATE INDEX contacts_merged ON contacts (merged_into) WHERE merged_into IS NOT NULL;

-- A conversation and those that have become part of it.
-- +goose StatementBegin
CREATE FUNCTION conversation_parts(conversation_id uuid) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT array_prepend($1, ARRAY(SELECT c.id FROM conversations c WHERE c.merged_into = $1))
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION conversation_parts;
DROP INDEX contacts_merged;
DROP INDEX conversations_of_contact;
ALTER TABLE conversations ADD UNIQUE (business_number_id, contact_id);
ALTER TABLE conversations DROP COLUMN merged_into;
