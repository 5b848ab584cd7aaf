package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/devstack/ready"
	"reengage/gateway/access"
	"reengage/gateway/console"
)

// usersVerbs are what can be done with those who sign in to the console.
type usersVerbs struct {
	Add     addUserVerb     `cmd:"" help:"Let somebody sign in. There is no password until they set one; make them a link."`
	List    listUsersVerb   `cmd:"" help:"List who may sign in."`
	Role    setRoleVerb     `cmd:"" help:"Change what somebody may, from the next request on."`
	Disable disableUserVerb `cmd:"" help:"Keep somebody out, and end their sessions and links."`
	Enable  enableUserVerb  `cmd:"" help:"Let somebody in again."`
	Link    linkVerb        `cmd:"" help:"Make a link that signs somebody in, once."`
}

type addUserVerb struct {
	Database database    `embed:""`
	Name     string      `arg:"" help:"The name by which others see what they do."`
	Role     access.Role `required:"" help:"viewer sees; agent sees and sends; billing sees, also costs; admin may everything."`
	JSON     bool        `name:"json" help:"Print JSON."`
}

// Run adds them.
func (v *addUserVerb) Run(ctx context.Context, s streams) error {
	return v.Database.open(ctx, func(pool *pgxpool.Pool, _ *ready.Ready) error {
		p, err := access.People{Pool: pool}.Add(ctx, access.Operator, time.Now(), v.Name, v.Role)
		if err != nil {
			return err
		}
		if v.JSON {
			return printJSON(s, p)
		}
		_, err = fmt.Fprintf(s.out, "%s may sign in as %s. A link for the first time: starter users link.\n", printable(p.Name), p.Role)
		return err
	})
}

type listUsersVerb struct {
	Database database `embed:""`
	JSON     bool     `name:"json" help:"Print JSON."`
}

// Run lists them.
func (v *listUsersVerb) Run(ctx context.Context, s streams) error {
	return v.Database.open(ctx, func(pool *pgxpool.Pool, _ *ready.Ready) error {
		people, err := access.People{Pool: pool}.List(ctx)
		if err != nil {
			return err
		}
		if v.JSON {
			return printJSON(s, map[string]any{"items": people})
		}
		if len(people) == 0 {
			_, err := fmt.Fprintln(s.out, "Nobody may sign in.")
			return err
		}
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "NAME\tROLE\tPASSWORD\tSINCE\tDISABLED")
		for _, p := range people {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", printable(p.Name), p.Role, yesNo(p.HasPassword), stamp(&p.CreatedAt), stamp(p.DisabledAt))
		}
		return t.Flush()
	})
}

// somebody names a user.
type somebody struct {
	Database database `embed:""`
	Name     string   `arg:"" help:"The name; its case does not matter."`
}

// unknown says of a name that it is nobody's.
func (v somebody) unknown(err error) error {
	if errors.Is(err, access.ErrUnknown) {
		return fmt.Errorf("there is no user %q, or they may not sign in any more: starter users list", printable(v.Name))
	}
	return err
}

// change changes something about them and says so.
func (v somebody) change(ctx context.Context, s streams, done string, change func(access.People) error) error {
	return v.Database.open(ctx, func(pool *pgxpool.Pool, _ *ready.Ready) error {
		if err := change(access.People{Pool: pool}); err != nil {
			return v.unknown(err)
		}
		_, err := fmt.Fprintln(s.out, done)
		return err
	})
}

type setRoleVerb struct {
	somebody
	Role access.Role `arg:"" help:"viewer, agent, billing or admin."`
}

// Run sets it.
func (v *setRoleVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "The role is "+string(v.Role)+" from now on.", func(p access.People) error {
		return p.SetRole(ctx, access.Operator, v.Name, v.Role)
	})
}

type disableUserVerb struct{ somebody }

// Run disables them.
func (v *disableUserVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "They are kept out from now on; their sessions and links have ended.", func(p access.People) error {
		return p.Disable(ctx, access.Operator, time.Now(), v.Name)
	})
}

type enableUserVerb struct{ somebody }

// Run enables them.
func (v *enableUserVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "They may sign in again.", func(p access.People) error { return p.Enable(ctx, access.Operator, v.Name) })
}

type linkVerb struct {
	somebody
	ConsoleURL string        `env:"REENGAGE_CONSOLE_URL" help:"Where browsers find the console. By default the development stack's, else http://127.0.0.1:8080."`
	Lasts      time.Duration `default:"30m" help:"How long it may be used."`
	JSON       bool          `name:"json" help:"Print JSON."`
}

// Run makes it.
func (v *linkVerb) Run(ctx context.Context, s streams) error {
	return v.Database.open(ctx, func(pool *pgxpool.Pool, stack *ready.Ready) error {
		base := v.ConsoleURL
		if stack != nil {
			base = cmp.Or(base, stack.API)
		}
		now := time.Now()
		token, err := access.People{Pool: pool}.MakeLink(ctx, access.Operator, now, v.Name, v.Lasts)
		if err != nil {
			return v.unknown(err)
		}
		link := console.Link(cmp.Or(base, "http://127.0.0.1:8080"), token)
		if v.JSON {
			return printJSON(s, map[string]any{"link": link, "expires_at": now.Add(v.Lasts).UTC()})
		}
		_, err = fmt.Fprintf(s.out, "%s\nIt signs in once, within %s.\n", link, inWords(v.Lasts))
		return err
	})
}
