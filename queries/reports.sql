-- What the ledger says. Reversals carry negated amounts, so plain sums are right; currencies are never mixed.

-- name: ListCharges :many
-- Charges and reversals of a half-open period, in order of time and posting, after the given ones.
SELECT sqlc.embed(h), n.phone_number_id, n.display
FROM charges h
JOIN business_numbers n ON n.id = h.business_number_id
WHERE h.charged_at >= @since AND h.charged_at < @until
  AND (h.charged_at, h.id) > (@after_charged_at::timestamptz, @after_id::bigint)
  AND (@scheme::text = '' OR h.scheme = @scheme)
ORDER BY h.charged_at, h.id
LIMIT @max_rows;

-- name: SumCharges :many
-- Sums of a half-open period by currency and by what is asked for; a column that is not asked for is empty. A charge
-- that is reversed counts as none.
WITH named AS (
    SELECT h.currency::text AS currency, h.amount_micros, (h.reverses IS NULL) AS is_charge,
           CASE WHEN @by_day::bool THEN to_char(h.charged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') ELSE '' END AS day,
           CASE WHEN @by_number::bool THEN n.phone_number_id ELSE '' END AS number,
           CASE WHEN @by_number::bool THEN n.display ELSE '' END AS number_display,
           CASE WHEN @by_scheme::bool THEN h.scheme ELSE '' END AS scheme,
           CASE WHEN @by_rule::bool THEN h.rule ELSE '' END AS rule
    FROM charges h
    JOIN business_numbers n ON n.id = h.business_number_id
    WHERE h.charged_at >= @since AND h.charged_at < @until
      AND (@scheme::text = '' OR h.scheme = @scheme)
)
SELECT day::text AS day, number::text AS number, number_display::text AS number_display, scheme::text AS scheme,
       rule::text AS rule, currency::text AS currency,
       (count(*) FILTER (WHERE is_charge) - count(*) FILTER (WHERE NOT is_charge))::bigint AS charges,
       sum(amount_micros)::bigint AS amount_micros
FROM named
GROUP BY 1, 2, 3, 4, 5, 6
HAVING count(*) FILTER (WHERE is_charge) <> count(*) FILTER (WHERE NOT is_charge)
ORDER BY 1, 2, 3, 4, 5, 6;
