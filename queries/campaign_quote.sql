-- What a campaign would come to, over a segment as it stands (K5).

-- name: FindCampaignFilter :one
-- Of a draft its segment's of today, else the one that it was launched with.
SELECT coalesce(c.filter, s.filter)::jsonb FROM campaigns c JOIN segments s ON s.id = c.segment_id WHERE c.id = @id;

-- name: QuoteAudience :many
-- How many contacts a filter means, by their market, the first reason for which they would be no recipients (K1, as ListCandidates has
-- it), and which of the needed fields they lack; and of those with how many a window is open, and with how many there has been
-- something since @since that may make a message cheaper. Consent and suppressions are asked for as joins, as contact_permissions
-- has them of one: a function per contact takes many times as long.
WITH who AS (
    SELECT p.market, (CASE
        WHEN p.phone IS NULL AND NOT EXISTS (SELECT FROM contact_aliases a
                                             WHERE a.contact_id = p.id AND a.kind = 'bsuid' AND a.portfolio = @portfolio::text) THEN 'unreachable'
        WHEN EXISTS (SELECT FROM suppressions s
                     WHERE s.contact_id = p.id AND s.lifted_at IS NULL AND (s.scope = 'all' OR @category::text = 'marketing')
                       AND (s.reason <> 'undeliverable'
                            OR NOT EXISTS (SELECT FROM conversations w WHERE w.contact_id = p.id AND w.last_inbound_at > s.since))) THEN 'suppressed'
        WHEN EXISTS (SELECT FROM consent_changes o
                     WHERE o.contact_id = p.id AND o.category = @category AND NOT o.opted_in
                       AND NOT EXISTS (SELECT FROM consent_changes i
                                       WHERE i.contact_id = o.contact_id AND i.category = o.category AND i.opted_in
                                         -- by whole seconds, which is all that WhatsApp states; later than an opt-out, it undoes one
                                         AND date_trunc('second', i.occurred_at) > date_trunc('second', o.occurred_at))) THEN 'opted_out'
        WHEN NOT EXISTS (SELECT FROM consent_changes i
                         WHERE i.contact_id = p.id AND i.category = @category AND i.opted_in
                           -- a word that undoes an opt-out is an opt-in only if there is one before it
                           AND (i.source NOT IN ('keyword', 'whatsapp')
                                OR EXISTS (SELECT FROM consent_changes b
                                           WHERE b.contact_id = i.contact_id AND b.category = i.category AND NOT b.opted_in
                                             AND b.occurred_at <= i.occurred_at))) THEN 'no_opt_in'
        ELSE '' END)::text AS left_out,
        ARRAY(SELECT f.name FROM unnest(@needed::text[]) f(name)
              WHERE coalesce(CASE f.name WHEN 'name' THEN p.name WHEN 'first_name' THEN p.name WHEN 'language' THEN p.language
                                         WHEN 'phone' THEN p.phone ELSE p.fields ->> f.name END, '') !~ '\S')::text[] AS missing,
        coalesce(v.window_end > @at::timestamptz, false) AS open,
        coalesce(greatest(v.last_inbound_at, v.last_outbound_at, v.template_accepted_at) > @since::timestamptz, false) AS recent
    FROM audience(@filter::jsonb, @at, '00000000-0000-0000-0000-000000000000', NULL) a
    JOIN contacts p ON p.id = a.contact_id
    LEFT JOIN conversations v ON v.contact_id = p.id AND v.business_number_id = @business_number_id AND v.merged_into IS NULL
)
SELECT market, left_out, missing::text[] AS missing, count(*) AS contacts, count(*) FILTER (WHERE open) AS open, count(*) FILTER (WHERE recent) AS recent
FROM who
GROUP BY market, left_out, missing
ORDER BY market, left_out, missing;
