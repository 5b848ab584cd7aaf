package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// PauseNumber has a business number send nothing.
//
//	POST /v1/numbers/106540352242922/pause
type PauseNumber struct {
	Remembered
	ID string `path:"id" maxLength:"64" doc:"Meta's phone number id."`
}

// ResumeNumber has it send again.
//
//	POST /v1/numbers/106540352242922/resume
type ResumeNumber struct {
	Remembered
	ID string `path:"id" maxLength:"64" doc:"Meta's phone number id."`
}

var pauseNumberOp = huma.Operation{
	OperationID: "pause-number", Method: http.MethodPost, Path: "/v1/numbers/{id}/pause",
	Summary:     "Pause a business number",
	Description: "New requests are refused as sender_paused; what is planned waits until it is resumed, or is too late. One that the provider has paused keeps that reason.",
	Errors:      []int{http.StatusNotFound},
}

var resumeNumberOp = huma.Operation{
	OperationID: "resume-number", Method: http.MethodPost, Path: "/v1/numbers/{id}/resume",
	Summary:     "Resume a business number",
	Description: "Whoever paused it. What is planned is tried again within a quarter of an hour.",
	Errors:      []int{http.StatusNotFound},
}

// Execute pauses it.
func (r *PauseNumber) Execute(ctx context.Context, a *API, real time.Time) (BusinessNumber, error) {
	now := a.clock.At(real)
	return a.changeNumber(ctx, real, r.ID, "pause_number", func(q *db.Queries) (int64, error) { return q.PauseNumber(ctx, now, r.ID) })
}

// Execute resumes it.
func (r *ResumeNumber) Execute(ctx context.Context, a *API, real time.Time) (BusinessNumber, error) {
	return a.changeNumber(ctx, real, r.ID, "resume_number", func(q *db.Queries) (int64, error) { return q.ResumeNumber(ctx, r.ID) })
}

// changeNumber changes a number, and has on record who did, unless it was so already.
func (a *API) changeNumber(ctx context.Context, real time.Time, id, action string, change func(*db.Queries) (int64, error)) (BusinessNumber, error) {
	err := db.InTx(ctx, a.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		changed, err := change(q)
		if err != nil || changed == 0 {
			return err
		}
		return q.Audit(ctx, action, numberSubject(id), nil)
	})
	if err != nil {
		return BusinessNumber{}, err
	}
	return (&GetNumber{ID: id}).Execute(ctx, a, real)
}
