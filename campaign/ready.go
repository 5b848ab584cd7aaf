package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/sending"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// Ready says what keeps a draft from being launched now; nil: nothing. The error is an *InvalidError or Postgres's.
func (c *Campaigns) Ready(ctx context.Context, draft Campaign) error {
	_, err := ready(ctx, db.New(c.Pool), draft, c.Clock.At(time.Now()))
	return err
}

// ready finds the category by which a campaign goes, and everything that keeps it from being launched.
func ready(ctx context.Context, q *db.Queries, d Campaign, now time.Time) (conversation.Category, error) {
	var wrong problems
	number, err := q.FindCampaignNumber(ctx, d.Number)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		wrong.add("number", "number_not_found", "there is no such business number")
	case err != nil:
		return "", err
	case !number.Configured:
		wrong.add("number", "number_not_configured", "the business number has not been set up")
	case number.Paused:
		wrong.add("number", "sender_paused", "the business number is paused")
	}
	_, err = q.FindSegmentFilter(ctx, d.SegmentID)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		wrong.add("segment", "segment_not_found", "there is no such segment")
	case err != nil:
		return "", err
	}
	if !d.EndAt.IsZero() && !d.EndAt.After(now) {
		wrong.add("end_at", "ended", "it is over already")
	}
	category, err := fits(ctx, q, d, &wrong)
	if err != nil {
		return "", err
	}
	return category, wrong.err()
}

// fits looks at the template, and at its parameters as an example contact would fill them.
func fits(ctx context.Context, q *db.Queries, d Campaign, wrong *problems) (conversation.Category, error) {
	found, err := sending.FindCandidate(ctx, q, d.WABA, contract.Template{Name: d.Template, Language: d.Language})
	switch {
	case err != nil:
		return "", err
	case !found.Found:
		wrong.add("template", "template_not_found", "the number's account has no such template in this language")
		return "", nil
	case found.Status != "approved":
		wrong.add("template", "template_not_approved", "the template is %s", found.Status)
	case found.Unreadable != "":
		wrong.add("template", "template_unreadable", "%s", found.Unreadable)
		return found.Category, nil
	}
	for _, p := range found.Template.Problems(sending.Example(d.Parameters)) {
		wrong.add("parameters."+p.Place, "template_parameters", "%s", p.Sentence)
	}
	return found.Category, nil
}

// object writes parameters as the object that the table keeps: a list is its body's.
func object(p template.Parameters) (json.RawMessage, error) {
	raw, err := json.Marshal(p)
	if err != nil || len(raw) == 0 || raw[0] == '{' {
		return raw, err
	}
	return json.Marshal(map[string]json.RawMessage{"body": raw})
}
