package live

import (
	"context"
	"encoding/json"

	"reengage/db"
)

// templateKey names a template, as table changes has it.
type templateKey struct {
	WABA     string `json:"waba_id"`
	Name     string `json:"name"`
	Language string `json:"language"`
}

func keyOf(raw json.RawMessage) (k templateKey) {
	_ = json.Unmarshal(raw, &k) // a trigger has written it
	return k
}

// templates are those of the changes as they are now; one that an account has no more is missing.
func (r *reader) templates(ctx context.Context, all []change) (map[templateKey]db.FindTemplatesRow, error) {
	var keys []templateKey
	for _, c := range all {
		if c.kind == KindTemplate {
			keys = append(keys, c.template)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := r.queries.FindTemplates(ctx, encode(keys))
	found := make(map[templateKey]db.FindTemplatesRow, len(rows))
	for _, row := range rows {
		found[templateKey{row.WabaID, row.Name, row.Language}] = row
	}
	return found, err
}

// event is that of a change which is of no conversation.
func (s subjects) event(c change) Event {
	switch c.kind {
	case KindCampaign:
		row, known := s.campaigns[c.subject]
		if !known {
			row.State = "deleted"
		}
		return Event{Kind: c.kind, Number: row.PhoneNumberID, Campaign: c.subject,
			Data: encode(CampaignEvent{c.subject, row.PhoneNumberID, row.State, row.Reason})}
	case KindTemplate:
		row, known := s.templates[c.template]
		if !known {
			row.Status = "removed"
		}
		return Event{Kind: c.kind,
			Data: encode(TemplateEvent{c.template.WABA, c.template.Name, c.template.Language, row.Status, row.Category, row.Quality})}
	}
	return Event{Kind: c.kind}
}
