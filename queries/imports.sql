-- Files of contacts on their way in (tables imports, import_chunks, import_seen, import_rejects).

-- name: AddImport :exec
INSERT INTO imports (id, file_name, default_region, portfolio, state, dry_run, idempotency_key, created_at, created_by)
VALUES (@id, @file_name, @default_region, @portfolio, 'receiving', @dry_run, @idempotency_key, @created_at, @created_by);

-- name: FindImportByKey :one
SELECT * FROM imports WHERE created_by = @created_by AND idempotency_key = @idempotency_key::text;

-- name: DropUnreceived :exec
-- Of an upload that was cut off, or that is still under way under the same key: the latest one counts.
DELETE FROM imports WHERE created_by = @created_by AND idempotency_key = @idempotency_key::text AND state = 'receiving';

-- name: AddImportChunk :execrows
-- None: the import is not being received any more.
WITH receiving AS (
    UPDATE imports i SET touched_at = clock_timestamp() WHERE i.id = @import_id AND i.state = 'receiving' RETURNING i.id
)
INSERT INTO import_chunks (import_id, position, data) SELECT r.id, @position, @data FROM receiving r;

-- name: CompleteImport :execrows
UPDATE imports SET state = @state, reason = @reason, size = @size, position = @position, line = @line, dialect = @dialect, digest = @digest, finished_at = @finished_at,
    touched_at = clock_timestamp()
WHERE id = @id AND state = 'receiving';

-- name: GetImport :one
SELECT * FROM imports WHERE id = @id;

-- name: LockImport :one
SELECT * FROM imports WHERE id = @id FOR UPDATE;

-- name: ListImports :many
SELECT * FROM imports
WHERE (@state::text = '' OR state = @state::text)
  AND (sqlc.narg(before_at)::timestamptz IS NULL OR (created_at, id) < (sqlc.narg(before_at)::timestamptz, @before_id::uuid))
ORDER BY created_at DESC, id DESC LIMIT @max_rows;

-- name: ListWorkingImports :many
-- Those for which there is to be a workflow.
SELECT id FROM imports WHERE state IN ('checking', 'importing') ORDER BY touched_at LIMIT 100;

-- name: GetImportChunk :one
-- The piece in which a byte lies, and where it begins; the last one if the byte lies behind the end.
SELECT position, data FROM import_chunks WHERE import_id = @import_id AND position <= @position ORDER BY position DESC LIMIT 1;

-- name: SaveImportProgress :exec
UPDATE imports SET position = @position, line = @line, counts = @counts, touched_at = clock_timestamp() WHERE id = @id;

-- name: BeginImportPhase :exec
-- From the file's beginning: what the phase before has found is found anew.
UPDATE imports SET state = @state, dry_run = false, position = @position, line = @line, counts = '{}', finished_at = NULL, touched_at = clock_timestamp()
WHERE id = @id;

-- name: EndImportPhase :exec
UPDATE imports SET state = @state, reason = @reason, finished_at = @finished_at::timestamptz, touched_at = clock_timestamp() WHERE id = @id;

-- name: DropImportChunks :exec
DELETE FROM import_chunks WHERE import_id = @import_id;

-- name: DropImportSeen :exec
DELETE FROM import_seen WHERE import_id = @import_id;

-- name: DropImportRejects :exec
DELETE FROM import_rejects WHERE import_id = @import_id;

-- name: FindImportsLeft :many
-- Uploads that were cut off an hour ago, and dry runs that nobody has applied within a week.
SELECT id FROM imports
WHERE state NOT IN ('finished', 'failed', 'cancelled')
  AND (state = 'receiving' AND touched_at < clock_timestamp() - interval '1 hour'
       OR state = 'checked' AND touched_at < clock_timestamp() - interval '7 days')
LIMIT 100;

-- name: DropImport :exec
DELETE FROM imports WHERE id = @id AND state = 'receiving';

-- name: ListImportRejects :many
SELECT line, code, reason, cells FROM import_rejects WHERE import_id = @import_id AND line > @after ORDER BY line LIMIT @max_rows;

-- name: FindImportSeen :many
-- Which of these have been named, each looked up by itself, whatever the planner takes the table's size to be (here and below).
SELECT s.who, s.line
FROM unnest(@whos::text[]) AS k(who)
CROSS JOIN LATERAL (SELECT s.who, s.line FROM import_seen s WHERE s.import_id = @import_id AND s.who = k.who OFFSET 0) s;

-- name: FindPeople :many
-- Whom some aliases belong to; a merged contact is followed to the one it has become part of (W10).
WITH RECURSIVE named AS (
    SELECT k.kind, k.value, a.contact_id
    FROM (SELECT unnest(@kinds::text[]) AS kind, unnest(@values::text[]) AS value) k
    CROSS JOIN LATERAL (
        SELECT a.contact_id FROM contact_aliases a
        WHERE a.kind = k.kind AND a.portfolio = @portfolio AND a.value = k.value OFFSET 0
    ) a
), root AS (
    SELECT n.kind, n.value, c.id, c.merged_into
    FROM named n CROSS JOIN LATERAL (SELECT c.id, c.merged_into FROM contacts c WHERE c.id = n.contact_id OFFSET 0) c
    UNION ALL
    SELECT r.kind, r.value, c.id, c.merged_into
    FROM root r CROSS JOIN LATERAL (SELECT c.id, c.merged_into FROM contacts c WHERE c.id = r.merged_into OFFSET 0) c
)
SELECT r.kind::text AS kind, r.value::text AS value, sqlc.embed(c), b.has_bsuid::boolean AS has_bsuid
FROM root r JOIN contacts c ON c.id = r.id
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM contact_aliases b WHERE b.contact_id = r.id AND b.kind = 'bsuid' AND b.portfolio = @portfolio) AS has_bsuid OFFSET 0
) b
WHERE r.merged_into IS NULL;

-- name: ListWords :many
-- What some contacts have said of each category: the word that holds, as in contact_permissions, and when.
SELECT c.contact_id, c.category, c.opted_in, c.occurred_at
FROM unnest(@contact_ids::uuid[]) AS k(id)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (c.category) c.contact_id, c.category, c.opted_in, c.occurred_at
    FROM consent_changes c
    WHERE c.contact_id = k.id
      AND NOT (c.opted_in AND c.source IN ('keyword', 'whatsapp')
               AND NOT EXISTS (SELECT FROM consent_changes o
                               WHERE o.contact_id = k.id AND o.category = c.category AND NOT o.opted_in AND o.occurred_at <= c.occurred_at))
    ORDER BY c.category, date_trunc('second', c.occurred_at) DESC, c.opted_in
) c;

-- name: ChangeContacts :exec
-- Writes contacts that were locked and read before.
UPDATE contacts c
SET name = k.name, name_given = k.name_given, phone = k.phone, bsuid = k.bsuid, market = k.market, language = k.language,
    time_zone = k.time_zone, tags = k.tags, fields = k.fields
FROM jsonb_to_recordset(@contacts::jsonb) AS k(id uuid, name text, name_given boolean, phone text, bsuid text, market text, language text,
    time_zone text, tags text[], fields jsonb)
WHERE c.id = k.id;

-- name: PickPortfolio :one
-- The one that is named; else that of all business numbers, if they have but one.
SELECT coalesce(nullif(@named::text, ''), (SELECT min(n.portfolio) FROM business_numbers n HAVING count(DISTINCT n.portfolio) = 1), 'default')::text AS portfolio;

-- name: KeepImportSeen :exec
INSERT INTO import_seen (import_id, who, line)
SELECT @import_id::uuid, unnest(@whos::text[]), unnest(@lines::bigint[])
ON CONFLICT DO NOTHING;
