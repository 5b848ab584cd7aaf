package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/sending"
)

// GetSend asks what has become of a send.
//
//	GET /v1/sends/6f0d3a52-1111-8000-8000-000000000004
type GetSend struct {
	ID uuid.UUID `path:"id" doc:"The send's id."`
}

// Send is one message that we were asked, or have decided, to send. Its text is not here.
type Send struct {
	ID                uuid.UUID      `json:"id"`
	ConversationID    uuid.UUID      `json:"conversation_id"`
	Number            string         `json:"number" doc:"Phone number id of the business number."`
	Origin            sending.Origin `json:"origin" enum:"request,fallback,reengagement,kept_reply,nudge,campaign"`
	Type              string         `json:"type" enum:"freeform,template"`
	Template          *SentTemplate  `json:"template"`
	Critical          bool           `json:"critical"`
	State             string         `json:"state" enum:"planned,inflight,unknown,accepted,sent,delivered,read,refused,failed" doc:"Up to accepted what we know, then how far the provider says the message has got."`
	Attempt           int32          `json:"attempt" doc:"The one to be made, or under way, or last made."`
	Attempts          []Attempt      `json:"attempts" nullable:"false"`
	PlannedAt         time.Time      `json:"planned_at"`
	RetryAt           *time.Time     `json:"retry_at" doc:"Of planned: it is not tried before then, as far as we know; null: it is waiting for nothing but its turn."`
	NotAfter          time.Time      `json:"not_after" doc:"It is not sent from then on."`
	AcceptedAt        *time.Time     `json:"accepted_at" doc:"On our clock; charges go by it."`
	Final             bool           `json:"final" doc:"Of unknown: it is no longer waited for. A later status still settles it."`
	PossibleDuplicate bool           `json:"possible_duplicate" doc:"It was sent once more although the first may have arrived."`
	Reason            *Reason        `json:"reason" doc:"Why it was refused or has failed."`
	Price             *Price         `json:"price" doc:"What was quoted before an automatic send."`
	ReplacedBy        *uuid.UUID     `json:"replaced_by" doc:"The send that went instead."`
	Facts             map[string]any `json:"facts,omitempty" doc:"What the refusal rests on."`
}

// SentTemplate names a template without what fills it.
type SentTemplate struct {
	Name     string                `json:"name"`
	Language string                `json:"language"`
	Category conversation.Category `json:"category" doc:"Empty if the template is not known."`
}

// Attempt is one call to the provider.
type Attempt struct {
	Attempt   int32      `json:"attempt"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	Outcome   *string    `json:"outcome" enum:"accepted,not_sent,unknown" doc:"null: under way."`
	ErrorCode *int32     `json:"error_code" doc:"The provider's."`
	Class     *string    `json:"class" doc:"What we make of it: retry, throttle, ..."`
}

// Reason says why something was not sent.
type Reason struct {
	Code      string  `json:"code" doc:"Of the gate, or the class of the provider's error."`
	Sentence  string  `json:"sentence"`
	ErrorCode *int32  `json:"error_code" doc:"The provider's."`
	Details   *string `json:"details" doc:"The provider's words, of an error that we do not know."`
}

// Price is an amount that somebody will ask for a message.
type Price struct {
	Scheme       string `json:"scheme"`
	AmountMicros int64  `json:"amount_micros"`
	Currency     string `json:"currency"`
}

var getSendOp = huma.Operation{
	OperationID: "get-send", Method: http.MethodGet, Path: "/v1/sends/{id}",
	Summary: "Get a send", Errors: []int{http.StatusNotFound},
}

// Execute returns the send as it stands.
func (r *GetSend) Execute(ctx context.Context, a *API, real time.Time) (Send, error) {
	var s Send
	err := oneMoment(ctx, a.pool, func(q *db.Queries) error {
		row, err := q.GetSend(ctx, r.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return newProblem(http.StatusNotFound, "send_not_found", "there is no send with this id")
		}
		if err != nil {
			return err
		}
		attempts, err := q.ListSendAttempts(ctx, r.ID)
		if err != nil {
			return err
		}
		s, err = sendOf(row, attempts)
		s.RetryAt = orNull(sending.RetryAt(a.clock, row.Send, attempts, row.ThrottledUntil, real))
		return err
	})
	return s, err
}

func sendOf(row db.GetSendRow, attempts []db.SendAttempt) (Send, error) {
	d := row.Send
	s := Send{
		ID: d.ID, ConversationID: d.ConversationID, Number: row.PhoneNumberID, Origin: sending.Origin(d.Origin), Type: d.Type,
		Critical: d.Critical, State: d.State, Attempt: d.Attempt, Attempts: []Attempt{}, PlannedAt: d.PlannedAt.UTC(),
		NotAfter: d.NotAfter.UTC(), AcceptedAt: utc(d.AcceptedAt), Final: d.Final, PossibleDuplicate: d.PossibleDuplicate, ReplacedBy: d.ReplacedBy,
	}
	if d.State == string(sending.Accepted) && row.DeliveryStatus != "" {
		s.State = row.DeliveryStatus
	}
	for _, t := range attempts {
		s.Attempts = append(s.Attempts, Attempt{t.Attempt, t.StartedAt.UTC(), utc(t.EndedAt), t.Outcome, t.ErrorCode, t.Class})
	}
	if d.QuotedMicros != nil && d.QuotedCurrency != nil {
		s.Price = &Price{AmountMicros: *d.QuotedMicros, Currency: *d.QuotedCurrency}
		if d.QuotedScheme != nil {
			s.Price.Scheme = *d.QuotedScheme
		}
	}
	s.Reason = notArrived{d.Reason, row.Sentence, d.ErrorCode, d.ErrorDetails, row.DeliveryStatus, row.FailedWith}.reason()
	if s.Reason != nil {
		if err := json.Unmarshal(row.DecidedOn, &s.Facts); err != nil {
			return s, err
		}
	}
	err := s.template(d)
	return s, err
}

// template fills in the template without its parameters.
func (s *Send) template(d db.Send) error {
	if d.TemplateName == nil {
		return nil
	}
	s.Template = &SentTemplate{Name: *d.TemplateName}
	if d.Category != nil {
		s.Template.Category = conversation.Category(*d.Category)
	}
	var named struct{ Language string }
	if err := json.Unmarshal(d.Template, &named); err != nil {
		return err
	}
	s.Template.Language = named.Language
	return nil
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
