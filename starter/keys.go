package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/devstack/ready"
	"reengage/gateway/access"
)

// keysVerbs are what can be done with API keys.
type keysVerbs struct {
	Add    addKeyVerb    `cmd:"" help:"Make an API key. It is shown this once."`
	List   listKeysVerb  `cmd:"" help:"List API keys, without their secrets."`
	Revoke revokeKeyVerb `cmd:"" help:"End an API key for good."`
}

type addKeyVerb struct {
	Database database       `embed:""`
	Name     string         `arg:"" help:"What the key is for. It stands where others see who has done something."`
	Scopes   []access.Scope `required:"" help:"What it may, comma separated: read, send, billing, admin."`
	Expires  string         `help:"A day (UTC) or an RFC 3339 time from which on it is refused. By default never."`
	JSON     bool           `name:"json" help:"Print JSON."`
}

// Run makes it.
func (v *addKeyVerb) Run(ctx context.Context, s streams) error {
	n := access.NewKey{Name: v.Name, Scopes: v.Scopes}
	if v.Expires != "" {
		var err error
		if n.Expires, err = time.Parse(time.RFC3339, v.Expires); err != nil {
			if n.Expires, err = time.Parse(time.DateOnly, v.Expires); err != nil {
				return usageError("--expires is neither a date like 2027-10-01 nor an RFC 3339 time")
			}
		}
	}
	return v.Database.open(ctx, func(pool *pgxpool.Pool, _ *ready.Ready) error {
		text, made, err := access.Keys{Pool: pool}.Add(ctx, access.Operator, time.Now(), n)
		if err != nil {
			return err
		}
		if v.JSON {
			return printJSON(s, struct {
				access.Key
				Text string `json:"key"`
			}{made, text})
		}
		_, err = fmt.Fprintf(s.out, "%s\nThis is the key. It is not shown again; nobody can read it from the database.\n", text)
		return err
	})
}

type listKeysVerb struct {
	Database database `embed:""`
	JSON     bool     `name:"json" help:"Print JSON."`
}

// Run lists them.
func (v *listKeysVerb) Run(ctx context.Context, s streams) error {
	return v.Database.open(ctx, func(pool *pgxpool.Pool, _ *ready.Ready) error {
		keys, err := access.Keys{Pool: pool}.List(ctx)
		if err != nil {
			return err
		}
		if v.JSON {
			return printJSON(s, map[string]any{"items": keys})
		}
		if len(keys) == 0 {
			_, err := fmt.Fprintln(s.out, "No keys.")
			return err
		}
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "PREFIX\tNAME\tSCOPES\tCREATED\tLAST USED\tENDS")
		for _, k := range keys {
			var scopes []string
			for _, scope := range k.Scopes {
				scopes = append(scopes, string(scope))
			}
			ends := stamp(k.ExpiresAt)
			if k.RevokedAt != nil {
				ends = "revoked " + stamp(k.RevokedAt)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", k.Prefix, printable(k.Name), strings.Join(scopes, ","), stamp(&k.CreatedAt), stamp(k.LastUsed), ends)
		}
		return t.Flush()
	})
}

type revokeKeyVerb struct {
	Database database `embed:""`
	Prefix   string   `arg:"" help:"The key's prefix, as list shows it: what stands between re_ and the next _."`
}

// Run ends it.
func (v *revokeKeyVerb) Run(ctx context.Context, s streams) error {
	return v.Database.open(ctx, func(pool *pgxpool.Pool, _ *ready.Ready) error {
		if err := (access.Keys{Pool: pool}).Revoke(ctx, access.Operator, time.Now(), v.Prefix); err != nil {
			if errors.Is(err, access.ErrUnknown) {
				return fmt.Errorf("there is no key with the prefix %q, or it has been revoked: starter keys list", printable(v.Prefix))
			}
			return err
		}
		_, err := fmt.Fprintln(s.out, "The key is refused from now on.")
		return err
	})
}
