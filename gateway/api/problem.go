package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/db"
)

// Problem is an error as RFC 9457 wants it, with a code that does not change and that programs may compare.
type Problem struct {
	Title  string       `json:"title" example:"Unprocessable Entity"`
	Status int          `json:"status" example:"422"`
	Code   string       `json:"code" example:"missing_field" doc:"Stable; compare this."`
	Detail string       `json:"detail,omitempty" doc:"A sentence for people."`
	Field  string       `json:"field,omitempty" example:"message.id" doc:"The field or parameter at fault, the first if there are several."`
	Errors []FieldError `json:"errors,omitempty" doc:"Every field at fault."`

	// Of a request that was refused, or whose answer is not known.
	Rule      string                     `json:"rule,omitempty" example:"W5" doc:"What refused it."`
	Facts     *conversation.VerdictFacts `json:"facts,omitempty" doc:"What the refusal rests on."`
	ExpiredAt *time.Time                 `json:"expired_at,omitempty" doc:"Of window_closed: when the window closed, or when the provider said so; missing if there was none."`
	Templates []TemplateChoice           `json:"templates,omitzero" doc:"Of window_closed: up to 20 templates that could be sent instead."`
	SendID    *uuid.UUID                 `json:"send_id,omitempty" doc:"Under which the refusal is recorded."`
	RequestID string                     `json:"request_id,omitempty" doc:"The Idempotency-Key under which this request may be repeated."`
	// Of resume_claimed.
	ClaimedBy    string     `json:"claimed_by,omitempty"`
	ClaimedUntil *time.Time `json:"claimed_until,omitempty"`

	// Of campaign_state.
	CampaignState *campaign.State `json:"campaign_state,omitempty" enum:"draft,scheduled,running,paused,finished,cancelled" doc:"Of campaign_state: what the campaign is now."`

	retryAfter string // seconds, as the header has them
}

// FieldError says what is wrong with one field. It does not repeat the field's value.
type FieldError struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Error returns the sentence for people.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType replaces JSON's.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// invalid is the problem of one field.
func invalid(field, code, format string, args ...any) *Problem {
	detail := fmt.Sprintf(format, args...)
	p := newProblem(http.StatusUnprocessableEntity, code, detail)
	p.Field = field
	p.Errors = []FieldError{{Field: field, Code: code, Detail: detail}}
	return p
}

// severally is the problem of one field or more.
func severally(wrong []FieldError) *Problem {
	p := newProblem(http.StatusUnprocessableEntity, wrong[0].Code, wrong[0].Detail)
	p.Field, p.Errors = wrong[0].Field, wrong
	return p
}

func newProblem(status int, code, detail string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// problem turns an error into what the caller sees. What is not the caller's to know goes to the log.
func (a *API) problem(ctx context.Context, operation string, err error) error {
	var p *Problem
	switch {
	case errors.As(err, &p) && p.retryAfter != "":
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {p.retryAfter}})
	case errors.As(err, &p):
		return p
	case errors.Is(ctx.Err(), context.Canceled): // the caller has gone, and nobody reads this
		return newProblem(http.StatusRequestTimeout, "request_timeout", "the caller has gone")
	case db.Away(err):
		a.log.WarnContext(ctx, "request failed: the database is away", "operation", operation, "error", err)
		p = newProblem(http.StatusServiceUnavailable, "database_unavailable", "the database cannot be reached; nothing was stored, try again")
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"1"}})
	}
	a.log.ErrorContext(ctx, "request failed", "operation", operation, "error", err)
	return newProblem(http.StatusInternalServerError, "internal_error", "something went wrong here; it has been logged")
}

// noSuchEndpoint answers what no endpoint of the mux does: 405 where another method would have found one, else 404.
func (a *API) noSuchEndpoint(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := a.whoAsks(r.Context(), r.Header.Get("Authorization")); err != nil {
			a.stranger(r.Context(), err).write(w)
			return
		}
		p := newProblem(http.StatusNotFound, "no_such_endpoint", "there is no such endpoint; see /openapi.json")
		if allowed := methods(mux, r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			p = newProblem(http.StatusMethodNotAllowed, "method_not_allowed", "this endpoint does not take this method, only "+strings.Join(allowed, ", "))
		}
		p.write(w)
	}
}

// write is for those who answer without huma.
func (p *Problem) write(w http.ResponseWriter) {
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if p.retryAfter != "" {
		w.Header().Set("Retry-After", p.retryAfter)
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// methods are those for which the mux has an endpoint at the request's path.
func methods(mux *http.ServeMux, r *http.Request) []string {
	_, here := mux.Handler(r)
	var found []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := *r // only what the mux looks at is read of it
		other.Method = method
		if _, pattern := mux.Handler(&other); pattern != here {
			found = append(found, method)
		}
	}
	return found
}

// The codes of problems that are found before an endpoint is asked.
var codes = map[int]string{
	http.StatusBadRequest:            "malformed_request",
	http.StatusUnauthorized:          "unauthorized",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "not_found",
	http.StatusNotAcceptable:         "not_acceptable",
	http.StatusRequestTimeout:        "request_timeout",
	http.StatusRequestEntityTooLarge: "body_too_large",
	http.StatusUnsupportedMediaType:  "unsupported_media_type",
	http.StatusUnprocessableEntity:   "invalid_field",
}

// huma keeps the making of errors in a package variable; there is no other place to say what ours look like.
func init() {
	huma.NewError = func(status int, detail string, causes ...error) huma.StatusError {
		code := codes[status]
		if code == "" {
			code = "internal_error"
		}
		p := newProblem(status, code, detail)
		for _, cause := range causes {
			var d huma.ErrorDetailer
			var ours *Problem
			switch {
			case errors.As(cause, &ours): // of a part of the body that looks at itself
				p.Errors = append(p.Errors, ours.Errors...)
			case errors.As(cause, &d):
				p.Errors = append(p.Errors, fieldError(d.ErrorDetail()))
			}
		}
		switch {
		case status == http.StatusUnsupportedMediaType:
			p.Detail, p.Errors = "send Content-Type: application/json", nil
		case len(p.Errors) > 0:
			p.Field, p.Detail = p.Errors[0].Field, p.Errors[0].Detail
			if status == http.StatusUnprocessableEntity {
				p.Code = p.Errors[0].Code
			}
		}
		return p
	}
}

// fieldError names the field itself, where huma names the object that lacks it, or the part of the request.
func fieldError(d *huma.ErrorDetail) FieldError {
	_, field, _ := strings.Cut(d.Location, ".")
	e := FieldError{Field: field, Code: "invalid_field", Detail: d.Message}
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	if name, required := strings.CutPrefix(d.Message, before); required {
		e.Code = "missing_field"
		e.Field = strings.TrimPrefix(field+"."+strings.TrimSuffix(name, after), ".")
	}
	switch d.Message {
	case validation.MsgUnexpectedProperty:
		e.Code = "unknown_field"
	case unknownParameter:
		e.Code = "unknown_parameter"
	case "required query parameter is missing", "required path parameter is missing":
		e.Code = "missing_field"
	}
	switch {
	case e.Code == "missing_field":
		e.Detail = e.Field + " is missing"
	case e.Field != "":
		e.Detail = e.Field + ": " + e.Detail
	}
	return e
}
