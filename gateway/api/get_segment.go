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

// GetSegment asks for a saved filter.
//
//	GET /v1/segments/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f12
type GetSegment struct {
	ID uuid.UUID `path:"id" doc:"The segment's id."`
}

var getSegmentOp = huma.Operation{
	OperationID: "get-segment", Method: http.MethodGet, Path: "/v1/segments/{id}",
	Summary: "Get a segment", Errors: []int{http.StatusNotFound},
}

// Execute returns the segment as it stands.
func (r *GetSegment) Execute(ctx context.Context, a *API, _ time.Time) (Segment, error) {
	return readSegment(ctx, a.queries, r.ID)
}

// noSegment is the problem of a segment that was not found; other errors stay what they are.
func noSegment(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return newProblem(http.StatusNotFound, "segment_not_found", "there is no segment with this id")
	}
	return err
}
