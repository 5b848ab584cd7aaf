-- The totals of the ledger, which reports read instead of charges. How they stay exact: ledger/totals.go.

-- name: LockTotals :one
-- Takes the turn to total, if nobody has it, and says how far the totals reach. A statement of its own: what is read after it is
-- what the one before has left.
SELECT horizon FROM totals_horizon FOR UPDATE SKIP LOCKED;

-- name: GetOldestTransaction :one
-- All transactions before it are over: what they have posted can be seen, and nothing will be added to it.
SELECT pg_snapshot_xmin(pg_current_snapshot())::xid8 AS oldest;

-- name: RestartTotals :exec
SELECT restart_totals();

-- name: ListUntotalledNumbers :many
-- Numbers that have no totals yet, or whose account has come to have another zone than their days were told apart by.
SELECT n.id, n.account_time_zone
FROM business_numbers n
LEFT JOIN totalled_numbers z ON z.business_number_id = n.id
WHERE z.account_time_zone IS DISTINCT FROM n.account_time_zone
ORDER BY n.id;

-- name: ForgetTotals :exec
DELETE FROM totalled_numbers WHERE business_number_id = ANY (@business_number_ids::uuid[]);

-- name: BeginTotals :exec
-- From now on these numbers have totals, by the zones that their accounts have now.
INSERT INTO totalled_numbers (business_number_id, account_time_zone)
SELECT unnest(@business_number_ids::uuid[]), unnest(@account_time_zones::text[]);

-- name: AddToTotals :execrows
-- Adds the charges posted by transactions in [@since, @until) to the totals of these numbers; of all, if none is named.
INSERT INTO charge_totals (business_number_id, day, scheme, kind, category, market, rule, currency, charges, amount_micros)
SELECT h.business_number_id, (h.charged_at AT TIME ZONE z.account_time_zone)::date, h.scheme, h.kind,
       coalesce(h.category, ''), coalesce(h.market, ''), h.rule, h.currency,
       sum(CASE WHEN h.reverses IS NULL THEN 1 ELSE -1 END), sum(h.amount_micros)
FROM charges h
JOIN totalled_numbers z ON z.business_number_id = h.business_number_id
WHERE h.posted_xid >= @since AND h.posted_xid < @until
  AND (@business_number_ids::uuid[] IS NULL OR h.business_number_id = ANY (@business_number_ids))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ON CONFLICT (business_number_id, day, scheme, kind, category, market, rule, currency) DO UPDATE
SET charges = charge_totals.charges + excluded.charges,
    amount_micros = charge_totals.amount_micros + excluded.amount_micros;

-- name: MoveHorizon :exec
UPDATE totals_horizon SET horizon = @horizon;
