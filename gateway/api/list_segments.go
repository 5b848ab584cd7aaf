package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/db"
)

// ListSegments asks for the saved filters, by name.
//
//	GET /v1/segments?limit=50
type ListSegments struct {
	Cursor string `query:"cursor" maxLength:"2000" doc:"next_cursor of the page before."`
	Limit  int32  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

var listSegmentsOp = huma.Operation{
	OperationID: "list-segments", Method: http.MethodGet, Path: "/v1/segments",
	Summary: "List segments", Description: "By name. How many contacts one means is asked of POST /v1/segments/count.",
}

// segmentCursor is where the list goes on: after this one.
type segmentCursor struct {
	Name string `json:"name"`
}

// Execute returns one page.
func (r *ListSegments) Execute(ctx context.Context, a *API, _ time.Time) (Page[Segment], error) {
	page := Page[Segment]{Items: []Segment{}}
	var after segmentCursor
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	rows, err := a.queries.ListSegments(ctx, after.Name, pageSize(r.Limit)+1)
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(last db.ListSegmentsRow) any { return segmentCursor{last.Segment.Name} })
	for _, row := range rows {
		s, err := segmentOf(row.Segment, row.Waiting)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, s)
	}
	return page, nil
}
