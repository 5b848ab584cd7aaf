package importing

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/intake"
)

// write writes the plan's contacts, and what they have said.
func (im *Importer) write(ctx context.Context, tx pgx.Tx, i db.Import, p *plan) (tell bool, err error) {
	real := time.Now()
	now := im.Clock.At(real)
	q := db.New(tx)
	if len(p.changed) > 0 {
		rows, err := json.Marshal(plain(p.changed))
		if err != nil {
			return false, err
		}
		if err := q.ChangeContacts(ctx, rows); err != nil {
			return false, err
		}
	}
	if err := claim(ctx, tx, i.Portfolio, p.claimed); err != nil {
		return false, err
	}
	if err := add(ctx, tx, now, p.added); err != nil {
		return false, err
	}
	var fresh, told []intake.ConsentChange
	for _, w := range p.words {
		if p.isNew[w.ContactID] {
			fresh = append(fresh, w)
		} else {
			told = append(told, w)
		}
	}
	if err := say(ctx, tx, fresh); err != nil || len(told) == 0 {
		return false, err
	}
	return intake.RecordWords(ctx, q, real, now, told)
}

// claim copies ids as plain bytes, and so do add and say: a uuid.UUID pgx would write as text first.
func claim(ctx context.Context, tx pgx.Tx, portfolio string, names []claimed) error {
	if len(names) == 0 {
		return nil
	}
	slices.SortFunc(names, func(a, b claimed) int {
		if a.kind != b.kind {
			return bytes.Compare([]byte(a.kind), []byte(b.kind))
		}
		return bytes.Compare([]byte(a.value), []byte(b.value))
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"contact_aliases"}, []string{"kind", "portfolio", "value", "contact_id"},
		pgx.CopyFromSlice(len(names), func(n int) ([]any, error) {
			return []any{names[n].kind, portfolio, names[n].value, [16]byte(names[n].contact)}, nil
		}))
	return err
}

var contactColumns = []string{"id", "name", "name_given", "phone", "bsuid", "market", "created_at", "time_zone", "language", "tags", "fields"}

func add(ctx context.Context, tx pgx.Tx, now time.Time, people []*person) error {
	if len(people) == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"contacts"}, contactColumns, pgx.CopyFromSlice(len(people), func(n int) ([]any, error) {
		c := plain(people[n : n+1])[0]
		return []any{[16]byte(c.ID), c.Name, c.NameGiven, c.Phone, c.BSUID, c.Market, now, c.TimeZone, c.Language, c.Tags, c.Fields}, nil
	}))
	return err
}

// say records what new contacts have said: nobody else knows of them yet.
func say(ctx context.Context, tx pgx.Tx, words []intake.ConsentChange) error {
	if len(words) == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"consent_changes"}, []string{"contact_id", "category", "opted_in", "source", "occurred_at"},
		pgx.CopyFromSlice(len(words), func(n int) ([]any, error) {
			w := words[n]
			return []any{[16]byte(w.ContactID), string(w.Category), w.OptedIn, w.Source, w.OccurredAt}, nil
		}))
	return err
}

// plain has empty lists and objects where the database wants them.
func plain(people []*person) []*person {
	for _, p := range people {
		if p.Tags == nil {
			p.Tags = []string{}
		}
		if p.Fields == nil {
			p.Fields = map[string]string{}
		}
	}
	return people
}
