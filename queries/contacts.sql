-- name: LockAliases :many
-- Locks the aliases of some people, in key order, before they are read and changed; returns whose they are. OFFSET 0 and
-- locks in a subquery, here and below: one lookup after the other, whatever the planner takes the tables' sizes to be.
SELECT l.contact_id
FROM (SELECT unnest(@kinds::text[]) AS kind, unnest(@portfolios::text[]) AS portfolio, unnest(@values::text[]) AS value
      ORDER BY kind, portfolio, value) k
CROSS JOIN LATERAL (
    SELECT a.contact_id FROM contact_aliases a
    WHERE a.kind = k.kind AND a.portfolio = k.portfolio AND a.value = k.value
    FOR UPDATE
) l;

-- name: LockContacts :exec
-- Locks contacts, and those that they have been merged into, in id order.
WITH RECURSIVE chain AS (
    SELECT c.id, c.merged_into FROM contacts c WHERE c.id = ANY(@ids::uuid[])
    UNION
    SELECT n.id, n.merged_into
    FROM chain m CROSS JOIN LATERAL (SELECT c.id, c.merged_into FROM contacts c WHERE c.id = m.merged_into OFFSET 0) n
)
SELECT c.id FROM contacts c WHERE c.id = ANY(ARRAY(SELECT chain.id FROM chain)) ORDER BY c.id FOR NO KEY UPDATE OF c;

-- name: FindAliases :many
-- Whom some aliases belong to; a merged contact is followed to the one it has become part of (W10).
WITH RECURSIVE named AS (
    SELECT k.kind, k.portfolio, k.value, a.contact_id
    FROM (SELECT unnest(@kinds::text[]) AS kind, unnest(@portfolios::text[]) AS portfolio, unnest(@values::text[]) AS value) k
    CROSS JOIN LATERAL (
        SELECT a.contact_id FROM contact_aliases a
        WHERE a.kind = k.kind AND a.portfolio = k.portfolio AND a.value = k.value OFFSET 0
    ) a
), root AS (
    SELECT n.kind, n.portfolio, n.value, c.id, c.merged_into
    FROM named n CROSS JOIN LATERAL (SELECT c.id, c.merged_into FROM contacts c WHERE c.id = n.contact_id OFFSET 0) c
    UNION
    SELECT r.kind, r.portfolio, r.value, c.id, c.merged_into
    FROM root r CROSS JOIN LATERAL (SELECT c.id, c.merged_into FROM contacts c WHERE c.id = r.merged_into OFFSET 0) c
)
SELECT r.kind::text AS kind, r.portfolio::text AS portfolio, r.value::text AS value, sqlc.embed(c),
       EXISTS (SELECT FROM (SELECT b.kind, b.portfolio FROM contact_aliases b WHERE b.contact_id = c.id OFFSET 0) b
               WHERE b.kind = 'bsuid' AND b.portfolio = r.portfolio) AS has_bsuid,
       EXISTS (SELECT FROM (SELECT b.kind, b.portfolio FROM contact_aliases b WHERE b.contact_id = c.id OFFSET 0) b
               WHERE b.kind = 'wa_id' AND b.portfolio = r.portfolio) AS has_phone,
       -- Of its oldest conversation.
       coalesce((SELECT min(v.created_at) FROM conversations v WHERE v.contact_id = c.id), c.created_at)::timestamptz AS since
FROM root r JOIN contacts c ON c.id = r.id
WHERE r.merged_into IS NULL;

-- name: ListAliases :many
-- All the names of some contacts.
SELECT kind, portfolio, value, contact_id FROM contact_aliases WHERE contact_id = ANY(@contact_ids::uuid[]);

-- name: ListMerging :many
-- The conversations of contacts that are to be merged, but for those that are part of others.
SELECT id, business_number_id, contact_id, created_at FROM conversations
WHERE contact_id = ANY(@contact_ids::uuid[]) AND merged_into IS NULL;

-- name: MoveConversations :exec
-- Gives the conversations of merged contacts, and the contacts that were merged into those before, to the one that they are part
-- of now.
WITH pair AS (
    SELECT unnest(@losers::uuid[]) AS loser, unnest(@winners::uuid[]) AS winner
), contact AS (
    UPDATE contacts c SET merged_into = pair.winner FROM pair WHERE c.merged_into = pair.loser
)
UPDATE conversations c SET contact_id = pair.winner FROM pair WHERE c.contact_id = pair.loser;

-- name: MergeAttributes :exec
-- Gives a contact what the business has said of another that becomes part of it: all tags of both, and of fields, time zone and
-- language those that it has none of its own for.
WITH emptied AS (
    UPDATE contacts SET tags = '{}', fields = '{}', time_zone = '', language = '' WHERE contacts.id = @loser::uuid
)
UPDATE contacts w
SET tags = ARRAY(SELECT DISTINCT t.tag COLLATE "C" FROM unnest(w.tags || l.tags) t(tag) ORDER BY 1), fields = l.fields || w.fields,
    time_zone = coalesce(nullif(w.time_zone, ''), l.time_zone), language = coalesce(nullif(w.language, ''), l.language)
FROM contacts l
WHERE w.id = @winner::uuid AND l.id = @loser::uuid
  AND (l.tags, l.fields, l.time_zone, l.language) IS DISTINCT FROM ('{}'::text[], '{}'::jsonb, '', '');

-- name: MoveAliases :exec
-- Gives names to other contacts; they have been locked.
UPDATE contact_aliases a
SET contact_id = k.contact_id
FROM jsonb_to_recordset(@aliases::jsonb) AS k(kind text, portfolio text, value text, contact_id uuid)
WHERE a.kind = k.kind AND a.portfolio = k.portfolio AND a.value = k.value;

-- name: SaveContacts :one
-- Claims names that nobody has, writes contacts, new or changed, and makes the conversations that do not exist yet, one
-- after the other as their locks are ordered. Returns how many of the names we have got: one that another transaction has
-- claimed at the same moment is waited for and left out, and then nothing else is written.
WITH claimed AS (
    INSERT INTO contact_aliases (kind, portfolio, value, contact_id)
    SELECT k.kind, k.portfolio, k.value, k.contact_id
    FROM jsonb_to_recordset(@aliases::jsonb) AS k(kind text, portfolio text, value text, contact_id uuid)
    ORDER BY k.kind, k.portfolio, k.value
    ON CONFLICT DO NOTHING
    RETURNING contact_id
), saved AS (
    INSERT INTO contacts (id, name, name_given, phone, bsuid, market, merged_into, created_at)
    SELECT c.id, c.name, c.name_given, c.phone, c.bsuid, c.market, c.merged_into, c.created_at
    FROM jsonb_to_recordset(@contacts::jsonb) AS c(
        id uuid, name text, name_given boolean, phone text, bsuid text, market text, merged_into uuid, created_at timestamptz)
    WHERE (SELECT count(*) FROM claimed) = jsonb_array_length(@aliases::jsonb)
    ORDER BY c.id
    ON CONFLICT (id) DO UPDATE
        SET name = excluded.name, name_given = excluded.name_given, phone = excluded.phone, bsuid = excluded.bsuid, market = excluded.market,
            merged_into = excluded.merged_into
    RETURNING id
), started AS (
    INSERT INTO conversations (id, business_number_id, contact_id, created_at)
    SELECT c.id, c.business_number_id, c.contact_id, @now
    FROM jsonb_to_recordset(@conversations::jsonb) AS c(id uuid, business_number_id uuid, contact_id uuid)
    WHERE (SELECT count(*) FROM saved) = jsonb_array_length(@contacts::jsonb)
    ORDER BY c.business_number_id, c.contact_id
    ON CONFLICT (business_number_id, contact_id) WHERE merged_into IS NULL DO NOTHING
)
SELECT count(*) FROM claimed;

-- name: FindContactRoots :many
-- The contacts that some contacts are now: themselves, or what they have been merged into (W10).
WITH RECURSIVE root AS (
    SELECT c.id AS given, c.id, c.merged_into FROM contacts c WHERE c.id = ANY(@ids::uuid[])
    UNION
    SELECT r.given, c.id, c.merged_into FROM root r JOIN contacts c ON c.id = r.merged_into
)
SELECT r.given::uuid AS given, r.id::uuid AS id FROM root r WHERE r.merged_into IS NULL;

-- name: GetContact :one
-- A contact, or the one that it has become part of (W10).
WITH RECURSIVE chain AS (
    SELECT c.id, c.merged_into FROM contacts c WHERE c.id = @id
    UNION ALL
    SELECT c.id, c.merged_into FROM chain m JOIN contacts c ON c.id = m.merged_into
)
SELECT sqlc.embed(c), to_jsonb(contact_permissions(c.id))::jsonb AS permissions,
       (SELECT count(*) FROM contact_aliases a WHERE a.contact_id = c.id) AS aliases
FROM chain m JOIN contacts c ON c.id = m.id
WHERE m.merged_into IS NULL;

-- name: SetContact :one
-- Writes what somebody tells of a contact, or of the one that it has become part of (W10); what is null stays. A name stays until it is
-- set empty; then the next message brings one. Of fields those change that are named, and one that is null goes. No row: there is no
-- such contact, or it has become part of another one at this moment.
WITH RECURSIVE chain AS (
    SELECT c.id, c.merged_into FROM contacts c WHERE c.id = @id
    UNION ALL
    SELECT c.id, c.merged_into FROM chain m JOIN contacts c ON c.id = m.merged_into
)
UPDATE contacts c
SET name = coalesce(sqlc.narg(name), c.name), name_given = coalesce(sqlc.narg(name) <> '', c.name_given),
    time_zone = coalesce(sqlc.narg(time_zone), c.time_zone), language = coalesce(sqlc.narg(language), c.language),
    tags = coalesce(sqlc.narg(tags)::text[], c.tags), fields = jsonb_strip_nulls(c.fields || @fields::jsonb)
FROM chain m
WHERE c.id = m.id AND c.merged_into IS NULL
RETURNING (SELECT count(*) FROM jsonb_object_keys(c.fields)) AS fields;
