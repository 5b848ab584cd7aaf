-- name: GetConversation :one
-- A conversation with its number, its contact, and what the contact permits, as JSON of conversation.Permissions; of one that has
-- been merged, the one that it is part of. With what it waits for beside its window, as JSON or null: the reply that is kept or
-- offered (in the API's shape), the sends that are not settled and how the contact is being won back (in the workflow contract's).
-- And the contact's last template if nobody knows what became of it, and nobody waits for that any more (W6).
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p), to_jsonb(contact_permissions(p.id))::jsonb AS permissions,
       (SELECT jsonb_build_object('id', k.id, 'text', k.text, 'state', k.state, 'kept_at', k.kept_at, 'keep_until', k.keep_until,
                                  'changed_at', k.changed_at, 'template_send_id', k.template_send)
        FROM kept_replies k WHERE k.conversation_id = c.id AND k.state IN ('kept', 'offered'))::jsonb AS kept,
       (SELECT jsonb_agg(jsonb_build_object('send_id', s.id, 'attempt', s.attempt) ORDER BY s.planned_at, s.id)
        FROM sends s WHERE s.conversation_id = c.id AND s.state IN ('planned', 'inflight', 'unknown') AND NOT s.final)::jsonb AS open,
       (SELECT r.plan FROM reengagement_plans r WHERE r.conversation_id = c.id)::jsonb AS plan,
       (SELECT jsonb_build_object('send_id', s.id, 'at', s.planned_at)
        FROM sends s
        WHERE s.conversation_id = ANY(conversation_parts(c.id)) AND s.type = 'template' AND s.state = 'unknown' AND s.final
          AND (c.last_inbound_at IS NULL OR s.planned_at > c.last_inbound_at)
        ORDER BY s.planned_at DESC, s.id LIMIT 1)::jsonb AS uncertain
FROM conversations named
JOIN conversations c ON c.id = coalesce(named.merged_into, named.id)
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE named.id = @id;

-- name: LockToSend :one
-- The conversation of a send, held against whoever stores a message, a status or another send until the step is recorded.
-- What else the gate asks is read by a statement of its own (ReadParties), which sees what was committed while this waited.
SELECT * FROM conversations WHERE id = @id FOR NO KEY UPDATE;

-- name: ReadParties :one
-- Whom a conversation is between, and what the gate asks of them.
SELECT sqlc.embed(n), sqlc.embed(p), to_jsonb(contact_permissions(p.id))::jsonb AS permissions
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE c.id = @conversation_id;

-- name: ListConversationsOfContacts :many
SELECT id, contact_id, business_number_id FROM conversations WHERE contact_id = ANY(@contact_ids::uuid[]) ORDER BY id;

-- name: ListConversationsOfContact :many
SELECT c.id, n.phone_number_id FROM conversations c JOIN business_numbers n ON n.id = c.business_number_id
WHERE c.contact_id = @contact_id ORDER BY c.created_at, c.id LIMIT @max_rows;
