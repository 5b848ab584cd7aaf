-- The approved texts of each WhatsApp business account, as last heard of.

-- +goose Up
CREATE TABLE templates (
    waba_id     text NOT NULL CHECK (waba_id <> ''),
    name        text NOT NULL CHECK (name <> ''),
    language    text NOT NULL CHECK (language <> ''),  -- as in sends: en_US
    provider_id text NOT NULL DEFAULT '',
    status      text NOT NULL,              -- pending, approved, rejected, paused, disabled, or another word of the provider's
    category    text NOT NULL DEFAULT '',   -- marketing, utility, authentication
    quality     text NOT NULL DEFAULT '',   -- green, yellow, red, unknown
    reason      text NOT NULL DEFAULT '',   -- of the status
    components  jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(components) = 'array'),
    -- The virtual time of the latest news; a list that was asked for before it does not take it back.
    changed_at  timestamptz NOT NULL,
    listed_at   timestamptz,                -- when a list last held it; NULL: only webhooks have named it
    removed_at  timestamptz,                -- a later list did not hold it any more
    PRIMARY KEY (waba_id, name, language)
);

-- +goose Down
DROP TABLE templates;
