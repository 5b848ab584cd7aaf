package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/db"
)

// ListImports lists files of contacts, the latest first.
//
//	GET /v1/imports?state=checked
type ListImports struct {
	State  string `query:"state" enum:"receiving,checking,checked,importing,finished,failed,cancelled" doc:"Only those in this state."`
	Cursor string `query:"cursor" maxLength:"1024"`
	Limit  int32  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

var listImportsOp = huma.Operation{
	OperationID: "list-imports", Method: http.MethodGet, Path: "/v1/imports", Summary: "List imports",
}

// importCursor is where the list goes on: after this one.
type importCursor struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// Execute returns one page.
func (r *ListImports) Execute(ctx context.Context, a *API, _ time.Time) (Page[Import], error) {
	page := Page[Import]{Items: []Import{}}
	var after importCursor
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	asked := db.ListImportsParams{State: r.State, BeforeID: after.ID, MaxRows: pageSize(r.Limit) + 1}
	if r.Cursor != "" {
		asked.BeforeAt = &after.At
	}
	rows, err := a.queries.ListImports(ctx, asked)
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(last db.Import) any { return importCursor{last.CreatedAt.UTC(), last.ID} })
	for _, row := range rows {
		item, err := importOf(row)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, item)
	}
	return page, nil
}
