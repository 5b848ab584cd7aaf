package importing

import (
	"errors"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/clock"
	"reengage/engine"
)

// Importer takes files in. It is safe for concurrent use, by any number of processes on one database.
type Importer struct {
	Pool  *pgxpool.Pool
	Clock clock.Clock
	Log   Log
	// Temporal starts the runs; nil: others do, by Wanted.
	Temporal engine.Starter

	batchRows int // zero: mostRows
}

// Log takes what operators should hear of; a *slog.Logger is one, and so is an activity's.
type Log interface {
	Warn(msg string, keyvals ...any)
}

// Errors of what callers ask for.
var (
	ErrUnknown    = errors.New("there is no such import")
	ErrNotNow     = errors.New("the import is in no state for this")
	ErrKeyReused  = errors.New("another file was uploaded under this key")
	ErrTooLarge   = errors.New("the file is too large")
	ErrOvertaken  = errors.New("another upload under this key has begun")
	ErrIncomplete = errors.New("the upload was cut off")
)

// MostBytes is how large a file may be.
const MostBytes = 4 << 30
