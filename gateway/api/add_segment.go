package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/gateway/access"
)

// AddSegment saves a filter.
//
//	{"name": "Lima, wrote this week", "filter": {"fields": {"city": "Lima"}, "last_inbound_after": "2026-11-16T00:00:00Z", "opted_in": "marketing"}}
type AddSegment struct {
	Remembered
	Body SegmentBody
}

var addSegmentOp = huma.Operation{
	OperationID: "add-segment", Method: http.MethodPost, Path: "/v1/segments",
	Summary:     "Add a segment",
	Description: "409 segment_exists: another one has the name. Whom a filter means is found anew whenever it is asked.",
	Errors:      []int{http.StatusConflict},
}

// Execute saves it.
func (r *AddSegment) Execute(ctx context.Context, a *API, real time.Time) (s Segment, err error) {
	if err := r.Body.check(ctx, a.queries); err != nil {
		return s, err
	}
	filter, err := r.Body.Filter.JSON()
	if err != nil {
		return s, err
	}
	who, _ := access.From(ctx)
	id := uuid.New()
	err = db.InTx(ctx, a.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		added, err := q.AddSegment(ctx, db.AddSegmentParams{ID: id, Name: r.Body.name(), Filter: filter, Now: a.clock.At(real), CreatedBy: who.Ref()})
		if err != nil {
			return err
		}
		if added == 0 {
			return segmentExists()
		}
		if s, err = readSegment(ctx, q, id); err != nil {
			return err
		}
		return q.Audit(ctx, "add_segment", segmentSubject(id), nil)
	})
	return s, err
}
