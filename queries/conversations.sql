-- name: GetConversation :one
-- A conversation with its number, its contact, and what the contact permits, as JSON of conversation.Permissions; of one that has
-- been merged, the one that it is part of.
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p), to_jsonb(contact_permissions(p.id))::jsonb AS permissions
FROM conversations named
JOIN conversations c ON c.id = coalesce(named.merged_into, named.id)
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE named.id = @id;

-- name: ListWaitingKeptReplies :many
-- The reply that waits for the contact's answer; a conversation has at most one.
SELECT id, kept_at, keep_until FROM kept_replies WHERE conversation_id = @conversation_id AND state = 'kept';
