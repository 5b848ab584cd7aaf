-- What the ledger says. Reversals carry negated amounts, so plain sums are right; currencies are never mixed. A period is a
-- half-open one for each number, because its days are those of the number's account. Empty filters let everything pass.

-- name: ListReportedNumbers :many
-- The numbers that a report is about, and for each whether the totals hold its charges by the days that it has now. They
-- are good for nothing if they count another server's transactions.
SELECT n.id, n.phone_number_id, n.display, n.account_time_zone, h.horizon,
       (z.business_number_id IS NOT NULL AND h.horizon <= pg_snapshot_xmin(pg_current_snapshot()))::boolean AS totalled
FROM business_numbers n
CROSS JOIN totals_horizon h
LEFT JOIN totalled_numbers z ON z.business_number_id = n.id AND z.account_time_zone = n.account_time_zone
WHERE @number::text = '' OR n.phone_number_id = @number
ORDER BY n.phone_number_id;

-- name: ListContactConversations :many
-- Merged ones too: what they were charged is theirs in the ledger.
SELECT id FROM conversations WHERE contact_id = coalesce((SELECT p.merged_into FROM contacts p WHERE p.id = @contact_id), @contact_id);

-- name: ListCharges :many
-- Charges and reversals in order of time and posting, after the given ones. @earliest and @latest span all numbers' periods,
-- for the index. A charge is a campaign's if the message that caused it is; of a session, the one that opened it.
SELECT sqlc.embed(h), n.phone_number_id, n.display, c.contact_id, coalesce(c.merged_into, c.id) AS part_of,
       coalesce(g.id, '00000000-0000-0000-0000-000000000000')::uuid AS campaign_id, coalesce(g.name, '')::text AS campaign_name
FROM charges h
JOIN business_numbers n ON n.id = h.business_number_id
JOIN conversations c ON c.id = h.conversation_id
LEFT JOIN LATERAL (
    SELECT g.id, g.name FROM sends s JOIN campaigns g ON g.id = s.campaign_id WHERE s.message_id = h.event_id LIMIT 1
) g ON true
WHERE h.charged_at >= @earliest AND h.charged_at < @latest
  AND h.charged_at >= (@since::timestamptz[])[array_position(@number_ids::uuid[], h.business_number_id)]
  AND h.charged_at < (@until::timestamptz[])[array_position(@number_ids::uuid[], h.business_number_id)]
  AND (h.charged_at, h.id) > (@after_charged_at::timestamptz, @after_id::bigint)
  AND (NOT @one_contact::boolean OR h.conversation_id = ANY (@conversation_ids::uuid[]))
  -- Not by g, which is looked for only of what is listed: all that the campaign has sent is read once, by its index.
  AND (NOT @one_campaign::boolean OR h.event_id IN (SELECT s.message_id FROM sends s
                                                    WHERE s.campaign_id = @campaign_id::uuid AND s.message_id IS NOT NULL))
  AND (@scheme::text = '' OR h.scheme = @scheme)
  AND (@kind::text = '' OR h.kind = @kind)
  AND (@category::text = '' OR h.category = @category)
  AND (@market::text = '' OR h.market = @market)
  AND (@rule::text = '' OR h.rule = @rule)
  AND (@currency::text = '' OR h.currency = @currency)
ORDER BY h.charged_at, h.id
LIMIT @max_rows;

-- name: SumTotals :many
-- Sums by account days, from the totals and from what has been posted since their horizon, by currency and by what is asked
-- for; a column that is not asked for is empty. A charge that is reversed counts as none. Only for numbers with totals.
WITH period AS (
    SELECT unnest(@number_ids::uuid[]) AS business_number_id, unnest(@from_days::text[])::date AS from_day,
           unnest(@to_days::text[])::date AS to_day
), found AS (
    SELECT t.business_number_id, t.day, t.scheme, t.kind, t.category, t.market, t.rule, t.currency, t.charges, t.amount_micros
    FROM period p
    JOIN charge_totals t ON t.business_number_id = p.business_number_id AND t.day >= p.from_day AND t.day < p.to_day
    UNION ALL
    SELECT h.business_number_id, (h.charged_at AT TIME ZONE z.account_time_zone)::date, h.scheme, h.kind,
           coalesce(h.category, ''), coalesce(h.market, ''), h.rule, h.currency,
           CASE WHEN h.reverses IS NULL THEN 1 ELSE -1 END, h.amount_micros
    FROM charges h
    JOIN totalled_numbers z ON z.business_number_id = h.business_number_id
    JOIN period p ON p.business_number_id = h.business_number_id
    WHERE h.posted_xid >= @horizon
      AND (h.charged_at AT TIME ZONE z.account_time_zone)::date >= p.from_day
      AND (h.charged_at AT TIME ZONE z.account_time_zone)::date < p.to_day
)
SELECT (CASE WHEN @by_day::boolean THEN to_char(day, 'YYYY-MM-DD') ELSE '' END)::text AS day,
       (CASE WHEN @by_number::boolean THEN business_number_id ELSE '00000000-0000-0000-0000-000000000000' END)::uuid AS number_id,
       (CASE WHEN @by_scheme::boolean THEN scheme ELSE '' END)::text AS scheme,
       (CASE WHEN @by_kind::boolean THEN kind ELSE '' END)::text AS kind,
       (CASE WHEN @by_category::boolean THEN category ELSE '' END)::text AS category,
       (CASE WHEN @by_market::boolean THEN market ELSE '' END)::text AS market,
       (CASE WHEN @by_rule::boolean THEN rule ELSE '' END)::text AS rule,
       currency::text AS currency, sum(charges)::bigint AS charges, sum(amount_micros)::bigint AS amount_micros
FROM found
WHERE (@scheme::text = '' OR scheme = @scheme)
  AND (@kind::text = '' OR kind = @kind)
  AND (@category::text = '' OR category = @category)
  AND (@market::text = '' OR market = @market)
  AND (@rule::text = '' OR rule = @rule)
  AND (@currency::text = '' OR currency = @currency)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
HAVING sum(charges) <> 0 OR sum(amount_micros) <> 0
LIMIT @max_rows;

-- name: SumCharges :many
-- The same from the charges themselves: for periods that are no account days, for contacts, for campaigns, for numbers without totals.
WITH period AS (
    SELECT unnest(@number_ids::uuid[]) AS business_number_id, unnest(@account_time_zones::text[]) AS account_time_zone,
           unnest(@since::timestamptz[]) AS since, unnest(@until::timestamptz[]) AS until
)
SELECT (CASE WHEN @by_day::boolean THEN to_char(h.charged_at AT TIME ZONE p.account_time_zone, 'YYYY-MM-DD') ELSE '' END)::text AS day,
       (CASE WHEN @by_number::boolean THEN h.business_number_id ELSE '00000000-0000-0000-0000-000000000000' END)::uuid AS number_id,
       (CASE WHEN @by_scheme::boolean THEN h.scheme ELSE '' END)::text AS scheme,
       (CASE WHEN @by_kind::boolean THEN h.kind ELSE '' END)::text AS kind,
       (CASE WHEN @by_category::boolean THEN coalesce(h.category, '') ELSE '' END)::text AS category,
       (CASE WHEN @by_market::boolean THEN coalesce(h.market, '') ELSE '' END)::text AS market,
       (CASE WHEN @by_rule::boolean THEN h.rule ELSE '' END)::text AS rule,
       (CASE WHEN @by_contact::boolean THEN c.contact_id ELSE '00000000-0000-0000-0000-000000000000' END)::uuid AS contact_id,
       (CASE WHEN @by_campaign::boolean AND s.campaign_id IS NOT NULL THEN s.campaign_id
             ELSE '00000000-0000-0000-0000-000000000000' END)::uuid AS campaign_id,
       h.currency::text AS currency,
       sum(CASE WHEN h.reverses IS NULL THEN 1 ELSE -1 END)::bigint AS charges, sum(h.amount_micros)::bigint AS amount_micros
FROM charges h
JOIN period p ON p.business_number_id = h.business_number_id AND h.charged_at >= p.since AND h.charged_at < p.until
LEFT JOIN conversations c ON c.id = h.conversation_id  -- dropped by the planner where it is not asked for
LEFT JOIN sends s ON @with_campaigns::boolean AND s.message_id = h.event_id AND s.campaign_id IS NOT NULL  -- likewise
WHERE h.charged_at >= @earliest AND h.charged_at < @latest
  AND (NOT @one_contact::boolean OR h.conversation_id = ANY (@conversation_ids::uuid[]))
  AND (NOT @one_campaign::boolean OR s.campaign_id = @campaign_id::uuid)
  AND (@scheme::text = '' OR h.scheme = @scheme)
  AND (@kind::text = '' OR h.kind = @kind)
  AND (@category::text = '' OR h.category = @category)
  AND (@market::text = '' OR h.market = @market)
  AND (@rule::text = '' OR h.rule = @rule)
  AND (@currency::text = '' OR h.currency = @currency)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
HAVING sum(CASE WHEN h.reverses IS NULL THEN 1 ELSE -1 END) <> 0 OR sum(h.amount_micros) <> 0
LIMIT @max_rows;

-- name: ListVerdictDifferences :many
-- In order of delivery, after the given one.
SELECT sqlc.embed(d), n.phone_number_id, n.display, e.wamid
FROM verdict_differences d
JOIN business_numbers n ON n.id = d.business_number_id
JOIN events e ON e.id = d.event_id
WHERE d.delivered_at >= @earliest AND d.delivered_at < @latest
  AND d.delivered_at >= (@since::timestamptz[])[array_position(@number_ids::uuid[], d.business_number_id)]
  AND d.delivered_at < (@until::timestamptz[])[array_position(@number_ids::uuid[], d.business_number_id)]
  AND (d.delivered_at, d.event_id, d.scheme) > (@after_delivered_at::timestamptz, @after_event_id::uuid, @after_scheme::text)
  AND (@scheme::text = '' OR d.scheme = @scheme)
ORDER BY d.delivered_at, d.event_id, d.scheme
LIMIT @max_rows;

-- name: ListUnpricedMessages :many
-- In order of the charge that is missing, after the given one.
SELECT sqlc.embed(u), n.phone_number_id, n.display, e.wamid
FROM unpriced_messages u
JOIN business_numbers n ON n.id = u.business_number_id
JOIN events e ON e.id = u.event_id
WHERE u.charged_at >= @earliest AND u.charged_at < @latest
  AND u.charged_at >= (@since::timestamptz[])[array_position(@number_ids::uuid[], u.business_number_id)]
  AND u.charged_at < (@until::timestamptz[])[array_position(@number_ids::uuid[], u.business_number_id)]
  AND (u.charged_at, u.event_id, u.scheme, u.category)
      > (@after_charged_at::timestamptz, @after_event_id::uuid, @after_scheme::text, @after_category::text)
  AND (@scheme::text = '' OR u.scheme = @scheme)
ORDER BY u.charged_at, u.event_id, u.scheme, u.category
LIMIT @max_rows;

-- name: ListCampaignNames :many
SELECT id, name FROM campaigns WHERE id = ANY (@ids::uuid[]);
