package campaign

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/sending"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// Sample is the template as one contact of the segment would see it.
type Sample struct {
	ContactID uuid.UUID        `json:"contact_id"`
	Name      string           `json:"name"`
	Phone     string           `json:"phone" doc:"International, with the plus; empty: not known."`
	Market    string           `json:"market"`
	Language  string           `json:"language" doc:"The contact's; empty: not known."`
	Shown     template.Preview `json:"shown" doc:"Its parts as the contact would see them. A place that nothing fills stays as it is written: {{1}}."`
	Text      string           `json:"text" doc:"The same in one text: header, body and footer, each beginning a line."`
	Problem   string           `json:"problem" doc:"Why this contact would be refused as template_parameters; empty: it fits."`
}

// sampled is how many candidates are read at once, and at most so many times: a segment in which nobody may be sent to has no
// samples, and is not gone through for them.
const (
	sampled  = 200
	sampling = 50
)

// Preview fills the template for the first n contacts of the segment who would be recipients (K1). false: the number's account has no
// such template. Errors are Postgres's.
func Preview(ctx context.Context, q *db.Queries, c Campaign, now time.Time, n int) (samples []Sample, found bool, err error) {
	row, err := q.ReadCampaign(ctx, c.ID)
	if err != nil {
		return nil, false, fmt.Errorf("preview a campaign: %w", err)
	}
	t, err := sending.FindCandidate(ctx, q, c.WABA, contract.Template{Name: c.Template, Language: c.Language})
	if err != nil || !t.Found {
		return nil, false, err
	}
	filter, err := q.FindCampaignFilter(ctx, c.ID)
	if err != nil {
		return nil, true, fmt.Errorf("preview a campaign: %w", err)
	}
	samples = []Sample{}
	p := db.ListCandidatesParams{Filter: filter, At: now, Portfolio: row.BusinessNumber.Portfolio, Category: string(t.Category), MaxRows: sampled}
	for range sampling {
		candidates, err := q.ListCandidates(ctx, p)
		if err != nil {
			return nil, true, fmt.Errorf("preview a campaign: %w", err)
		}
		for _, candidate := range candidates {
			if candidate.LeftOut == "" && len(samples) < n {
				samples = append(samples, sample(t, c.Parameters, candidate.Contact))
			}
			p.After = candidate.Contact.ID
		}
		if len(samples) == n || len(candidates) < sampled {
			break
		}
	}
	return samples, true, nil
}

// sample fills the template for one contact.
func sample(t sending.Candidate, p template.Parameters, c db.Contact) Sample {
	filled, problem := sending.Fill(p, c)
	if problem != "" { // what is missing is shown where it stands
		filled = p.Replace(func(text string) string { return fillOne(text, c) })
	} else if wrong := t.Template.Problems(filled); len(wrong) > 0 {
		problem = wrong[0].Sentence
	}
	if t.Unreadable != "" {
		problem = t.Unreadable
	}
	s := Sample{ContactID: c.ID, Name: c.Name, Phone: phoneOf(c.Phone), Market: c.Market, Language: c.Language, Shown: t.Template.Preview(filled), Problem: problem}
	s.Text = s.Shown.String()
	return s
}

// fillOne fills a text, or leaves it as it is written.
func fillOne(text string, c db.Contact) string {
	filled, problem := sending.Fill(template.Parameters{Body: template.Values{Positional: []string{text}}}, c)
	if problem != "" {
		return text
	}
	return filled.Body.Positional[0]
}

// phoneOf writes a phone as people do.
func phoneOf(digits *string) string {
	if digits == nil || *digits == "" {
		return ""
	}
	return "+" + *digits
}
