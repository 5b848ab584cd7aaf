package importing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Progress is how far an import has got.
type Progress struct {
	State    State  `json:"state"`
	Position int64  `json:"position"` // bytes of Size
	Size     int64  `json:"size"`
	Counts   Counts `json:"counts"`
}

// Work goes on with an import's phase for some time, in real time, and returns how far it has got; nothing is left to do once the state is
// not a working one. beat hears of each batch. An Unreadable error has been written down: the import has failed. Others may pass.
func (im *Importer) Work(ctx context.Context, id uuid.UUID, until time.Time, beat func(Progress)) (Progress, error) {
	for {
		p, err := im.goOn(ctx, id, until, beat)
		if !errors.Is(err, errMoved) {
			return p, err
		}
		// Another worker has been there, or somebody has cancelled it: the row says how things stand.
	}
}

func (im *Importer) goOn(ctx context.Context, id uuid.UUID, until time.Time, beat func(Progress)) (Progress, error) {
	q := db.New(im.Pool)
	i, err := q.GetImport(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Progress{}, Unreadable(ErrUnknown.Error())
	}
	if err != nil {
		return Progress{}, err
	}
	p, err := progressOf(i)
	if err != nil || !p.State.Working() {
		return p, err
	}
	var d Dialect
	if err := json.Unmarshal(i.Dialect, &d); err != nil {
		return p, fmt.Errorf("read the dialect: %w", err)
	}
	err = im.readOn(ctx, i, d, until, func(b batch) error {
		if err := im.work(ctx, id, p.State, b); err != nil {
			return err
		}
		p.Position = b.to
		if b.last {
			return im.end(ctx, id, p.State)
		}
		beat(p)
		return nil
	})
	switch {
	case errors.Is(err, errGone):
		return p, im.fail(ctx, id, Unreadable("the file is not here any more: upload it again"))
	case err != nil && !errors.Is(err, errEnough):
		return p, err
	}
	if i, err = q.GetImport(ctx, id); err != nil {
		return p, err
	}
	return progressOf(i)
}

func progressOf(i db.Import) (Progress, error) {
	p := Progress{State: State(i.State), Position: i.Position, Size: i.Size}
	return p, json.Unmarshal(i.Counts, &p.Counts)
}

// errEnough ends a piece of work that has taken its time.
var errEnough = errors.New("enough for now")

// readOn reads batches and hands them over one after the other. It reads ahead, while the one before is written.
func (im *Importer) readOn(ctx context.Context, i db.Import, d Dialect, until time.Time, do func(batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	type read struct {
		batch
		err error
	}
	ahead, gone := make(chan read, 1), make(chan struct{})
	defer func() {
		cancel()
		<-gone
	}()
	go func() {
		defer close(gone)
		from := im.source(ctx, i, d, im.Clock.At(time.Now()))
		for more := true; more; {
			b, err := from.next()
			more = err == nil && !b.last
			select {
			case ahead <- read{b, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case r := <-ahead:
			if r.err != nil {
				return r.err
			}
			if err := do(r.batch); err != nil || r.last {
				return err
			}
			if time.Now().After(until) {
				return errEnough
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// end ends a phase that has come to the file's end. What nobody needs any more of the file is deleted.
func (im *Importer) end(ctx context.Context, id uuid.UUID, phase State) error {
	return db.InTx(ctx, im.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		i, err := q.LockImport(ctx, id)
		if err != nil {
			return err
		}
		if State(i.State) != phase {
			return errMoved
		}
		next, action := Checked, "check_import"
		if phase == Importing {
			next, action = Finished, "finish_import"
		}
		if err := drop(ctx, q, id, next); err != nil {
			return err
		}
		now := im.Clock.At(time.Now())
		if err := q.EndImportPhase(ctx, db.EndImportPhaseParams{State: string(next), FinishedAt: now, ID: id}); err != nil {
			return err
		}
		return db.New(tx).Audit(db.As(ctx, "workflow"), action, subject(id), countsOf(i))
	})
}

// fail writes down why a file cannot be read, and returns it.
func (im *Importer) fail(ctx context.Context, id uuid.UUID, why Unreadable) error {
	err := db.InTx(ctx, im.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		i, err := q.LockImport(ctx, id)
		if err != nil || !State(i.State).Working() {
			return err
		}
		if err := drop(ctx, q, id, Failed); err != nil {
			return err
		}
		reason := string(why)
		return q.EndImportPhase(ctx, db.EndImportPhaseParams{State: string(Failed), Reason: &reason, FinishedAt: im.Clock.At(time.Now()), ID: id})
	})
	if err != nil {
		return err
	}
	return why
}

// drop deletes what an import does not need in its next state: personal data.
func drop(ctx context.Context, q *db.Queries, id uuid.UUID, next State) error {
	if err := q.DropImportSeen(ctx, id); err != nil || !next.Over() {
		return err
	}
	return q.DropImportChunks(ctx, id)
}

// countsOf are an import's counts for the audit: no personal data.
func countsOf(i db.Import) db.Facts {
	return db.Facts{"state": i.State, "counts": i.Counts}
}
