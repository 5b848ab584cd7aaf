-- What contacts have agreed to, and who is not to be written to (tables consent_changes and suppressions).

-- name: LockConsents :exec
-- Lets one transaction at a time change what contacts agree to: each tells all of a contact's conversations, whose marks two
-- of them would take in opposite orders. The seed keeps the lock apart from those of other purposes.
SELECT pg_advisory_xact_lock(l.key)
FROM (SELECT DISTINCT uuid_hash_extended(unnest(@contact_ids::uuid[]), 3) AS key ORDER BY key) l;

-- name: RecordConsents :many
-- Records opt-ins and opt-outs; returns those that were not known, and of an opt-out whether a campaign has written to the contact.
WITH recorded AS (
    INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
    SELECT c.contact_id, c.category, c.opted_in, c.source, c.occurred_at
    FROM jsonb_to_recordset(@changes::jsonb) AS c(contact_id uuid, category text, opted_in boolean, source text, occurred_at timestamptz)
    ORDER BY c.contact_id, c.category, c.occurred_at, c.opted_in, c.source
    ON CONFLICT DO NOTHING
    RETURNING contact_id, category, opted_in, source, occurred_at
)
SELECT r.contact_id, r.category, r.opted_in, r.source, r.occurred_at,
       (NOT r.opted_in AND EXISTS (
           SELECT FROM sends s WHERE s.contact_id = r.contact_id AND s.type = 'template' AND s.campaign_id IS NOT NULL))::boolean AS in_campaign
FROM recorded r;

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

-- name: ListPermissions :many
-- What the gate asks of some contacts, as JSON of conversation.Permissions; that the sender is paused is the number's to say.
SELECT c.id AS contact_id, to_jsonb(contact_permissions(c.id))::jsonb AS permissions
FROM contacts c WHERE c.id = ANY(@contact_ids::uuid[]);

-- name: ListConsentChanges :many
-- The latest first.
SELECT * FROM consent_changes WHERE contact_id = @contact_id ORDER BY occurred_at DESC, id DESC LIMIT @max_rows;

-- name: ListSuppressions :many
-- Those in force first.
SELECT s.*, (s.lifted_at IS NULL AND (s.reason <> 'undeliverable' OR NOT EXISTS (
        SELECT FROM conversations v WHERE v.contact_id = s.contact_id AND v.last_inbound_at > s.since)))::boolean AS in_force
FROM suppressions s WHERE s.contact_id = @contact_id ORDER BY in_force DESC, s.since DESC, s.id LIMIT @max_rows;
