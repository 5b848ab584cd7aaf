package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/audience"
	"reengage/conversation"
)

// CountAudience asks how many contacts a filter means now.
//
//	{"filter": {"all_tags": ["vip"], "statuses": ["expired"]}, "category": "marketing"}
type CountAudience struct {
	Idempotent
	Body struct {
		Filter   audience.Filter       `json:"filter" doc:"{} means everybody."`
		Category conversation.Category `json:"category,omitempty" enum:"marketing,utility,authentication" doc:"Of a template: also says whom a campaign with it would leave out. Missing: that is not asked."`
	}
}

// AudienceCount is how many contacts a filter means.
type AudienceCount struct {
	Contacts int64            `json:"contacts"`
	Consent  *AudienceConsent `json:"consent" doc:"By what they have said of the category; null: it was not asked. Only opted_in become recipients of a campaign (K1)."`
}

// AudienceConsent counts contacts by what they have said of a category. Each is in one of them.
type AudienceConsent struct {
	OptedIn    int64 `json:"opted_in"`
	OptedOut   int64 `json:"opted_out"`
	Suppressed int64 `json:"suppressed" doc:"Not written to, whatever they have said."`
	Unknown    int64 `json:"unknown" doc:"Have said nothing."`
}

// TransformSchema says what may be null, which huma cannot tell of a struct.
func (AudienceCount) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	p := s.Properties["consent"]
	s.Properties["consent"] = &huma.Schema{Description: p.Description, AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}}
	return s
}

// countTimeout bounds a count, in real time: a broad one goes through all contacts and what each has said.
const countTimeout = 25 * time.Second

var countAudienceOp = huma.Operation{
	OperationID: "count-audience", Method: http.MethodPost, Path: "/v1/segments/count",
	Summary:     "Count whom a filter means",
	Description: "Counted now, and nothing is saved. Of a million contacts that takes about a second, with a category some seconds.",
}

// Execute counts.
func (r *CountAudience) Execute(ctx context.Context, a *API, real time.Time) (c AudienceCount, err error) {
	now := a.clock.At(real)
	if err := checkFilter(ctx, a.queries, r.Body.Filter); err != nil {
		return c, err
	}
	if r.Body.Category == "" {
		c.Contacts, err = audience.Count(ctx, a.queries, r.Body.Filter, now)
		return c, err
	}
	contacts, consent, err := audience.CountConsent(ctx, a.queries, r.Body.Filter, now, r.Body.Category)
	c.Contacts, c.Consent = contacts, &AudienceConsent{consent.OptedIn, consent.OptedOut, consent.Suppressed, consent.Unknown}
	return c, err
}
