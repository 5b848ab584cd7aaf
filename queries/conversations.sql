-- name: GetConversation :one
-- A conversation with its number, its contact, and what the contact permits, as JSON of conversation.Permissions; of one that has
-- been merged, the one that it is part of.
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p), to_jsonb(contact_permissions(p.id))::jsonb AS permissions
FROM conversations named
JOIN conversations c ON c.id = coalesce(named.merged_into, named.id)
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE named.id = @id;

-- name: FindUnfinished :one
-- What a conversation waits for beside its window, each as JSON in the workflow contract's shape, or null: the reply that is
-- kept for the contact's answer, the sends that are not settled, and how the contact is being won back.
SELECT (SELECT jsonb_build_object('id', k.id, 'at', k.kept_at, 'until', k.keep_until)
        FROM kept_replies k WHERE k.conversation_id = @conversation_id AND k.state = 'kept')::jsonb AS kept,
       (SELECT jsonb_agg(jsonb_build_object('send_id', s.id, 'attempt', s.attempt) ORDER BY s.planned_at, s.id)
        FROM sends s WHERE s.conversation_id = @conversation_id AND s.state IN ('planned', 'inflight', 'unknown') AND NOT s.final)::jsonb AS open,
       (SELECT p.plan FROM reengagement_plans p WHERE p.conversation_id = @conversation_id)::jsonb AS plan;

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
