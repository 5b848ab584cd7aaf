-- name: ListConversationsOf :many
-- A number's conversations in which something occurred in a half-open period, in order of their ids, after a given one.
SELECT c.id
FROM conversations c
WHERE c.business_number_id = @business_number_id AND c.id > @after
  AND EXISTS (SELECT FROM events e WHERE e.conversation_id = c.id AND e.occurred_at >= @since AND e.occurred_at < @until)
ORDER BY c.id
LIMIT @most;
