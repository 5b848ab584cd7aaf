-- name: ListConversationsOf :many
-- A number's conversations in which something occurred in a half-open period, in order of their ids, after a given one; each
-- with its parts (W10).
SELECT c.id, conversation_parts(c.id)::uuid[] AS parts
FROM conversations c
WHERE c.business_number_id = @business_number_id AND c.id > @after AND c.merged_into IS NULL
  AND (EXISTS (SELECT FROM events e WHERE e.conversation_id = c.id AND e.occurred_at >= @since AND e.occurred_at < @until)
       OR EXISTS (SELECT FROM conversations m JOIN events e ON e.conversation_id = m.id
                  WHERE m.merged_into = c.id AND e.occurred_at >= @since AND e.occurred_at < @until))
ORDER BY c.id
LIMIT @most;
