package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/db"
	"reengage/importing"
)

// ApplyImport does what a dry run has found.
//
//	POST /v1/imports/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f14/apply
type ApplyImport struct {
	Idempotent
	ID uuid.UUID `path:"id" doc:"The import's id."`
}

var applyImportOp = huma.Operation{
	OperationID: "apply-import", Method: http.MethodPost, Path: "/v1/imports/{id}/apply", DefaultStatus: http.StatusAccepted,
	Summary: "Apply a dry run",
	Description: "The file is read once more and taken in; its counts begin anew. Of one that is being taken in, or has been, it changes nothing. " +
		"409 import_state: it has not been checked, or it has failed or been cancelled.",
	Errors: []int{http.StatusNotFound, http.StatusConflict},
}

// Execute begins to.
func (r *ApplyImport) Execute(ctx context.Context, a *API, _ time.Time) (Import, error) {
	return changedImport(a.imports.Apply(ctx, r.ID))
}

// CancelImport ends an import where it is.
//
//	POST /v1/imports/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f14/cancel
type CancelImport struct {
	Idempotent
	ID uuid.UUID `path:"id" doc:"The import's id."`
}

var cancelImportOp = huma.Operation{
	OperationID: "cancel-import", Method: http.MethodPost, Path: "/v1/imports/{id}/cancel",
	Summary:     "Cancel an import",
	Description: "It ends within seconds, and its file is deleted. What has been taken in stays. 409 import_state: it has finished or failed.",
	Errors:      []int{http.StatusNotFound, http.StatusConflict},
}

// Execute cancels it.
func (r *CancelImport) Execute(ctx context.Context, a *API, _ time.Time) (Import, error) {
	return changedImport(a.imports.Cancel(ctx, r.ID))
}

func changedImport(row db.Import, err error) (Import, error) {
	switch {
	case errors.Is(err, importing.ErrUnknown):
		return Import{}, noImport()
	case errors.Is(err, importing.ErrNotNow):
		return Import{}, newProblem(http.StatusConflict, "import_state", "the import is "+row.State)
	case err != nil:
		return Import{}, err
	}
	return importOf(row)
}
