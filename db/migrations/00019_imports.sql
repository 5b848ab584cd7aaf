-- Files of contacts on their way in: the bytes as they came, how far their reading has got, and the rows that were refused.

-- +goose Up

CREATE TABLE imports (
    id             uuid PRIMARY KEY,
    file_name      text NOT NULL DEFAULT '',
    default_region text NOT NULL DEFAULT '',  -- of phones without a country code: BR
    portfolio      text NOT NULL DEFAULT 'default',  -- the scope of bsuids (W10)
    -- receiving -> checking -> checked (a dry run ends here, until it is applied) -> importing -> finished; failed: the file cannot
    -- be read as contacts; cancelled by somebody.
    state          text NOT NULL CHECK (state IN ('receiving', 'checking', 'checked', 'importing', 'finished', 'failed', 'cancelled')),
    dry_run        boolean NOT NULL,
    reason         text,                      -- of failed: a sentence for people
    size           bigint NOT NULL DEFAULT 0, -- bytes received
    -- How far the phase has got: everything before this byte is done, and its rows are counted. A crash goes on from here.
    position       bigint NOT NULL DEFAULT 0,
    line           bigint NOT NULL DEFAULT 0,
    counts         jsonb NOT NULL DEFAULT '{}',  -- importing.Counts of the phase
    dialect        jsonb,                     -- sheet.Dialect: encoding, separator, and what each column is, once known
    idempotency_key text,
    digest         bytea,                     -- SHA-256 of the file, once it is here: what the key was used for
    created_at     timestamptz NOT NULL,      -- virtual; the opt-in's time where a row states none
    created_by     text NOT NULL,             -- user/ID or key/ID
    finished_at    timestamptz,               -- virtual; of a dry run when it was checked
    touched_at     timestamptz NOT NULL DEFAULT clock_timestamp(), -- real: what nobody goes on with is forgotten
    UNIQUE (created_by, idempotency_key)
);
CREATE INDEX imports_by_time ON imports (created_at DESC, id DESC);
-- What is under way, or may have been left behind.
CREATE INDEX imports_open ON imports (state) WHERE state NOT IN ('finished', 'failed', 'cancelled');

-- The file, in pieces; gone when nobody needs it any more.
CREATE TABLE import_chunks (
    import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
    position  bigint NOT NULL,   -- of its first byte
    data      bytea NOT NULL,    -- personal data
    PRIMARY KEY (import_id, position)
);
ALTER TABLE import_chunks ALTER COLUMN data SET STORAGE EXTERNAL;

-- Whom the file has named before in this phase, so that a second row of the same contact is known for one. No reference: its check would
-- cost more than the row, and whoever ends an import deletes these.
CREATE TABLE import_seen (
    import_id uuid NOT NULL,
    who       text COLLATE "C" NOT NULL, -- personal data: phone or bsuid; or the id of a contact that there was before
    line      bigint NOT NULL,
    PRIMARY KEY (import_id, who)
);

-- Rows that were not taken, as they stood, with the reason.
CREATE TABLE import_rejects (
    import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
    line      bigint NOT NULL,
    code      text NOT NULL,     -- a word that does not change
    reason    text NOT NULL,     -- a sentence for people
    cells     text[] NOT NULL,   -- personal data
    PRIMARY KEY (import_id, line)
);

-- The business has said the name: a profile name does not replace it.
ALTER TABLE contacts ADD COLUMN name_given boolean NOT NULL DEFAULT false;

-- A contact without a conversation is shown to nobody who listens, and a file brings a million of them.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION note_contacts_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, subject_id)
    SELECT DISTINCT 'contact', n.contact_id FROM noted n
    WHERE EXISTS (SELECT FROM (SELECT v.id FROM conversations v WHERE v.contact_id = n.contact_id OFFSET 0) v);
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- What a contact is found by (00014): written for all contacts of a statement at once, of which a file brings thousands.
-- +goose StatementBegin
CREATE FUNCTION keep_parts_of_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contact_parts (contact_id, runs)
    SELECT n.id, array_to_tsvector(search_runs(n.name) || search_runs(n.phone)
        || CASE WHEN n.bsuid IS NULL THEN '{}'::text[] ELSE ARRAY['=' || md5(n.bsuid)] END)
    FROM added n;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
DROP TRIGGER contacts_added ON contacts;
CREATE TRIGGER contacts_added AFTER INSERT ON contacts
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_parts_of_added();

-- Read backwards, the unique key's index says the same, and each is written three times per contact of a file.
DROP INDEX consent_changes_latest;

-- +goose Down
CREATE INDEX consent_changes_latest ON consent_changes (contact_id, category, occurred_at DESC, opted_in);
DROP TRIGGER contacts_added ON contacts;
CREATE TRIGGER contacts_added AFTER INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION keep_contact_parts();
DROP FUNCTION keep_parts_of_added;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION note_contacts_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (kind, subject_id) SELECT DISTINCT 'contact', n.contact_id FROM noted n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
ALTER TABLE contacts DROP COLUMN name_given;
DROP TABLE import_rejects, import_seen, import_chunks, imports;
