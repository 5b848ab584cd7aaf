-- What has become of campaigns: counts over recipients' rows, and those rows.

-- name: CountResults :many
-- A campaign's recipients by state and code, with how far the messages of the accepted got, what came back, and between when.
SELECT r.state, coalesce(r.code, '')::text AS code, count(*) AS recipients,
       count(*) FILTER (WHERE r.delivery IN ('delivered', 'read')) AS delivered,
       count(*) FILTER (WHERE r.delivery = 'read') AS read,
       count(r.answered_at) AS answered, count(r.opted_out_at) AS opted_out,
       count(*) FILTER (WHERE r.settled_at > @lately::timestamptz) AS lately,
       coalesce(min(r.settled_at), '9999-12-31 00:00:00Z')::timestamptz AS first_at,
       coalesce(greatest(max(r.settled_at), max(r.delivered_at), max(r.read_at), max(r.answered_at)), '0001-01-01 00:00:00Z')::timestamptz AS last_at
FROM campaign_recipients r
WHERE r.campaign_id = @campaign_id
GROUP BY 1, 2
ORDER BY 3 DESC, 2;

-- name: SumCampaignCharges :many
-- What is posted for the messages of a campaign's sends, reversals subtracted. A charge is the conversation's or that of the one which
-- it has become part of (W10).
SELECT h.currency::text AS currency, sum(h.amount_micros)::bigint AS amount_micros
FROM sends s
JOIN conversations v ON v.id = s.conversation_id
JOIN charges h ON h.conversation_id = ANY (ARRAY[v.id, v.merged_into]) AND h.event_id = s.message_id
WHERE s.campaign_id = @campaign_id::uuid
GROUP BY h.currency
ORDER BY h.currency;

-- name: SeriesOfCampaign :many
-- When messages were accepted, delivered, read and answered, by buckets of a length from an instant on. What counts is what CountResults
-- counts, so that the series adds up to it.
SELECT date_bin(make_interval(secs => @bucket_seconds), t.at, @origin::timestamptz)::timestamptz AS at,
       count(*) FILTER (WHERE t.what = 'accepted') AS accepted, count(*) FILTER (WHERE t.what = 'delivered') AS delivered,
       count(*) FILTER (WHERE t.what = 'read') AS read, count(*) FILTER (WHERE t.what = 'answered') AS answered
FROM campaign_recipients r
CROSS JOIN LATERAL (VALUES ('accepted', CASE WHEN r.state = 'accepted' THEN r.settled_at END),
                           ('delivered', CASE WHEN r.state = 'accepted' AND r.delivery IN ('delivered', 'read') THEN r.delivered_at END),
                           ('read', CASE WHEN r.state = 'accepted' AND r.delivery = 'read' THEN r.read_at END),
                           ('answered', r.answered_at)) t(what, at)
WHERE r.campaign_id = @campaign_id AND t.at IS NOT NULL
GROUP BY 1
ORDER BY 1;

-- name: ListCampaignRecipients :many
-- A campaign's recipients after the given one, by key, with the contacts that they are now (W10).
SELECT sqlc.embed(r), p.name, p.phone, (s.id IS NOT NULL)::boolean AS has_send
FROM campaign_recipients r
JOIN contacts chosen ON chosen.id = r.contact_id
JOIN contacts p ON p.id = coalesce(chosen.merged_into, chosen.id)
LEFT JOIN sends s ON s.id = r.id
WHERE r.campaign_id = @campaign_id AND r.id > @after::uuid
  AND (@state::text = '' OR r.state = @state)
  AND (@code::text = '' OR r.code = @code)
  AND (sqlc.narg(answered)::boolean IS NULL OR (r.answered_at IS NOT NULL) = sqlc.narg(answered)::boolean)
ORDER BY r.id
LIMIT @max_rows;

-- name: FindTested :one
-- A contact whom a campaign is to be tried with, as it is by now (W10).
SELECT sqlc.embed(p) FROM contacts chosen JOIN contacts p ON p.id = coalesce(chosen.merged_into, chosen.id) WHERE chosen.id = @contact_id;

-- name: FindConversationWith :one
SELECT id FROM conversations WHERE business_number_id = @business_number_id AND contact_id = @contact_id AND merged_into IS NULL;
