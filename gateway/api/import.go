package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/importing"
)

// Import is a file of contacts on its way in.
type Import struct {
	ID            uuid.UUID          `json:"id"`
	FileName      string             `json:"file_name"`
	DefaultRegion string             `json:"default_region" example:"BR" doc:"Of phones without a country code. Empty: there must be none."`
	Portfolio     string             `json:"portfolio" doc:"The scope in which its names hold."`
	State         importing.State    `json:"state" enum:"receiving,checking,checked,importing,finished,failed,cancelled" doc:"A dry run ends as checked, until it is applied; an import as finished. Failed: the file cannot be read as contacts."`
	DryRun        bool               `json:"dry_run" doc:"True until it is applied."`
	Reason        string             `json:"reason" doc:"Of failed: a sentence for people."`
	Size          int64              `json:"size" doc:"Of the file, in bytes."`
	Position      int64              `json:"position" doc:"How many of them this phase, checking or importing, has got through."`
	Counts        importing.Counts   `json:"counts" doc:"What this phase has found, or done, so far."`
	Encoding      string             `json:"encoding" doc:"Of the file; empty: not known yet."`
	Separator     string             `json:"separator" doc:"Between two cells; empty: not known yet."`
	Columns       []importing.Column `json:"columns" nullable:"false" doc:"What each column is taken for, once that is known."`
	CreatedAt     time.Time          `json:"created_at" doc:"An opt-in whose row does not say when counts as one of a week before."`
	FinishedAt    *time.Time         `json:"finished_at" doc:"When it was checked, finished, failed or cancelled."`
}

func importOf(row db.Import) (Import, error) {
	i := Import{ID: row.ID, FileName: row.FileName, DefaultRegion: row.DefaultRegion, Portfolio: row.Portfolio,
		State: importing.State(row.State), DryRun: row.DryRun, Size: row.Size, Position: row.Position,
		Columns: []importing.Column{}, CreatedAt: row.CreatedAt.UTC()}
	if row.Reason != nil {
		i.Reason = *row.Reason
	}
	if row.FinishedAt != nil {
		at := row.FinishedAt.UTC()
		i.FinishedAt = &at
	}
	if err := json.Unmarshal(row.Counts, &i.Counts); err != nil {
		return i, err
	}
	if len(row.Dialect) == 0 {
		return i, nil
	}
	var known importing.Dialect
	if err := json.Unmarshal(row.Dialect, &known); err != nil {
		return i, err
	}
	i.Encoding, i.Separator = string(known.Encoding), known.Separator
	if known.Columns != nil {
		i.Columns = known.Columns
	}
	return i, nil
}

func noImport() *Problem {
	return newProblem(http.StatusNotFound, "import_not_found", "there is no import with this id")
}

// unknownImport tells a row that is not there from other errors.
func unknownImport(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return importing.ErrUnknown
	}
	return err
}
