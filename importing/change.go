package importing

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Apply makes an import of a dry run: the file is read once more, and this time written down. Again, it changes nothing. The error may be
// ErrUnknown, or ErrNotNow with the import as it stands.
func (im *Importer) Apply(ctx context.Context, id uuid.UUID) (db.Import, error) {
	applied, err := im.change(ctx, id, func(q *db.Queries, i db.Import) error {
		switch State(i.State) {
		case Importing, Finished:
			return nil
		case Checked:
		default:
			return ErrNotNow
		}
		var d Dialect
		if err := json.Unmarshal(i.Dialect, &d); err != nil {
			return err
		}
		if err := q.DropImportRejects(ctx, id); err != nil {
			return err
		}
		if err := q.BeginImportPhase(ctx, db.BeginImportPhaseParams{ID: id, State: string(Importing), Position: d.Body, Line: d.Next}); err != nil {
			return err
		}
		return q.Audit(ctx, "apply_import", subject(id), countsOf(i))
	})
	if err == nil {
		im.start(ctx, applied)
	}
	return applied, err
}

// Cancel ends an import where it is. What has been written stays. Again, it changes nothing. Errors are as Apply's.
func (im *Importer) Cancel(ctx context.Context, id uuid.UUID) (db.Import, error) {
	return im.cancelIf(ctx, id, func(s State) bool { return !s.Over() })
}

// cancelIf is Cancel, if the import is in a state that may be ended so.
func (im *Importer) cancelIf(ctx context.Context, id uuid.UUID, may func(State) bool) (db.Import, error) {
	return im.change(ctx, id, func(q *db.Queries, i db.Import) error {
		switch state := State(i.State); {
		case state == Cancelled:
			return nil
		case !may(state):
			return ErrNotNow
		}
		if err := q.EndImportPhase(ctx, db.EndImportPhaseParams{State: string(Cancelled), FinishedAt: im.Clock.At(time.Now()), ID: id}); err != nil {
			return err
		}
		if err := drop(ctx, q, id, Cancelled); err != nil {
			return err
		}
		return q.Audit(ctx, "cancel_import", subject(id), countsOf(i))
	})
}

func (im *Importer) change(ctx context.Context, id uuid.UUID, how func(*db.Queries, db.Import) error) (changed db.Import, err error) {
	err = db.InTx(ctx, im.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if changed, err = q.LockImport(ctx, id); errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknown
		}
		if err != nil {
			return err
		}
		if err := how(q, changed); err != nil {
			return err
		}
		changed, err = q.GetImport(ctx, id)
		return err
	})
	return changed, err
}

// pruneEvery is how often, in real time, it is looked for what nobody goes on with.
const pruneEvery = time.Hour

// Run prunes again and again until ctx ends. Nothing that fails ends it.
func (im *Importer) Run(ctx context.Context) error {
	for {
		if err := im.Prune(ctx); err != nil && ctx.Err() == nil {
			im.Log.Warn("imports that nobody goes on with could not be deleted yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pruneEvery):
		}
	}
}

// Prune deletes what nobody goes on with: uploads that were cut off, and the files of dry runs that nobody has applied within a week.
func (im *Importer) Prune(ctx context.Context) error {
	q := db.New(im.Pool)
	left, err := q.FindImportsLeft(ctx)
	if err != nil {
		return err
	}
	for _, id := range left {
		if err := q.DropImport(ctx, id); err != nil {
			return err
		}
		// If it still is a dry run: somebody may have applied it at this moment.
		if _, err := im.cancelIf(ctx, id, func(s State) bool { return s == Checked }); err != nil && !errors.Is(err, ErrUnknown) && !errors.Is(err, ErrNotNow) {
			return err
		}
	}
	return nil
}
