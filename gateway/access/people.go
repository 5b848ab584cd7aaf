package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/db"
)

// People are those who sign in to the console, with their sessions and links.
type People struct{ Pool *pgxpool.Pool }

// Person is one of them.
type Person struct {
	ID          uuid.UUID  `json:"id"`
	Name        string     `json:"name"`
	Role        Role       `json:"role"`
	HasPassword bool       `json:"has_password"`
	CreatedAt   time.Time  `json:"created_at"`
	DisabledAt  *time.Time `json:"disabled_at"`
}

// principal is the person as who asks.
func (p Person) principal() Principal {
	return Principal{Kind: ByUser, ID: p.ID, Name: p.Name, Scopes: p.Role.Scopes()}
}

func personOf(row db.User) Person {
	return Person{ID: row.ID, Name: row.Name, Role: Role(row.Role), HasPassword: row.Password != nil, CreatedAt: row.CreatedAt.UTC(),
		DisabledAt: utc(row.DisabledAt)}
}

// Add lets somebody sign in, once there is a link for them. There is no password until they set one. The error wraps ErrInvalid.
func (p People) Add(ctx context.Context, by Principal, real time.Time, name string, role Role) (Person, error) {
	name, err := nameOf(name)
	if err == nil {
		err = role.check()
	}
	if err != nil {
		return Person{}, err
	}
	row := db.AddUserParams{Name: name, Folded: folded(name), Role: string(role), CreatedAt: real, CreatedBy: by.Ref()}
	id, err := p.change(ctx, by, "add_user", db.Facts{"role": role}, func(q *db.Queries) (uuid.UUID, error) { return q.AddUser(ctx, row) })
	if errors.Is(err, ErrUnknown) {
		return Person{}, fmt.Errorf("%w: somebody has this name already", ErrInvalid)
	}
	return Person{ID: id, Name: name, Role: role, CreatedAt: real.UTC()}, err
}

func (r Role) check() error {
	if r.Scopes() == nil {
		return fmt.Errorf("%w: the roles are viewer, agent, billing and admin", ErrInvalid)
	}
	return nil
}

// SetRole changes what somebody may, from the next request on. The error wraps ErrInvalid or ErrUnknown.
func (p People) SetRole(ctx context.Context, by Principal, name string, role Role) error {
	if err := role.check(); err != nil {
		return err
	}
	_, err := p.change(ctx, by, "set_role", db.Facts{"role": role}, func(q *db.Queries) (uuid.UUID, error) {
		return q.SetRole(ctx, string(role), folded(name))
	})
	return err
}

// Disable keeps somebody out, from the next request on, and ends all sessions and links. The error wraps ErrUnknown.
func (p People) Disable(ctx context.Context, by Principal, real time.Time, name string) error {
	_, err := p.change(ctx, by, "disable_user", nil, func(q *db.Queries) (uuid.UUID, error) {
		id, err := q.SetDisabled(ctx, &real, folded(name))
		if err != nil {
			return id, err
		}
		if err := q.RevokeSessions(ctx, real, id, uuid.Nil); err != nil {
			return id, err
		}
		return id, q.DropLinks(ctx, id)
	})
	return err
}

// Enable lets somebody in again, who then needs a link or the password of before. The error wraps ErrUnknown.
func (p People) Enable(ctx context.Context, by Principal, name string) error {
	_, err := p.change(ctx, by, "enable_user", nil, func(q *db.Queries) (uuid.UUID, error) { return q.SetDisabled(ctx, nil, folded(name)) })
	return err
}

// List lists everybody by name, disabled ones too.
func (p People) List(ctx context.Context) ([]Person, error) {
	rows, err := db.New(p.Pool).ListUsers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	all := make([]Person, len(rows))
	for i, row := range rows {
		all[i] = personOf(row)
	}
	return all, nil
}

// change changes a user in one transaction with its audit. No row is ErrUnknown.
func (p People) change(ctx context.Context, by Principal, action string, facts db.Facts, do func(*db.Queries) (uuid.UUID, error)) (id uuid.UUID, err error) {
	err = db.InTx(With(ctx, by), p.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if id, err = do(q); errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknown
		}
		if err != nil {
			return err
		}
		return q.Audit(With(ctx, by), action, "user/"+id.String(), facts)
	})
	if err != nil {
		return id, fmt.Errorf("%s: %w", action, err)
	}
	return id, nil
}
