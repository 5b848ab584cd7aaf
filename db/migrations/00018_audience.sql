-- Whom campaigns are for: what the business itself knows of its contacts, and the filters that it keeps.

-- +goose Up

ALTER TABLE contacts
    ADD COLUMN tags   text[] NOT NULL DEFAULT '{}',  -- sorted, each once
    -- Personal data: custom fields by name, texts: {"city": "Lima"}. A name is lower case, [a-z][a-z0-9_]{0,39}.
    ADD COLUMN fields jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(fields) = 'object');
CREATE INDEX contacts_by_tag ON contacts USING gin (tags);

-- A saved filter. Who it finds is asked anew each time; a campaign writes that down when it is launched (K2).
CREATE TABLE segments (
    id         uuid PRIMARY KEY,
    name       text NOT NULL UNIQUE CHECK (name <> '' AND length(name) <= 200),
    filter     jsonb NOT NULL CHECK (jsonb_typeof(filter) = 'object'),  -- audience.Filter
    version    int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,           -- user/ID or key/ID
    changed_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE segments;
ALTER TABLE contacts DROP COLUMN fields, DROP COLUMN tags;
