-- Turns to send, of a number and of a contact. Kept by the clock of the database, as leases are: the workers that share a row
-- do not share a clock.

-- name: StartNumberRate :exec
INSERT INTO send_rates (business_number_id, next_at) VALUES (@business_number_id, '-infinity') ON CONFLICT DO NOTHING;

-- name: TakeNumberSlot :one
-- Takes its number's next free slot, if it begins within its taker's patience, and says in how many seconds that is.
UPDATE send_rates r
SET next_at = greatest(r.next_at, r.throttled_until, clock_timestamp()) + (interval '1 second' / n.messages_per_second)
FROM business_numbers n
WHERE r.business_number_id = @business_number_id AND n.id = r.business_number_id
  AND greatest(r.next_at, r.throttled_until) <= clock_timestamp() + interval '1 second' * @patience_seconds::float8
RETURNING extract(epoch FROM r.next_at - (interval '1 second' / n.messages_per_second) - clock_timestamp())::float8 AS wait_seconds;

-- name: FindNumberSlot :one
-- In how many seconds its number's next free slot begins.
SELECT extract(epoch FROM greatest(next_at, throttled_until, clock_timestamp()) - clock_timestamp())::float8 AS wait_seconds
FROM send_rates WHERE business_number_id = @business_number_id;

-- name: LockNumberThrottle :one
-- How many throttles in a row, and how many seconds ago the last one was over; negative while it lasts, and a year if never.
SELECT throttles,
       extract(epoch FROM clock_timestamp() - greatest(throttled_until, clock_timestamp() - interval '1 year'))::float8 AS over_seconds
FROM send_rates WHERE business_number_id = @business_number_id FOR UPDATE;

-- name: ThrottleNumber :exec
UPDATE send_rates
SET throttles = @throttles, throttled_until = clock_timestamp() + interval '1 second' * @throttled_seconds::float8
WHERE business_number_id = @business_number_id;

-- name: StartPairRate :exec
INSERT INTO pair_rates (conversation_id, next_at) VALUES (@conversation_id, '-infinity') ON CONFLICT DO NOTHING;

-- name: TakePairSlot :one
-- One message every so often, of which some may be borrowed from the future. Says how far ahead of the clock the next one
-- then is, and for how long the pair is throttled.
UPDATE pair_rates
SET next_at = greatest(next_at, clock_timestamp()) + interval '1 second' * @every_seconds::float8
WHERE conversation_id = @conversation_id
  AND next_at <= clock_timestamp() + interval '1 second' * @ahead_seconds::float8
  AND throttled_until <= clock_timestamp() + interval '1 second' * @patience_seconds::float8
RETURNING extract(epoch FROM next_at - clock_timestamp())::float8 AS ahead_seconds,
          extract(epoch FROM greatest(throttled_until, clock_timestamp()) - clock_timestamp())::float8 AS throttled_seconds;

-- name: FindPairSlot :one
SELECT extract(epoch FROM greatest(next_at, clock_timestamp()) - clock_timestamp())::float8 AS ahead_seconds,
       extract(epoch FROM greatest(throttled_until, clock_timestamp()) - clock_timestamp())::float8 AS throttled_seconds
FROM pair_rates WHERE conversation_id = @conversation_id;

-- name: LockPairThrottle :one
-- As of a number.
SELECT throttles,
       extract(epoch FROM clock_timestamp() - greatest(throttled_until, clock_timestamp() - interval '1 year'))::float8 AS over_seconds
FROM pair_rates WHERE conversation_id = @conversation_id FOR UPDATE;

-- name: ThrottlePair :exec
UPDATE pair_rates
SET throttles = @throttles, throttled_until = clock_timestamp() + interval '1 second' * @throttled_seconds::float8
WHERE conversation_id = @conversation_id;
