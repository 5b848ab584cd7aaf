-- name: LockAliases :many
-- Locks the aliases of some people, in key order, before they are read and changed; returns whose they are.
SELECT a.contact_id FROM contact_aliases a
JOIN (SELECT unnest(@kinds::text[]) AS kind, unnest(@portfolios::text[]) AS portfolio, unnest(@values::text[]) AS value) k
  ON a.kind = k.kind AND a.portfolio = k.portfolio AND a.value = k.value
ORDER BY a.kind, a.portfolio, a.value
FOR UPDATE OF a;

-- name: LockContacts :exec
-- Locks contacts, and those that they have been merged into, in id order.
WITH RECURSIVE chain AS (
    SELECT c.id, c.merged_into FROM contacts c WHERE c.id = ANY(@ids::uuid[])
    UNION
    SELECT c.id, c.merged_into FROM chain m JOIN contacts c ON c.id = m.merged_into
)
SELECT c.id FROM contacts c WHERE c.id IN (SELECT chain.id FROM chain) ORDER BY c.id FOR NO KEY UPDATE OF c;

-- name: FindAliases :many
-- Whom some aliases belong to; a merged contact is followed to the one it has become part of (W10).
WITH RECURSIVE named AS (
    SELECT a.kind, a.portfolio, a.value, a.contact_id
    FROM contact_aliases a
    JOIN (SELECT unnest(@kinds::text[]) AS kind, unnest(@portfolios::text[]) AS portfolio,
                 unnest(@values::text[]) AS value) k
      ON a.kind = k.kind AND a.portfolio = k.portfolio AND a.value = k.value
), root AS (
    SELECT n.kind, n.portfolio, n.value, c.id, c.merged_into FROM named n JOIN contacts c ON c.id = n.contact_id
    UNION
    SELECT r.kind, r.portfolio, r.value, c.id, c.merged_into FROM root r JOIN contacts c ON c.id = r.merged_into
)
SELECT r.kind, r.portfolio, r.value, sqlc.embed(c),
       EXISTS (SELECT FROM contact_aliases b WHERE b.contact_id = c.id AND b.kind = 'bsuid' AND b.portfolio = r.portfolio)
           AS has_bsuid
FROM root r JOIN contacts c ON c.id = r.id
WHERE r.merged_into IS NULL;

-- name: ClaimAliases :execrows
-- Claims names that nobody has. One that another transaction has claimed at the same moment is waited for and left out.
INSERT INTO contact_aliases (kind, portfolio, value, contact_id)
SELECT k.kind, k.portfolio, k.value, k.contact_id
FROM jsonb_to_recordset(@aliases::jsonb) AS k(kind text, portfolio text, value text, contact_id uuid)
ORDER BY k.kind, k.portfolio, k.value
ON CONFLICT DO NOTHING;

-- name: MoveAliases :exec
-- Gives names to other contacts; they have been locked.
UPDATE contact_aliases a
SET contact_id = k.contact_id
FROM jsonb_to_recordset(@aliases::jsonb) AS k(kind text, portfolio text, value text, contact_id uuid)
WHERE a.kind = k.kind AND a.portfolio = k.portfolio AND a.value = k.value;

-- name: SaveContacts :exec
-- Writes contacts, new or changed.
INSERT INTO contacts (id, name, phone, bsuid, market, created_at)
SELECT c.id, c.name, c.phone, c.bsuid, c.market, c.created_at
FROM jsonb_to_recordset(@contacts::jsonb) AS c(id uuid, name text, phone text, bsuid text, market text, created_at timestamptz)
ORDER BY c.id
ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, phone = excluded.phone, bsuid = excluded.bsuid, market = excluded.market;

-- name: StartConversations :execrows
-- Makes the conversations that do not exist yet.
INSERT INTO conversations (id, business_number_id, contact_id, created_at)
SELECT c.id, c.business_number_id, c.contact_id, @now
FROM jsonb_to_recordset(@conversations::jsonb) AS c(id uuid, business_number_id uuid, contact_id uuid)
ORDER BY c.business_number_id, c.contact_id
ON CONFLICT (business_number_id, contact_id) DO NOTHING;

-- name: LockConversations :many
-- Locks, in id order, the conversations of people, of outbound messages, and those named by id, and returns them; with
-- each the index of the person it was found for, or -1. If the people are not all known exactly as they are given here,
-- nobody is locked and nothing returned: their contacts have to be written first, and the order of locks puts contacts
-- before conversations.
WITH person AS (
    SELECT unnest(@indexes::int[]) AS index, unnest(@business_number_ids::uuid[]) AS business_number_id,
           nullif(unnest(@contact_ids::uuid[]), '00000000-0000-0000-0000-000000000000') AS contact_id,
           nullif(unnest(@phones::text[]), '') AS phone, nullif(unnest(@bsuids::text[]), '') AS bsuid,
           nullif(unnest(@names::text[]), '') AS name
), known AS (
    SELECT p.index, v.id AS conversation_id, c.market
    FROM person p
    JOIN business_numbers n ON n.id = p.business_number_id
    LEFT JOIN contact_aliases w ON w.kind = 'wa_id' AND w.portfolio = n.portfolio AND w.value = p.phone
    LEFT JOIN contact_aliases b ON b.kind = 'bsuid' AND b.portfolio = n.portfolio AND b.value = p.bsuid
    JOIN contacts c ON c.id = coalesce(p.contact_id, b.contact_id, w.contact_id)
    JOIN conversations v ON v.business_number_id = n.id AND v.contact_id = c.id
    WHERE p.contact_id IS NOT NULL
       OR (c.merged_into IS NULL
           AND (p.phone IS NULL OR w.contact_id = c.id)
           AND (p.bsuid IS NULL OR b.contact_id = c.id)
           AND (p.name IS NULL OR p.name = c.name))
), wanted AS (
    SELECT k.conversation_id, k.index, k.market FROM known k
    UNION ALL
    SELECT DISTINCT o.conversation_id, -1, '' FROM outbound_messages o WHERE o.message_id = ANY(@message_ids::uuid[])
    UNION ALL
    SELECT c.id, -1, p.market FROM conversations c JOIN contacts p ON p.id = c.contact_id
    WHERE c.id = ANY(@conversation_ids::uuid[])
)
SELECT w.index::int AS index, w.market::text AS market, sqlc.embed(c)
FROM wanted w JOIN conversations c ON c.id = w.conversation_id
WHERE (SELECT count(*) FROM known) = (SELECT count(*) FROM person)
ORDER BY c.id
FOR NO KEY UPDATE OF c;

-- name: SetFacts :exec
-- Writes what follows from a conversation's messages. What is pending or claimed is written by those who send.
UPDATE conversations c
SET opened_at = f.opened_at, expires_at = f.expires_at, last_inbound_at = f.last_inbound_at,
    last_outbound_at = f.last_outbound_at, disputed_at = f.disputed_at, template_accepted_at = f.template_accepted_at
FROM jsonb_to_recordset(@facts::jsonb) AS f(
    id uuid, opened_at timestamptz, expires_at timestamptz, last_inbound_at timestamptz, last_outbound_at timestamptz,
    disputed_at timestamptz, template_accepted_at timestamptz)
WHERE c.id = f.id;
