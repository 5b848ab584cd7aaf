package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// GetImport asks how far an import has got.
//
//	GET /v1/imports/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f14
type GetImport struct {
	ID uuid.UUID `path:"id" doc:"The import's id."`
}

var getImportOp = huma.Operation{
	OperationID: "get-import", Method: http.MethodGet, Path: "/v1/imports/{id}",
	Summary: "Get an import, and how far it has got", Errors: []int{http.StatusNotFound},
}

// Execute reads it.
func (r *GetImport) Execute(ctx context.Context, a *API, _ time.Time) (Import, error) {
	row, err := a.queries.GetImport(ctx, r.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return Import{}, noImport()
	}
	if err != nil {
		return Import{}, err
	}
	return importOf(row)
}
