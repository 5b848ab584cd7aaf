package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// DeleteSegment deletes a saved filter.
//
//	DELETE /v1/segments/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f12
type DeleteSegment struct {
	ID uuid.UUID `path:"id" doc:"The segment's id."`
}

var deleteSegmentOp = huma.Operation{
	OperationID: "delete-segment", Method: http.MethodDelete, Path: "/v1/segments/{id}",
	Summary: "Delete a segment",
	Description: "409 segment_in_use: campaigns that are drafts or scheduled are for it. Those that have begun keep the filter that they began with, " +
		"and the segment's name. The answer is the segment as it was.",
	Errors: []int{http.StatusNotFound, http.StatusConflict},
}

// Execute deletes it, unless a campaign waits for it. Whoever writes a campaign keeps its segment (KeepSegment), so none can begin to
// wait meanwhile.
func (r *DeleteSegment) Execute(ctx context.Context, a *API, real time.Time) (s Segment, err error) {
	err = db.InTx(ctx, a.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if _, err := q.LockSegment(ctx, r.ID); err != nil {
			return noSegment(err)
		}
		if s, err = readSegment(ctx, q, r.ID); err != nil {
			return err
		}
		if s.Waiting > 0 {
			return newProblem(http.StatusConflict, "segment_in_use", "campaigns that have not begun are for this segment; delete them first, or choose another segment in them")
		}
		if err := q.DeleteSegment(ctx, a.clock.At(real), r.ID); err != nil {
			return err
		}
		return q.Audit(ctx, "delete_segment", segmentSubject(r.ID), nil)
	})
	return s, err
}
