-- name: LockConsents :exec
-- Lets one transaction at a time change what contacts agree to: each tells all of a contact's conversations, whose marks two
-- of them would take in opposite orders. The seed keeps the lock apart from those of other purposes.
SELECT pg_advisory_xact_lock(l.key)
FROM (SELECT DISTINCT uuid_hash_extended(unnest(@contact_ids::uuid[]), 3) AS key ORDER BY key) l;

-- name: RecordConsents :many
-- Records opt-ins and opt-outs; returns those that were not known.
INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
SELECT c.contact_id, c.category, c.opted_in, c.source, c.occurred_at
FROM jsonb_to_recordset(@changes::jsonb) AS c(contact_id uuid, category text, opted_in boolean, source text, occurred_at timestamptz)
ORDER BY c.contact_id, c.category, c.occurred_at, c.opted_in, c.source
ON CONFLICT DO NOTHING
RETURNING contact_id, category, opted_in, source, occurred_at;

-- name: ListConversationsOfContacts :many
SELECT id, contact_id, business_number_id FROM conversations WHERE contact_id = ANY(@contact_ids::uuid[]) ORDER BY id;

-- name: FindContactRoots :many
-- The contacts that some contacts are now: themselves, or what they have been merged into (W10).
WITH RECURSIVE root AS (
    SELECT c.id AS given, c.id, c.merged_into FROM contacts c WHERE c.id = ANY(@ids::uuid[])
    UNION
    SELECT r.given, c.id, c.merged_into FROM root r JOIN contacts c ON c.id = r.merged_into
)
SELECT r.given::uuid AS given, r.id::uuid AS id FROM root r WHERE r.merged_into IS NULL;

-- name: GetPermissions :one
-- What the gate asks of a conversation's contact and number beside the window.
SELECT p.marketing::text AS marketing, p.utility::text AS utility, p.authentication::text AS authentication,
       p.suppressed::text AS suppressed, p.suppressed_marketing::text AS suppressed_marketing,
       coalesce(n.sender_paused_class, '')::text AS sender_paused
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
CROSS JOIN LATERAL contact_permissions(c.contact_id) AS p(marketing, utility, authentication, suppressed, suppressed_marketing)
WHERE c.id = @conversation_id;

-- name: Suppress :exec
-- Has contacts not written to. Of one reason a contact has one suppression in force; the latest news of it counts, because
-- one that is undeliverable ends with the contact's next message.
INSERT INTO suppressions (contact_id, scope, reason, source, since)
SELECT DISTINCT ON (s.contact_id, s.reason) s.contact_id, s.scope, s.reason, s.source, s.since
FROM jsonb_to_recordset(@suppressions::jsonb) AS s(contact_id uuid, scope text, reason text, source text, since timestamptz)
ORDER BY s.contact_id, s.reason, s.since DESC
ON CONFLICT (contact_id, reason) WHERE lifted_at IS NULL
DO UPDATE SET since = greatest(suppressions.since, excluded.since);

-- name: LiftSuppressions :execrows
UPDATE suppressions
SET lifted_at = @lifted_at::timestamptz, lifted_by = @lifted_by::text
WHERE contact_id = @contact_id AND lifted_at IS NULL AND (@reason::text = '' OR reason = @reason::text);

-- name: FindPortfolios :many
-- The portfolio of each WhatsApp business account of which we know a number.
SELECT waba_id, min(portfolio)::text AS portfolio FROM business_numbers WHERE waba_id = ANY(@waba_ids::text[]) GROUP BY waba_id;

-- name: PauseSender :many
-- Has a business number send nothing until somebody resumes it; nothing is returned if it was paused already.
UPDATE business_numbers
SET sender_paused_at = @paused_at::timestamptz, sender_paused_class = @class::text, sender_paused_code = @code::int
WHERE id = @id AND sender_paused_at IS NULL
RETURNING phone_number_id;

-- name: MergeConsents :exec
-- Gives one contact what another has said. Where the two disagree it has opted out, whoever spoke last (W10).
WITH latest AS (
    SELECT DISTINCT ON (c.contact_id, c.category) c.category, c.opted_in, c.occurred_at
    FROM consent_changes c WHERE c.contact_id IN (@winner, @loser)
    ORDER BY c.contact_id, c.category, date_trunc('second', c.occurred_at) DESC, c.opted_in
)
INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
SELECT @winner::uuid, c.category, c.opted_in, c.source, c.occurred_at FROM consent_changes c WHERE c.contact_id = @loser::uuid
UNION ALL
SELECT @winner::uuid, l.category, false, 'merge', greatest(@now::timestamptz, max(l.occurred_at))
FROM latest l GROUP BY l.category HAVING bool_or(l.opted_in) AND NOT bool_and(l.opted_in)
ON CONFLICT DO NOTHING;

-- name: MergeSuppressions :exec
INSERT INTO suppressions (contact_id, scope, reason, source, since)
SELECT @winner::uuid, s.scope, s.reason, s.source, s.since FROM suppressions s WHERE s.contact_id = @loser::uuid AND s.lifted_at IS NULL
ON CONFLICT (contact_id, reason) WHERE lifted_at IS NULL DO NOTHING;

-- name: MoveSends :exec
-- What was sent to one contact was sent to the one that it has become part of.
UPDATE sends SET contact_id = @winner WHERE contact_id = @loser;
