-- name: RefreshTemplatePending :many
-- Says of each conversation, which the caller has locked, how far a template has got whose fate is not known yet (W6), and
-- returns it. Every transaction that moves a send ends with it. One that may have reached the contact goes before one that
-- is known to be waiting.
UPDATE conversations c
SET template_pending = p.pending
FROM (SELECT i.id,
             (SELECT CASE s.state WHEN 'planned' THEN 'planned' WHEN 'inflight' THEN 'inflight' ELSE 'unknown' END
              FROM sends s
              WHERE s.conversation_id = i.id AND s.type = 'template'
                AND (s.state IN ('planned', 'inflight') OR s.state = 'unknown' AND NOT s.final)
              ORDER BY array_position('{inflight,unknown,planned}'::text[], s.state)
              LIMIT 1) AS pending
      FROM (SELECT unnest(@conversation_ids::uuid[]) AS id) i) p
WHERE c.id = p.id
RETURNING c.id, coalesce(c.template_pending, '')::text AS template_pending;
