package api

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/db"
)

// customPlans has every query planned for its own parameters. A list's filters are optional conditions in one statement;
// a plan that must hold for all of them cannot follow the index that the order has (measured with 100,000 conversations:
// 390 ms instead of 5 for a first page).
type customPlans struct{ on db.DBTX }

func (c customPlans) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return c.on.Exec(ctx, sql, unnamed(args)...)
}

func (c customPlans) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return c.on.Query(ctx, sql, unnamed(args)...)
}

func (c customPlans) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return c.on.QueryRow(ctx, sql, unnamed(args)...)
}

// unnamed has pgx use an unnamed statement, which Postgres plans anew each time.
func unnamed(args []any) []any { return append([]any{pgx.QueryExecModeCacheDescribe}, args...) }

// oneMoment runs queries that all see the same moment.
func oneMoment(ctx context.Context, pool *pgxpool.Pool, read func(*db.Queries) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, pool, options, func(tx pgx.Tx) error { return read(db.New(customPlans{tx})) })
}
