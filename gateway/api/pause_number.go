package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
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
	found, err := a.queries.PauseNumber(ctx, &now, r.ID)
	return a.changedNumber(ctx, real, r.ID, found, err)
}

// Execute resumes it.
func (r *ResumeNumber) Execute(ctx context.Context, a *API, real time.Time) (BusinessNumber, error) {
	found, err := a.queries.ResumeNumber(ctx, r.ID)
	return a.changedNumber(ctx, real, r.ID, found, err)
}

func (a *API) changedNumber(ctx context.Context, real time.Time, id string, found int64, err error) (BusinessNumber, error) {
	if err != nil {
		return BusinessNumber{}, err
	}
	if found == 0 {
		return BusinessNumber{}, noNumber()
	}
	return (&GetNumber{ID: id}).Execute(ctx, a, real)
}
