-- What the API shows of sending: permissions, sends, templates, contacts, kept replies. Nothing here writes.

-- name: ListPermissions :many
-- What the gate asks of some contacts, as JSON of conversation.Permissions; that the sender is paused is the number's to say.
SELECT c.id AS contact_id, to_jsonb(contact_permissions(c.id))::jsonb AS permissions
FROM contacts c WHERE c.id = ANY(@contact_ids::uuid[]);

-- name: GetSend :one
-- A send with how far its message has got; empty: it is not known to have left.
SELECT sqlc.embed(s), n.phone_number_id, coalesce(o.delivery_status, '')::text AS delivery_status,
       coalesce(d.sentence, '')::text AS sentence, coalesce(d.facts, '{}')::jsonb AS decided_on, f.error_code AS failed_with
FROM sends s
JOIN business_numbers n ON n.id = s.business_number_id
LEFT JOIN outbound_messages o ON o.message_id = s.message_id
LEFT JOIN LATERAL (
    SELECT d.sentence, d.facts FROM decisions d
    WHERE d.conversation_id = s.conversation_id AND d.send_id = s.id AND d.code = s.reason
    ORDER BY d.at DESC, d.id DESC LIMIT 1
) d ON true
LEFT JOIN LATERAL (
    SELECT e.error_code FROM events e WHERE e.message_id = s.message_id AND e.type = 'failed' ORDER BY e.occurred_at DESC, e.id LIMIT 1
) f ON true
WHERE s.id = @id;

-- name: ListSendAttempts :many
SELECT * FROM send_attempts WHERE send_id = @send_id ORDER BY attempt;

-- name: ListTemplates :many
-- The templates of the numbers' accounts, or of one number's, by account, name and language, each with when it was last
-- planned to go and was not refused; the year 1 stands for never.
SELECT t.waba_id, t.name, t.language, t.status, t.category, t.quality, t.reason, t.components, t.changed_at, coalesce((
    SELECT s.planned_at FROM sends s JOIN business_numbers n ON n.id = s.business_number_id
    WHERE s.type = 'template' AND s.template_name = t.name AND s.template ->> 'language' = t.language
      AND n.waba_id = t.waba_id AND s.state <> 'refused'
    ORDER BY s.planned_at DESC LIMIT 1
), '0001-01-01 00:00:00+00')::timestamptz AS last_used_at
FROM templates t
WHERE (t.waba_id, t.name, t.language) > (@after_waba::text, @after_name::text, @after_language::text)
  AND (@waba_id::text = '' OR t.waba_id = @waba_id)
  AND (@status::text = '' OR t.status = @status)
  AND (@category::text = '' OR t.category = @category)
  AND t.removed_at IS NULL
ORDER BY t.waba_id, t.name, t.language
LIMIT @max_rows;

-- name: CountTemplates :many
-- How many each account has, or the one named; Meta counts each language of a name.
SELECT waba_id, count(*) AS templates FROM templates
WHERE removed_at IS NULL AND (@waba_id::text = '' OR waba_id = @waba_id)
GROUP BY waba_id ORDER BY waba_id;

-- name: ListApprovedTemplates :many
-- Of a number's account, those of some categories that could go now.
SELECT t.name, t.language, t.category
FROM templates t JOIN business_numbers n ON n.waba_id = t.waba_id
WHERE n.id = @business_number_id AND t.status = 'approved' AND t.removed_at IS NULL AND t.category = ANY(@categories::text[])
ORDER BY t.name, t.language
LIMIT @max_rows;

-- name: ListKeptReplies :many
-- Of a conversation with what has become part of it, and of a part those of the whole (W10).
SELECT * FROM kept_replies
WHERE conversation_id = ANY(conversation_parts((SELECT coalesce(v.merged_into, v.id) FROM conversations v WHERE v.id = @conversation_id))) AND (kept_at, id) < (@before_kept_at::timestamptz, @before_id::uuid)
ORDER BY kept_at DESC, id DESC
LIMIT @max_rows;

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

-- name: ListConsentChanges :many
-- The latest first.
SELECT * FROM consent_changes WHERE contact_id = @contact_id ORDER BY occurred_at DESC, id DESC LIMIT @max_rows;

-- name: ListSuppressions :many
-- Those in force first.
SELECT s.*, (s.lifted_at IS NULL AND (s.reason <> 'undeliverable' OR NOT EXISTS (
        SELECT FROM conversations v WHERE v.contact_id = s.contact_id AND v.last_inbound_at > s.since)))::boolean AS in_force
FROM suppressions s WHERE s.contact_id = @contact_id ORDER BY in_force DESC, s.since DESC, s.id LIMIT @max_rows;

-- name: ListConversationsOfContact :many
SELECT c.id, n.phone_number_id FROM conversations c JOIN business_numbers n ON n.id = c.business_number_id
WHERE c.contact_id = @contact_id ORDER BY c.created_at, c.id LIMIT @max_rows;
