package importing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/intake"
)

// mostTold bounds how many contacts' consents one transaction changes that there were before: each takes a place in the table of
// locks, which all transactions share.
const mostTold = 1000

var (
	errMoved   = errors.New("the file has been read beyond this batch, or is not to be read any more")
	errFaster  = errors.New("another transaction was faster")
	errTooMany = errors.New("the batch changes too many consents at once")
)

// maxRaces bounds how often a batch is planned anew because others have named the same contacts at the same moment.
const maxRaces = 50

// work writes a batch down, in one transaction or, if it changes very many consents, in several.
func (im *Importer) work(ctx context.Context, id uuid.UUID, phase State, b batch) error {
	err := errFaster
	for tries := 0; errors.Is(err, errFaster) && tries < maxRaces; tries++ {
		tell := false
		err = db.InTx(ctx, im.Pool, func(tx pgx.Tx) (err error) {
			tell, err = im.try(ctx, tx, id, phase, b)
			return err
		})
		if db.Violates(err, "23505") {
			err = errFaster // somebody has claimed a name meanwhile: now the contact is known
		}
		if err == nil && tell {
			_ = db.New(im.Pool).WakeRelay(ctx) // it looks by itself, a little later
		}
	}
	if !errors.Is(err, errTooMany) {
		return err
	}
	first, second := b.split()
	if err := im.work(ctx, id, phase, first); err != nil {
		return err
	}
	return im.work(ctx, id, phase, second)
}

// planSearches keeps the planner from reading whole tables, which it takes to be small until somebody has counted them again.
const planSearches = `SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off`

func (im *Importer) try(ctx context.Context, tx pgx.Tx, id uuid.UUID, phase State, b batch) (tell bool, err error) {
	q := db.New(tx)
	i, err := q.LockImport(ctx, id)
	if err != nil {
		return false, err
	}
	if State(i.State) != phase || i.Position != b.from {
		return false, errMoved
	}
	if _, err := tx.Exec(ctx, planSearches); err != nil {
		return false, err
	}
	t := terms{createdAt: i.CreatedAt.UTC()}
	known, err := know(ctx, q, i, b.rows)
	if err != nil {
		return false, err
	}
	p := t.decide(b.rows, known)
	if phase == Importing {
		if p, err = im.settle(ctx, q, i, t, b, p); err != nil {
			return false, err
		}
		if tell, err = im.write(ctx, tx, i, p); err != nil {
			return false, err
		}
	}
	return tell, keep(ctx, tx, i, b, p)
}

// settle locks the contacts that the plan changes, and plans again, from what they are now that nobody else can change them.
func (im *Importer) settle(ctx context.Context, q *db.Queries, i db.Import, t terms, b batch, p *plan) (*plan, error) {
	locked, telling := p.touched()
	if len(locked) == 0 {
		return p, nil
	}
	if len(telling) > mostTold && len(b.rows) > 1 {
		return nil, errTooMany
	}
	if err := q.LockContacts(ctx, locked); err != nil {
		return nil, err
	}
	if len(telling) > 0 {
		if err := q.LockConsents(ctx, telling); err != nil {
			return nil, err
		}
	}
	known, err := know(ctx, q, i, b.rows)
	if err != nil {
		return nil, err
	}
	p = t.decide(b.rows, known)
	contacts, words := p.touched()
	if !within(contacts, locked) || !within(words, telling) {
		return nil, errFaster
	}
	return p, nil
}

func within(some, all []uuid.UUID) bool {
	have := make(map[uuid.UUID]bool, len(all))
	for _, id := range all {
		have[id] = true
	}
	return !slices.ContainsFunc(some, func(id uuid.UUID) bool { return !have[id] })
}

// keep writes down what the batch has found, and that it is done.
func keep(ctx context.Context, tx pgx.Tx, i db.Import, b batch, p *plan) error {
	var counts Counts
	if err := json.Unmarshal(i.Counts, &counts); err != nil {
		return err
	}
	counts.add(p.counts)
	raw, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	if err := keepSeen(ctx, tx, i.ID, p.seen); err != nil {
		return err
	}
	if len(p.rejects) > 0 {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"import_rejects"}, []string{"import_id", "line", "code", "reason", "cells"},
			pgx.CopyFromSlice(len(p.rejects), func(n int) ([]any, error) {
				r := p.rejects[n]
				return []any{i.ID, r.line, r.Code, r.Reason, storable(r.cells)}, nil
			})); err != nil {
			return err
		}
	}
	return db.New(tx).SaveImportProgress(ctx, db.SaveImportProgressParams{ID: i.ID, Position: b.to, Line: b.line, Counts: raw})
}

// keepSeen writes in the order of keys, which is that of their index.
func keepSeen(ctx context.Context, tx pgx.Tx, id uuid.UUID, seen map[string]int64) error {
	keys := make([]string, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	q := db.New(tx)
	return q.KeepImportSeen(ctx, id, keys, linesOf(keys, seen))
}

func linesOf(keys []string, seen map[string]int64) []int64 {
	lines := make([]int64, len(keys))
	for i, k := range keys {
		lines[i] = seen[k]
	}
	return lines
}

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
