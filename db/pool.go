package db

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// defaultMaxConns is how large a pool may grow if the URL does not say pool_max_conns: pgx's own default follows the
// number of cores, but our work waits for commits rather than for a core.
const defaultMaxConns = 16

// Open returns a pool for the database URL. It connects lazily, so it succeeds while Postgres is away.
func Open(ctx context.Context, databaseURL string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a Postgres URL") // the cause would show the password
	}
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	// Our statements are short. Where the planner thinks that one is long (it guesses high at lists and recursion), compiling it
	// takes far longer than running it.
	cfg.ConnConfig.RuntimeParams["jit"] = "off"
	if !statesMaxConns(databaseURL) {
		cfg.MaxConns = max(cfg.MaxConns, defaultMaxConns)
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return pool, nil
}

// statesMaxConns reports whether the URL, which is known to be one, sets the pool's size.
func statesMaxConns(databaseURL string) bool {
	cfg, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return false
	}
	_, stated := cfg.RuntimeParams["pool_max_conns"]
	return stated
}

// maxTries bounds how often a transaction that lost a race is run again.
const maxTries = 5

// InTx runs fn in a READ COMMITTED transaction and commits it. If the database chose it as the victim of a deadlock or
// of a serialization conflict, it is run again from the start; fn must therefore have no effect outside tx.
func InTx(ctx context.Context, pool *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	return inTx(ctx, pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, fn)
}

// byKey has each statement planned once for a connection, and rows looked up by indexes, however few there are when it is planned: a
// table that is small then may be large before the plan is made anew, which ANALYZE and the connection's end bring about. A plan is the
// statement's, so one that has run in another transaction before may keep what it learned there.
const byKey = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off"

// InTxByKey is InTx for what is done for every message: such a transaction finds its rows by keys, and planning its statements takes
// longer than running them (RefreshRecipients for one recipient: 3.4 ms planned anew, 0.3 ms with a plan that is kept). Left to itself
// Postgres keeps a plan only until a table has grown: then the kept one looks dearer than those made before, and the statement is planned
// anew with each execution, for as long as the connection lasts.
func InTxByKey(ctx context.Context, pool *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	return inTx(ctx, pool, pgx.TxOptions{BeginQuery: byKey}, fn)
}

func inTx(ctx context.Context, pool *pgxpool.Pool, begin pgx.TxOptions, fn func(tx pgx.Tx) error) error {
	var err error
	for range maxTries {
		err = pgx.BeginTxFunc(ctx, pool, begin, fn)
		if code := sqlState(err); code != "40001" && code != "40P01" {
			return err
		}
	}
	return err
}

func sqlState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

// Away reports whether the error means that Postgres cannot be reached or is not accepting work, so that the same call
// may succeed later.
func Away(err error) bool {
	var connectErr *pgconn.ConnectError
	var netErr net.Error
	switch code := sqlState(err); {
	case code != "":
		class := code[:2]
		return class == "08" || class == "53" || class == "57" || code == "25006" // a replica, after a failover
	case errors.As(err, &connectErr), errors.As(err, &netErr), errors.Is(err, context.DeadlineExceeded):
		return true
	}
	return err != nil && pgconn.SafeToRetry(err)
}

// Violates reports whether the error is this kind of violation, by Postgres's code: 23505 of a unique key.
func Violates(err error, code string) bool { return sqlState(err) == code }
