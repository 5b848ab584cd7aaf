-- Sums of the ledger by account day, so that a report need not read millions of charges.

-- +goose Up

-- Which transaction posted a charge. Ids are given out before the commit, so they cannot say what a reader has seen; of
-- transactions the server knows which are all over (pg_snapshot_xmin). Stable, so adding it rewrites nothing.
ALTER TABLE charges ADD COLUMN posted_xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX charges_by_posting ON charges (posted_xid);

-- Days, months and totals are of this zone; what Postgres does not know as one is an error here and not in every report.
ALTER TABLE business_numbers ADD CONSTRAINT account_time_zone_is_known
    CHECK ((timestamptz '2000-01-01 00:00:00Z' AT TIME ZONE account_time_zone) IS NOT NULL);

-- Numbers whose charges are in the totals, and the zone by which their days were told apart.
CREATE TABLE totalled_numbers (
    business_number_id uuid PRIMARY KEY REFERENCES business_numbers,
    account_time_zone  text NOT NULL
);

-- The charges posted before the horizon, reversals subtracted. Derived: it can be dropped and made again from charges.
-- Only the totalling writes here, never a billing: rows that every billing wants would have them wait for each other.
CREATE TABLE charge_totals (
    business_number_id uuid NOT NULL REFERENCES totalled_numbers ON DELETE CASCADE,
    day                date NOT NULL,              -- of the account
    scheme             text NOT NULL,
    kind               text NOT NULL,
    category           text NOT NULL,              -- empty: does not apply
    market             text NOT NULL,              -- empty: does not apply
    rule               text NOT NULL,
    currency           char(3) NOT NULL,
    charges            bigint NOT NULL,            -- that are not reversed
    amount_micros      bigint NOT NULL,
    PRIMARY KEY (business_number_id, day, scheme, kind, category, market, rule, currency)
);

-- How far the totals reach: they hold exactly the charges with posted_xid < horizon. One row, locked by whoever totals.
CREATE TABLE totals_horizon (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    horizon  xid8 NOT NULL
);
INSERT INTO totals_horizon (horizon) VALUES ('0');

-- A database restored from a dump is on a server with other transaction numbers: the horizon may lie in the future, and
-- what is posted from then on would seem to lie before it. Forgets the totals and numbers all charges anew.
-- +goose StatementBegin
-- Waits for nobody long: while it does, all others wait behind it.
CREATE FUNCTION restart_totals() RETURNS void LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
BEGIN
    UPDATE totals_horizon SET horizon = '0';
    DELETE FROM totalled_numbers;
    ALTER TABLE charges DROP COLUMN posted_xid; -- and its index; a column added anew needs no row to be touched
    ALTER TABLE charges ADD COLUMN posted_xid xid8 NOT NULL DEFAULT pg_current_xact_id();
    CREATE INDEX charges_by_posting ON charges (posted_xid);
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION restart_totals;
DROP TABLE totals_horizon, charge_totals, totalled_numbers;
ALTER TABLE business_numbers DROP CONSTRAINT account_time_zone_is_known;
ALTER TABLE charges DROP COLUMN posted_xid;
