-- What becomes of a campaign's recipients (table campaign_recipients): all that sending and intake write there.

-- name: LockRecipients :many
-- The recipients whose results may be news: those of conversations and of contacts, as far as there is something sent. Whoever
-- writes results locks them by this and reads the facts by another statement (RefreshRecipients), which so sees what was committed
-- meanwhile: an opt-out is recorded without the conversation's lock.
SELECT r.id
FROM campaign_recipients r JOIN sends s ON s.id = r.id
WHERE r.id IN (SELECT o.id FROM campaign_recipients o WHERE o.conversation_id = ANY(@conversation_ids::uuid[])
               UNION ALL
               SELECT o.id FROM sends o WHERE o.contact_id = ANY(@contact_ids::uuid[]) AND o.type = 'template' AND o.campaign_id IS NOT NULL)
  AND s.state <> 'refused'
ORDER BY r.id
FOR UPDATE OF r;

-- name: RefreshRecipients :exec
-- Finds out anew how far recipients, which the caller has locked, have got: from the facts alone, so in whatever order those came.
-- Those whose send was refused stay as whoever refused it has put them.
UPDATE campaign_recipients r SET state = r.state WHERE r.id = ANY(@ids::uuid[]);
