package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/config"
	"reengage/db"
	"reengage/devstack/ready"
	"reengage/gateway/access"
)

// database is what a verb works on that only those may use who can reach the database itself.
type database struct {
	URL config.Secret `name:"database-url" env:"DATABASE_URL" help:"Postgres, as postgres://user:password@host:port/name. By default the development stack's."`
}

// open opens it for as long as fn works. stack is the development stack whose database it is, or nil.
func (d database) open(ctx context.Context, fn func(pool *pgxpool.Pool, stack *ready.Ready) error) error {
	url, stack := d.URL.Reveal(), (*ready.Ready)(nil)
	if url == "" {
		dir, err := ready.Dir()
		if err != nil {
			return err
		}
		r, err := ready.Read(dir)
		if err != nil {
			return usageError("DATABASE_URL is not set, and " + err.Error())
		}
		url, stack = r.Database, &r
	}
	pool, err := db.Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	err = fn(pool, stack)
	switch {
	case err == nil:
		return nil
	case db.Away(err):
		return fmt.Errorf("the database that DATABASE_URL names cannot be reached: %w", err)
	case errors.Is(err, access.ErrInvalid):
		return usageError(err.Error())
	}
	return err
}
