package importing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/sheet"
)

// Upload is a file on its way in.
type Upload struct {
	FileName  string
	Region    string // of phones without a country code
	Portfolio string // empty: that of all business numbers, if they have but one; else "default"
	DryRun    bool
	Key       string // under it the file is received once; empty: each time
	By        string // who, as records have it
}

// chunkBytes is how much of a file is a row of its own: all that an upload holds of it.
const chunkBytes = 512 << 10

// Receive stores a file, piece by piece as it comes, and has it worked on. A file that is no table of contacts becomes an import that has
// failed and says why. What was cut off on its way is not worked on. Errors are ErrKeyReused, ErrTooLarge, ErrOvertaken,
// ErrIncomplete and Postgres's.
func (im *Importer) Receive(ctx context.Context, real time.Time, u Upload, body io.Reader) (db.Import, error) {
	q := db.New(im.Pool)
	if u.Key != "" {
		known, err := q.FindImportByKey(ctx, u.By, u.Key)
		if err == nil && State(known.State) != Receiving {
			return im.compare(known, u, body)
		}
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return db.Import{}, err
		}
	}
	id, err := im.open(ctx, real, u)
	if err != nil {
		return db.Import{}, err
	}
	r := receipt{id: id, digest: sha256.New()}
	if err := r.store(ctx, q, body); err != nil {
		im.forget(ctx, id)
		return db.Import{}, err
	}
	done, err := im.complete(ctx, real, u, r)
	if err == nil {
		im.start(ctx, done)
	}
	return done, err
}

// compare is for a key under which a file has been received: the same one it must be.
func (im *Importer) compare(known db.Import, u Upload, body io.Reader) (db.Import, error) {
	digest := sha256.New()
	switch _, err := io.Copy(digest, io.LimitReader(body, MostBytes+1)); {
	case err != nil:
		return db.Import{}, fmt.Errorf("%w: %w", ErrIncomplete, err)
	case !bytes.Equal(digest.Sum(nil), known.Digest) || known.FileName != u.FileName || known.DefaultRegion != u.Region:
		return db.Import{}, ErrKeyReused
	}
	return known, nil
}

// open makes the import's row, in place of one whose upload under the same key has not come to its end.
func (im *Importer) open(ctx context.Context, real time.Time, u Upload) (id uuid.UUID, err error) {
	id = uuid.New()
	err = db.InTx(ctx, im.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		portfolio, err := q.PickPortfolio(ctx, u.Portfolio)
		if err != nil {
			return err
		}
		add := db.AddImportParams{ID: id, FileName: u.FileName, DefaultRegion: u.Region, Portfolio: portfolio, DryRun: u.DryRun,
			CreatedAt: im.Clock.At(real).Truncate(time.Second), CreatedBy: u.By}
		if u.Key != "" {
			add.IdempotencyKey = &u.Key
			if err := q.DropUnreceived(ctx, u.By, u.Key); err != nil {
				return err
			}
		}
		return q.AddImport(ctx, add)
	})
	if db.Violates(err, "23505") { // another upload under the key has begun at this moment, or has come to its end
		err = ErrOvertaken
	}
	return id, err
}

// receipt is what is known of a file that is being received.
type receipt struct {
	id      uuid.UUID
	size    int64
	digest  hash.Hash
	sniffer sheet.Sniffer
}

func (r *receipt) store(ctx context.Context, q *db.Queries, body io.Reader) error {
	chunk := make([]byte, chunkBytes)
	for {
		n, ended, err := fill(body, chunk)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrIncomplete, err)
		}
		if r.size+int64(n) > MostBytes {
			return ErrTooLarge
		}
		if n > 0 {
			stored, err := q.AddImportChunk(ctx, r.size, chunk[:n], r.id)
			if err != nil {
				return err
			}
			if stored == 0 {
				return ErrOvertaken
			}
			r.size += int64(n)
			_, _ = r.digest.Write(chunk[:n])
			_, _ = r.sniffer.Write(chunk[:n])
		}
		if ended {
			return nil
		}
	}
}

// fill is io.ReadFull, but for the end: a body that was cut off ends in io.ErrUnexpectedEOF, and is to be told from one that is shorter than
// the chunk.
func fill(body io.Reader, chunk []byte) (n int, ended bool, err error) {
	for n < len(chunk) && err == nil {
		var more int
		more, err = body.Read(chunk[n:])
		n += more
	}
	if err == io.EOF {
		return n, true, nil
	}
	return n, false, err
}

// forget is for an upload that has come to nothing; what cannot be deleted now is pruned later.
func (im *Importer) forget(ctx context.Context, id uuid.UUID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := db.New(im.Pool).DropImport(ctx, id); err != nil && !db.Away(err) {
		im.Log.Warn("an upload that was cut off could not be deleted yet", "import", id, "error", err)
	}
}

// complete ends the upload: from now on the file is worked on, or known to be no table of contacts.
func (im *Importer) complete(ctx context.Context, real time.Time, u Upload, r receipt) (done db.Import, err error) {
	state, known, reason := Checking, Dialect{}, ""
	if !u.DryRun {
		state = Importing
	}
	known, err = readHead(&r.sniffer)
	if err != nil {
		state, reason = Failed, err.Error()
	}
	dialect, err := json.Marshal(known)
	if err != nil {
		return done, err
	}
	complete := db.CompleteImportParams{ID: r.id, State: string(state), Size: r.size, Position: known.Body, Line: known.Next, Dialect: dialect,
		Digest: r.digest.Sum(nil)}
	if reason != "" {
		now := im.Clock.At(real)
		complete.Reason, complete.FinishedAt = &reason, &now
	}
	err = db.InTx(ctx, im.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		ours, err := q.CompleteImport(ctx, complete)
		if err != nil {
			return err
		}
		if ours == 0 {
			return ErrOvertaken
		}
		if state == Failed {
			if err := q.DropImportChunks(ctx, r.id); err != nil {
				return err
			}
		}
		if done, err = q.GetImport(ctx, r.id); err != nil {
			return err
		}
		return q.Audit(ctx, "create_import", subject(r.id), db.Facts{"dry_run": u.DryRun, "bytes": r.size, "state": state})
	})
	return done, err
}

// readHead reads how the table is written, and its header.
func readHead(s *sheet.Sniffer) (Dialect, error) {
	d, err := s.Dialect()
	if err != nil {
		return Dialect{}, err
	}
	rows := sheet.NewReader(bytes.NewReader(s.Head()[d.Start:]), d, d.Start, d.Line)
	header, err := rows.Next()
	if errors.Is(err, io.EOF) {
		return Dialect{Dialect: d}, Unreadable("the file is empty")
	}
	if err != nil {
		return Dialect{Dialect: d}, Unreadable("the file's first row cannot be read")
	}
	if header.Problem != nil {
		return Dialect{Dialect: d}, Unreadable("the file's first row, which must name the columns, cannot be read: " + header.Problem.Reason)
	}
	columns, err := ReadHeader(header.Cells)
	return Dialect{Dialect: d, Columns: columns, Body: header.End, Next: header.Next}, err
}

func subject(id uuid.UUID) string { return "import/" + id.String() }
