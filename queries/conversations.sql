-- name: GetConversation :one
-- A conversation with its number and contact.
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p)
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE c.id = @id;
