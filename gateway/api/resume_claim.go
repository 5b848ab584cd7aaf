package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// claimLength is for how long an agent's claim shows a conversation as resuming (W6), in virtual time.
const claimLength = 10 * time.Minute

// ClaimResume says that an agent has opened Resume, and shows it to the others.
//
//	{"by": "Grace Example"}
type ClaimResume struct {
	Remembered
	ID   uuid.UUID `path:"id" doc:"The conversation's id."`
	Body *claimant
}

// ReleaseResume says that the agent has left it.
//
//	DELETE /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10/resume-claim
//	{"by": "Grace Example"}
type ReleaseResume struct {
	ID   uuid.UUID `path:"id" doc:"The conversation's id."`
	Body *claimant
}

type claimant struct {
	By string `json:"by,omitempty" minLength:"1" maxLength:"200" pattern:"[^\\s]" example:"Grace Example" doc:"The agent's name. By default the API key's; of who has signed in to the console always its own."`
}

func (c *claimant) name(ctx context.Context) string {
	if c == nil {
		return byline(ctx, "")
	}
	return byline(ctx, c.By)
}

// Claim is an agent's, or nobody's.
type Claim struct {
	By    *string    `json:"by"`
	Until *time.Time `json:"until" doc:"Half-open."`
}

var claimResumeOp = huma.Operation{
	OperationID: "claim-resume", Method: http.MethodPost, Path: "/v1/conversations/{id}/resume-claim",
	Summary:     "Claim a conversation for resuming",
	Description: "For 10 minutes; the same agent's next claim begins anew. 409 resume_claimed: another agent has it, whom claimed_by names.",
	Errors:      refusals,
}

var releaseResumeOp = huma.Operation{
	OperationID: "release-resume", Method: http.MethodDelete, Path: "/v1/conversations/{id}/resume-claim",
	Summary:     "Leave a claimed conversation",
	Description: "Nothing happens if there is no claim. 409 resume_claimed: another agent has it.",
	Errors:      refusals,
}

// Execute claims. It is this request that writes the claim: the workflow decides nothing by it.
func (r *ClaimResume) Execute(ctx context.Context, a *API, real time.Time) (Claim, error) {
	now := a.clock.At(real)
	until, by := now.Add(claimLength), r.Body.name(ctx)
	return a.claim(ctx, r.ID, now, by, claimNote{"resume_claimed", "an agent has opened Resume"}, func(q *db.Queries) (int64, error) {
		return q.ClaimResume(ctx, db.ClaimResumeParams{ID: r.ID, By: &by, Now: &now, Until: &until})
	})
}

// Execute lets go.
func (r *ReleaseResume) Execute(ctx context.Context, a *API, real time.Time) (Claim, error) {
	now, by := a.clock.At(real), r.Body.name(ctx)
	return a.claim(ctx, r.ID, now, by, claimNote{"resume_released", "the agent has left Resume"}, func(q *db.Queries) (int64, error) {
		return q.ReleaseResume(ctx, r.ID, &now, &by)
	})
}

// claimNote is a line of explain; it names nobody.
type claimNote struct{ code, sentence string }

// action is what the audit calls it.
func (n claimNote) action() string {
	if n.code == "resume_claimed" {
		return "claim_resume"
	}
	return "release_resume"
}

// claim changes the claim, unless it is another's, and returns the one that then holds.
func (a *API) claim(ctx context.Context, id uuid.UUID, now time.Time, by string, note claimNote, change func(*db.Queries) (int64, error)) (held Claim, err error) {
	err = db.InTx(ctx, a.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		before, err := holding(ctx, q, id, now)
		if err != nil {
			return err
		}
		changed, err := change(q)
		if err != nil {
			return err
		}
		if held, err = holding(ctx, q, id, now); err != nil {
			return err
		}
		if held.By != nil && *held.By != by {
			return claimed(held)
		}
		if changed == 0 {
			return nil
		}
		// A page that is open claims again and again: that is one line of explain.
		if renewed := held.By != nil && before.By != nil; !renewed {
			if err := q.RecordDecision(ctx, noteOf(id, now, note, held)); err != nil {
				return err
			}
		}
		return q.Audit(ctx, note.action(), "conversation/"+id.String(), nil)
	})
	return held, err
}

// holding is the claim that holds.
func holding(ctx context.Context, q *db.Queries, id uuid.UUID, now time.Time) (Claim, error) {
	row, err := q.GetResumeClaim(ctx, id)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Claim{}, noConversation()
	case err != nil:
		return Claim{}, err
	case row.ResumeClaimedUntil == nil || !now.Before(*row.ResumeClaimedUntil):
		return Claim{}, nil
	}
	until := row.ResumeClaimedUntil.UTC()
	return Claim{row.ResumeClaimedBy, &until}, nil
}

func noteOf(id uuid.UUID, now time.Time, note claimNote, held Claim) db.RecordDecisionParams {
	facts, _ := json.Marshal(struct {
		Until *time.Time `json:"until,omitempty"`
	}{held.Until}) // a time, which can be written
	return db.RecordDecisionParams{ConversationID: id, Key: fmt.Sprintf("resume_claim/%s/%s", note.code, now.Format(time.RFC3339Nano)),
		At: now, Subject: "resume_claim", Rule: "W6", Code: note.code, Sentence: note.sentence, Facts: facts}
}

func claimed(held Claim) *Problem {
	p := newProblem(http.StatusConflict, "resume_claimed", "another agent has opened Resume")
	p.ClaimedBy, p.ClaimedUntil = *held.By, held.Until
	return p
}
