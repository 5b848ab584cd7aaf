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
    -- Webhooks come in any order, and each tells of one thing: the time of the latest that told of it.
    status_at   timestamptz NOT NULL DEFAULT '-infinity',
    category_at timestamptz NOT NULL DEFAULT '-infinity',
    quality_at  timestamptz NOT NULL DEFAULT '-infinity',
    listed_at   timestamptz,                -- when a list last held it; NULL: only webhooks have named it
    removed_at  timestamptz,                -- a later list did not hold it any more
    PRIMARY KEY (waba_id, name, language)
);

-- Whether what a webhook says, as of at, is newer than what is known from webhooks (known) and from lists. Webhooks carry
-- whole seconds.
-- +goose StatementBegin
CREATE FUNCTION template_news(t templates, known timestamptz, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT at > '-infinity' AND at >= known AND (t.listed_at IS NULL OR at >= date_trunc('second', t.listed_at))
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION template_news;
DROP TABLE templates;
