package audience

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// Check returns what the filter names and the database does not know; nil: nothing. The error is the database's.
func (f Filter) Check(ctx context.Context, q *db.Queries) (wrong []Problem, err error) {
	if f.Number != "" {
		found, err := q.FindNumbers(ctx, []string{f.Number})
		if err != nil {
			return nil, fmt.Errorf("check a filter: %w", err)
		}
		if len(found) == 0 {
			wrong = append(wrong, Problem{"number", "number: there is no business number with this phone number id", true})
		}
	}
	if f.Campaign != nil {
		found, err := q.FindCampaign(ctx, f.Campaign.ID)
		if err != nil {
			return nil, fmt.Errorf("check a filter: %w", err)
		}
		if !found {
			wrong = append(wrong, Problem{"campaign.id", "campaign.id: there is no campaign with this id", true})
		}
	}
	return wrong, nil
}

// Count is how many contacts the filter means at a virtual time.
func Count(ctx context.Context, q *db.Queries, f Filter, at time.Time) (int64, error) {
	raw, err := f.JSON()
	if err != nil {
		return 0, err
	}
	n, err := q.CountAudience(ctx, raw, at)
	if err != nil {
		return 0, fmt.Errorf("count an audience: %w", err)
	}
	return n, nil
}

// Consent says what an audience has said of a category. Each is in one of them.
type Consent struct {
	OptedIn    int64
	OptedOut   int64
	Suppressed int64 // whatever they have said
	Unknown    int64 // who has said nothing
}

// CountConsent is what those whom the filter means have said of a category, and so whom K1 would keep out of a campaign. The error is
// the database's.
func CountConsent(ctx context.Context, q *db.Queries, f Filter, at time.Time, category conversation.Category) (all int64, c Consent, err error) {
	raw, err := f.JSON()
	if err != nil {
		return 0, c, err
	}
	row, err := q.CountAudienceConsent(ctx, raw, at, string(category))
	if err != nil {
		return 0, c, fmt.Errorf("count an audience by consent: %w", err)
	}
	c = Consent{row.OptedIn, row.OptedOut, row.Suppressed, row.Counted - row.OptedIn - row.OptedOut - row.Suppressed}
	return row.Counted, c, nil
}

// Page is a part of a list, newest contacts first. The zero value is its beginning.
type Page struct {
	BeforeAt time.Time // created_at and id of the last contact of the page before
	BeforeID uuid.UUID
	// Among are the only contacts that are listed; nil: no matter. Else patterns, of LIKE, of the name or of the phone.
	Among                     []uuid.UUID
	NamePattern, PhonePattern *string
	MaxRows                   int
}

// List returns contacts that the filter means at a virtual time, those that came last first.
func List(ctx context.Context, q *db.Queries, f Filter, at time.Time, p Page) ([]db.Contact, error) {
	raw, err := f.JSON()
	if err != nil {
		return nil, err
	}
	if p.BeforeID == uuid.Nil {
		p.BeforeAt, p.BeforeID = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), uuid.Max
	}
	rows, err := q.ListAudience(ctx, db.ListAudienceParams{Filter: raw, At: at, BeforeAt: p.BeforeAt, BeforeID: p.BeforeID,
		Among: p.Among, NamePattern: p.NamePattern, PhonePattern: p.PhonePattern, MaxRows: int64(p.MaxRows)})
	if err != nil {
		return nil, fmt.Errorf("list an audience: %w", err)
	}
	contacts := make([]db.Contact, len(rows))
	for i, row := range rows {
		contacts[i] = row.Contact
	}
	return contacts, nil
}
