package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
	"reengage/ledger"
	"reengage/sending"
	"reengage/whatsapp/template"
)

// PreviewTemplate asks what a template would look like, whether it may be sent now, and what that would cost.
//
//	{"name": "order_shipped", "language": "en_US", "parameters": ["Ada", "4711"]}
type PreviewTemplate struct {
	Idempotent
	ID   uuid.UUID `path:"id" doc:"The conversation's id."`
	Body TemplateRef
}

// TemplatePreview is a template as the contact would see it, and everything that somebody should know before sending it.
type TemplatePreview struct {
	Name       string                `json:"name"`
	Language   string                `json:"language"`
	Category   conversation.Category `json:"category" enum:"marketing,utility,authentication"`
	Status     string                `json:"status" doc:"approved, or why it cannot be sent."`
	Quality    string                `json:"quality" doc:"green, yellow, red, unknown, or empty: not known yet."`
	Shown      template.Preview      `json:"shown" doc:"Its parts with the parameters in their places. A place that nothing fills stays as it is written: {{1}}."`
	Text       string                `json:"text" doc:"The same in one text: header, body and footer, each beginning a line."`
	Parameters []template.Variable   `json:"parameters" nullable:"false" doc:"What has to be filled in, in the order in which people read."`
	Problems   []FieldError          `json:"problems" nullable:"false" doc:"What does not fit; field is parameters, a part of them, or parameters. with a parameter's place: parameters.body.1."`
	Sendable   bool                  `json:"sendable" doc:"It would be sent: the verdict allows it, and there are no problems."`
	Verdict    conversation.Verdict  `json:"verdict" doc:"The gate's, now, as if the parameters fitted."`
	Price      *QuotedPrice          `json:"price" doc:"What sending it now would add to what is owed; null: not known."`
	PriceNote  string                `json:"price_note" doc:"A sentence: why there is no price; empty if there is."`
}

// QuotedPrice is what a message would cost.
type QuotedPrice struct {
	Price
	Rule string `json:"rule" example:"Z2" doc:"Of the scheme, by which it is charged or free."`
}

var previewTemplateOp = huma.Operation{
	OperationID: "preview-template", Method: http.MethodPost, Path: "/v1/conversations/{id}/preview",
	Summary: "Preview a template",
	Description: "Changes nothing. Says what the contact would see, which parameters there are and what is wrong with those given, what the gate " +
		"says now, and the price by the number's scheme. 404 template_not_found: the number's account has no such template in that language.",
	Errors: []int{http.StatusNotFound},
}

// Execute looks at everything at one moment.
func (r *PreviewTemplate) Execute(ctx context.Context, a *API, real time.Time) (TemplatePreview, error) {
	var p TemplatePreview
	if err := r.Body.check("parameters"); err != nil {
		return p, err
	}
	now := a.clock.At(real)
	err := oneMoment(ctx, a.pool, func(q *db.Queries) error {
		row, err := readConversation(ctx, q, r.ID)
		if err != nil {
			return err
		}
		candidate, err := sending.FindCandidate(ctx, q, row.BusinessNumber.WabaID, r.Body.contract())
		if err != nil {
			return err
		}
		if !candidate.Found {
			return newProblem(http.StatusNotFound, string(conversation.TemplateNotFound), "the number's account has no such template in that language")
		}
		permissions, err := db.PermissionsOf(row.BusinessNumber, row.Permissions)
		if err != nil {
			return err
		}
		p = previewOf(candidate)
		p.judge(candidate.Wish(), conversation.Circumstances{Facts: row.Conversation.Facts(), Permissions: permissions, Margin: a.margin}, now)
		return p.price(ctx, a, q, row.Conversation.ID, now)
	})
	return p, err
}

// previewOf fills in the template's own part.
func previewOf(c sending.Candidate) TemplatePreview {
	p := TemplatePreview{Name: c.Template.Name, Language: c.Template.Language, Category: c.Category, Status: c.Status, Quality: c.Quality,
		Shown: c.Template.Preview(c.Parameters), Parameters: c.Template.Variables(), Problems: []FieldError{}}
	p.Text = p.Shown.String()
	if c.Unreadable != "" {
		return p
	}
	for _, wrong := range c.Template.Problems(c.Parameters) {
		p.Problems = append(p.Problems, FieldError{Field: "parameters." + wrong.Place, Code: string(wrong.Reason), Detail: wrong.Sentence})
	}
	return p
}

// judge asks the gate, apart from what does not fit: that is said of each parameter, and must not hide what stands in the way even
// of one that fits.
func (p *TemplatePreview) judge(w conversation.Wish, c conversation.Circumstances, now time.Time) {
	if w.Parameters != "" && len(p.Problems) == 0 {
		p.Problems = append(p.Problems, FieldError{Field: "parameters", Code: string(conversation.TemplateParameters), Detail: w.Parameters})
	}
	w.Parameters = ""
	p.Verdict = conversation.Gate(c, w, now)
	p.Sendable = p.Verdict.Allows() && len(p.Problems) == 0
}

// price quotes it under the scheme that the number owes by.
func (p *TemplatePreview) price(ctx context.Context, a *API, q *db.Queries, id uuid.UUID, now time.Time) error {
	quote, err := a.ledger.Quote(ctx, q, ledger.QuoteRequest{ConversationID: id, Category: string(p.Category), At: now})
	var unpriced *ledger.UnpricedError
	var stuck *ledger.StuckError
	switch {
	case errors.As(err, &unpriced):
		p.PriceNote = "no rate card states its price: " + unpriced.Missing.String()
	case errors.As(err, &stuck):
		p.PriceNote = "the number's tariff cannot be applied"
	case err != nil:
		return err
	default:
		p.Price = &QuotedPrice{Price{Scheme: quote.Scheme, AmountMicros: quote.AmountMicros, Currency: quote.Currency}, quote.Rule}
	}
	return nil
}
