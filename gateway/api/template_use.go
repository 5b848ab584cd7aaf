package api

import (
	"context"
	"encoding/json"
	"time"

	"reengage/db"
)

// The sends that say how a template does: those planned in the last 30 days; answered within 72 hours, as campaigns have it by default.
const (
	useFor      = 30 * 24 * time.Hour
	answerAfter = 72 * time.Hour
)

// TemplateUse is what came of the sends of a template. Of its success, delivered by accepted is the usual measure; reading and answering
// are others. planned = refused + accepted + failed at once + those that are not decided.
type TemplateUse struct {
	Since     time.Time `json:"since" doc:"Sends planned from then on, in virtual time."`
	Planned   int64     `json:"planned" doc:"All sends that were asked for or decided, whatever became of them; but not those of campaigns that were refused for now, or that the campaign's end has left over."`
	Refused   int64     `json:"refused" doc:"Not sent: a rule of the gate was against it, for good."`
	Accepted  int64     `json:"accepted" doc:"The provider took them, whatever became of them then."`
	Delivered int64     `json:"delivered" doc:"Of the accepted: they arrived; the read ones too."`
	Read      int64     `json:"read" doc:"Of the delivered, as far as contacts let it be known."`
	Failed    int64     `json:"failed" doc:"The provider refused them, at once or after it had taken them."`
	Answered  *int64    `json:"answered,omitempty" doc:"Of the accepted: the contact wrote within 72 hours. Only of a single template."`
}

// templateKey names a template to a query.
type templateKey struct {
	WABA     string `json:"waba_id"`
	Name     string `json:"name"`
	Language string `json:"language"`
}

// addUse says of each template what came of its sends.
func (a *API) addUse(ctx context.Context, templates []Template, now time.Time, answers bool) error {
	keys := make([]templateKey, len(templates))
	at := map[templateKey]int{}
	for i, t := range templates {
		keys[i] = templateKey{t.WABA, t.Name, t.Language}
		at[keys[i]] = i
	}
	wanted, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	since := now.Add(-useFor)
	rows, err := a.queries.SumTemplateUse(ctx, db.SumTemplateUseParams{
		Wanted: wanted, WithAnswers: answers, WithinSeconds: answerAfter.Seconds(), Since: since,
	})
	for _, row := range rows {
		use := &TemplateUse{Since: since, Planned: row.Planned, Refused: row.Refused, Accepted: row.Accepted, Delivered: row.Delivered,
			Read: row.Read, Failed: row.Failed}
		if answers {
			use.Answered = &row.Answered
		}
		templates[at[templateKey{row.WabaID, row.Name, row.Language}]].Use = use
	}
	return err
}
