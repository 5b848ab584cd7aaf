-- What a campaign would come to, over a segment as it stands (K5).

-- name: FindCampaignFilter :one
-- Of a draft its segment's of today, else the one that it was launched with.
SELECT coalesce(c.filter, s.filter)::jsonb FROM campaigns c JOIN segments s ON s.id = c.segment_id WHERE c.id = @id;

-- name: QuoteAudience :many
-- How many contacts a filter means, by their market, the first reason for which they would be no recipients (K1, as ListCandidates has
-- it), and which of the needed fields they lack; and of those with how many a window is open, and with how many there has been
-- something since @since that may make a message cheaper.
SELECT a.market::text AS market, a.left_out::text AS left_out, a.missing::text[] AS missing, a.contacts::bigint AS contacts,
       a.open::bigint AS open, a.recent::bigint AS recent
FROM audience_quote(@filter::jsonb, @at::timestamptz, @since::timestamptz, @portfolio::text, @category::text, @needed::text[],
                    @business_number_id::uuid) a
ORDER BY a.market, a.left_out, a.missing;
