-- name: GetConversation :one
-- A conversation with its number and contact; of one that has been merged, the one that it is part of.
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p)
FROM conversations named
JOIN conversations c ON c.id = coalesce(named.merged_into, named.id)
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE named.id = @id;
