package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/audience"
	"reengage/db"
)

// SetSegment changes a saved filter, or what it is called.
//
//	{"name": "Lima", "filter": {"fields": {"city": "Lima"}}, "version": 3}
type SetSegment struct {
	ID   uuid.UUID `path:"id" doc:"The segment's id."`
	Body struct {
		SegmentBody
		Version int32 `json:"version" minimum:"1" doc:"The version that the change was made from. If the segment has been changed since, the answer is 409 segment_changed and nothing is set."`
	}
}

var setSegmentOp = huma.Operation{
	OperationID: "set-segment", Method: http.MethodPut, Path: "/v1/segments/{id}",
	Summary: "Set a segment",
	Description: "Replaces name and filter. Campaigns that are drafts go by the new filter; those that have been launched keep theirs (K2). " +
		"409 segment_exists: another one has the name.",
	Errors: []int{http.StatusNotFound, http.StatusConflict},
}

// Execute writes it. What is as it was already changes nothing.
func (r *SetSegment) Execute(ctx context.Context, a *API, real time.Time) (s Segment, err error) {
	if err := r.Body.check(ctx, a.queries); err != nil {
		return s, err
	}
	filter, err := r.Body.Filter.JSON()
	if err != nil {
		return s, err
	}
	err = db.InTx(ctx, a.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		before, err := q.LockSegment(ctx, r.ID)
		if err != nil {
			return noSegment(err)
		}
		if before.Version != r.Body.Version {
			return segmentChanged()
		}
		set, err := r.changes(before, filter)
		if err != nil {
			return err
		}
		if len(set) > 0 {
			err := q.SetSegment(ctx, db.SetSegmentParams{ID: r.ID, Name: r.Body.name(), Filter: filter, Now: a.clock.At(real)})
			if nameTaken(err) {
				return segmentExists()
			}
			if err != nil {
				return err
			}
			if err := q.Audit(ctx, "set_segment", segmentSubject(r.ID), db.Facts{"set": set}); err != nil {
				return err
			}
		}
		s, err = readSegment(ctx, q, r.ID)
		return err
	})
	return s, err
}

// changes names what is not as it was.
func (r *SetSegment) changes(before db.Segment, filter []byte) (set []string, err error) {
	if before.Name != r.Body.name() {
		set = append(set, "name")
	}
	known, err := audience.Parse(before.Filter)
	if err != nil {
		return nil, err
	}
	was, err := known.JSON()
	if err == nil && !bytes.Equal(was, filter) {
		set = append(set, "filter")
	}
	return set, err
}

func segmentChanged() *Problem {
	p := newProblem(http.StatusConflict, "segment_changed", "the segment has been changed since this version of it, so nothing was set")
	p.Field = "version"
	p.Errors = []FieldError{{Field: p.Field, Code: p.Code, Detail: p.Detail}}
	return p
}
