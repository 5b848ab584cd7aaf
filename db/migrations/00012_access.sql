-- Who may ask, and who has changed what. All times are real, and of secrets only hashes are here.

-- +goose Up

-- A key says who another system is: re_<prefix>_<secret>. It is found by its prefix and known by the hash of the whole, whose
-- 256 bits of chance need no slow hash.
CREATE TABLE api_keys (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    prefix       text NOT NULL UNIQUE CHECK (prefix ~ '^[a-z0-9]{12}$'),
    hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
    name         text NOT NULL CHECK (btrim(name) <> '' AND octet_length(name) <= 64),
    scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'send', 'billing', 'admin']),
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    expires_at   timestamptz CHECK (expires_at > created_at), -- half-open; NULL: never
    revoked_at   timestamptz,
    last_used_at timestamptz                                  -- to the minute: not every request writes it
);

-- People who sign in to the console. One who leaves is disabled and stays, because the audit names its id.
CREATE TABLE users (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name        text NOT NULL CHECK (btrim(name) <> '' AND octet_length(name) <= 64), -- personal data
    folded      text NOT NULL UNIQUE,  -- the name as it is compared: without regard to case
    role        text NOT NULL CHECK (role IN ('viewer', 'agent', 'billing', 'admin')),
    password    text CHECK (password LIKE '$argon2id$%'), -- its hash with salt and cost; NULL: none yet, and only a link signs in
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    disabled_at timestamptz
);

-- What a browser has in its cookie, as a hash. It ends after a while without use (expires_at slides) and at ends_at in any case.
CREATE TABLE sessions (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    hash       bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    user_id    uuid NOT NULL REFERENCES users,
    began_by   text NOT NULL CHECK (began_by IN ('link', 'password')),
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,  -- to the minute
    expires_at timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (expires_at <= ends_at),
    revoked_at timestamptz
);
CREATE INDEX sessions_of_users ON sessions (user_id, ends_at) WHERE revoked_at IS NULL;

-- Links that sign in once.
CREATE TABLE login_links (
    hash       bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    user_id    uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at    timestamptz
);

-- Attempts to sign in with a password that have failed or are under way, by whom they were about and where they came from: as
-- keyed hashes, because both are personal data. Rows older than the window that is counted are deleted on the way.
CREATE TABLE sign_in_failures (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject bytea NOT NULL CHECK (octet_length(subject) = 32),
    at      timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_of ON sign_in_failures (subject, at);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (at);

-- Who has changed what, written in the transaction that changes it: one that is rolled back leaves no row. No names, phones or
-- texts; who and what are named by id.
CREATE TABLE audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    who         text NOT NULL CHECK (who ~ '^[a-z]+(/[0-9a-f-]{36})?$'),   -- user/ID, key/ID, configured, operator, workflow
    action      text NOT NULL CHECK (action ~ '^[a-z]+(_[a-z]+)*$'),       -- claim_resume, set_number, ...
    subject     text NOT NULL CHECK (subject ~ '^[a-z_]+/[^[:cntrl:]]+$'), -- conversation/ID, contact/ID, number/ID, ...
    facts       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(facts) = 'object'),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_who ON audit (who, id);

-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_no_update BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- +goose Down
DROP TABLE audit, sign_in_failures, login_links, sessions, users, api_keys;
DROP FUNCTION audit_append_only;
