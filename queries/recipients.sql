-- What becomes of a campaign's recipients (table campaign_recipients): all that sending and intake write there.

-- name: ReadRecipient :one
-- A recipient, whose row is locked, with what its campaign says of its message; person is the contact that it is by now (W10).
SELECT sqlc.embed(r), c.business_number_id, c.template_name, c.template_language, c.parameters AS unfilled, c.limits,
       c.state AS campaign_state, c.category, c.end_at, coalesce(p.merged_into, p.id)::uuid AS person
FROM campaign_recipients r
JOIN campaigns c ON c.id = r.campaign_id
JOIN contacts p ON p.id = r.contact_id
WHERE r.id = @id AND r.campaign_id = @campaign_id
FOR NO KEY UPDATE OF r;

-- name: FindSendOfRecipient :one
-- In whichever conversation it was planned.
SELECT * FROM sends WHERE id = @id AND campaign_id = @campaign_id::uuid;

-- name: SentInCampaign :one
-- Whether a campaign's message has gone, or is on its way, to the same person as another recipient. The contact's caps are locked.
SELECT EXISTS (
    SELECT FROM sends
    WHERE contact_id = @contact_id AND type = 'template' AND campaign_id = @campaign_id::uuid AND id <> @id
      AND state NOT IN ('refused', 'failed')
) AS sent;

-- name: LockCampaignBudget :one
-- What is reserved of a campaign's budget; until the transaction ends nobody else reserves.
SELECT reserved_micros FROM campaigns WHERE id = @id FOR NO KEY UPDATE;

-- name: FindCampaignCurrency :one
-- In which currency a campaign has reserved: all in one, as whoever reserves sees to.
SELECT quoted_currency::text FROM sends
WHERE campaign_id = @campaign_id::uuid AND quoted_currency IS NOT NULL AND state NOT IN ('refused', 'failed')
ORDER BY id LIMIT 1;

-- name: MoveRecipient :exec
-- Writes what a plan, or a refusal later on, makes of a recipient, whose row the caller has locked.
UPDATE campaign_recipients
SET conversation_id = @conversation_id::uuid, state = @state, code = sqlc.narg(code), due_at = sqlc.narg(due_at),
    settled_at = sqlc.narg(settled_at), reserved_micros = sqlc.narg(reserved_micros), asked_at = coalesce(asked_at, clock_timestamp())
WHERE id = @id;

-- name: MoveRecipients :exec
-- What was for a conversation is for the one that it has become part of (W10).
UPDATE campaign_recipients r
SET conversation_id = pair.winner
FROM (SELECT unnest(@losers::uuid[]) AS loser, unnest(@winners::uuid[]) AS winner) pair
WHERE r.conversation_id = pair.loser;

-- name: LockRecipients :many
-- The recipients whose results may be news: those of conversations and of contacts, as far as there is something sent. Whoever
-- writes results locks them by this and reads the facts by another statement (RefreshRecipients), which so sees what was committed
-- meanwhile: an opt-out is recorded without the conversation's lock.
SELECT r.id
FROM campaign_recipients r JOIN sends s ON s.id = r.id
WHERE r.id = ANY(ARRAY(SELECT o.id FROM campaign_recipients o WHERE o.conversation_id = ANY(@conversation_ids::uuid[])
                       UNION ALL
                       SELECT o.id FROM sends o WHERE o.contact_id = ANY(@contact_ids::uuid[]) AND o.type = 'template' AND o.campaign_id IS NOT NULL))
  AND s.state <> 'refused'
ORDER BY r.id
FOR NO KEY UPDATE OF r;

-- name: RefreshRecipients :exec
-- Finds out anew how far recipients, which the caller has locked, have got: from the facts alone, so in whatever order those came.
-- One whose send was refused stays as whoever refused it has put it. An answer is a counting message (W2) soon after the delivery,
-- or any that quotes; an opt-out is the person's own word, by whole seconds, which is all that WhatsApp states.
WITH result AS (
    SELECT r.id, f.state, CASE WHEN f.state = 'failed' THEN coalesce(s.reason, 'unknown') END AS code,
           CASE s.state WHEN 'accepted' THEN s.accepted_at WHEN 'failed' THEN coalesce(s.inflight_at, s.planned_at) END AS settled_at,
           CASE WHEN f.state <> 'failed' THEN s.quoted_micros END AS reserved_micros,
           nullif(o.delivery_status, 'accepted') AS delivery, d.at AS delivered_at, d.read_at, least(a.at, q.at) AS answered_at, t.at AS opted_out_at
    FROM campaign_recipients r
    JOIN sends s ON s.id = r.id
    JOIN campaigns c ON c.id = r.campaign_id
    LEFT JOIN outbound_messages o ON o.message_id = s.message_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.state IN ('planned', 'inflight') THEN 'planned' WHEN o.delivery_status = 'failed' THEN 'failed' ELSE s.state END AS state,
               conversation_parts(r.conversation_id) AS parts, campaign_answer_within(c.limits) AS within
    ) f
    CROSS JOIN LATERAL (
        SELECT min(e.occurred_at) AS at, min(e.occurred_at) FILTER (WHERE e.type <> 'delivered') AS read_at FROM events e
        WHERE e.message_id = s.message_id AND e.kind = 'status' AND e.type IN ('delivered', 'read', 'played')
    ) d
    CROSS JOIN LATERAL (
        -- OFFSET 0 keeps the planner from going through what all contacts wrote in that time, by the index of that.
        SELECT min(e.occurred_at) AS at
        FROM (SELECT e.occurred_at, e.opens_window FROM events e
              WHERE e.conversation_id = ANY(f.parts) AND e.occurred_at >= d.at AND e.occurred_at < d.at + f.within OFFSET 0) e
        WHERE e.opens_window
    ) a
    CROSS JOIN LATERAL (
        SELECT min(e.occurred_at) AS at
        FROM events m JOIN events e ON e.content ->> 'answers' = m.wamid
        WHERE m.id = s.message_id AND e.conversation_id = ANY(f.parts) AND e.kind = 'inbound' AND e.content ->> 'answers' IS NOT NULL
    ) q
    CROSS JOIN LATERAL (
        SELECT min(w.occurred_at) AS at FROM consent_changes w
        WHERE w.contact_id = s.contact_id AND w.category = coalesce(c.category, s.category) AND NOT w.opted_in AND w.source <> 'merge'
          AND w.occurred_at >= date_trunc('second', s.accepted_at) AND w.occurred_at < s.accepted_at + f.within
    ) t
    WHERE r.id = ANY(@ids::uuid[]) AND s.state <> 'refused'
)
UPDATE campaign_recipients r
SET state = n.state, code = n.code, due_at = NULL, settled_at = n.settled_at, reserved_micros = n.reserved_micros, delivery = n.delivery,
    delivered_at = n.delivered_at, read_at = n.read_at, answered_at = n.answered_at, opted_out_at = n.opted_out_at, asked_at = coalesce(r.asked_at, clock_timestamp())
FROM result n
WHERE r.id = n.id AND r.id = ANY(@ids::uuid[])
  AND (r.state, r.code, r.settled_at, r.reserved_micros, r.delivery, r.delivered_at, r.read_at, r.answered_at, r.opted_out_at)
      IS DISTINCT FROM
      (n.state, n.code, n.settled_at, n.reserved_micros, n.delivery, n.delivered_at, n.read_at, n.answered_at, n.opted_out_at);
