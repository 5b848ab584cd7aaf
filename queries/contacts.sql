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
