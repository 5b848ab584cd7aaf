package importing

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
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
