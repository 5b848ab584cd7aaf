package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/audience"
	"reengage/conversation"
	"reengage/db"
)

// ListContacts asks for contacts, those that came last first.
//
//	GET /v1/contacts?q=ada&tag=vip&segment=0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f12&limit=50
type ListContacts struct {
	Q       string `query:"q" maxLength:"200" doc:"Part of a name, or of a phone's digits, or a whole bsuid."`
	Tag     string `query:"tag" maxLength:"100" doc:"Only contacts with this tag."`
	Segment string `query:"segment" format:"uuid" doc:"Only contacts whom this segment means now."`
	Cursor  string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Limit   int32  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ListedContact is a contact with what campaigns go by.
type ListedContact struct {
	Contact
	Market     string                  `json:"market" doc:"Region, by which messages are priced; empty: not known."`
	TimeZone   *string                 `json:"time_zone" doc:"As somebody has set it; null: that of the phone's region."`
	Language   *string                 `json:"language"`
	Tags       []string                `json:"tags" nullable:"false" doc:"Sorted."`
	Fields     map[string]string       `json:"fields" nullable:"false" doc:"Custom fields, by name."`
	Consent    map[string]ConsentState `json:"consent" doc:"What holds, by category."`
	Suppressed *string                 `json:"suppressed" doc:"Why nothing is sent to the contact; null: it is not suppressed, or for marketing only."`
	CreatedAt  time.Time               `json:"created_at"`
}

var listContactsOp = huma.Operation{
	OperationID: "list-contacts", Method: http.MethodGet, Path: "/v1/contacts",
	Summary: "List contacts",
	Description: "Those that came last first. Whom a segment means is asked as of the first page, what is said of each contact is true now. One that " +
		"has become part of another (W10) is not listed.",
	Errors: []int{http.StatusNotFound},
}

// contactCursor is where the list goes on: before this one.
type contactCursor struct {
	Now time.Time `json:"now"` // virtual time of the first page, which decides whom a segment means
	At  time.Time `json:"at"`
	ID  uuid.UUID `json:"id"`
}

// Execute returns one page.
func (r *ListContacts) Execute(ctx context.Context, a *API, real time.Time) (Page[ListedContact], error) {
	page := Page[ListedContact]{Items: []ListedContact{}}
	at := contactCursor{Now: a.clock.At(real)}
	if err := decodeCursor(r.Cursor, &at); err != nil {
		return page, err
	}
	filter, err := r.filter(ctx, a.queries)
	if err != nil {
		return page, err
	}
	wanted := audience.Page{BeforeAt: at.At, BeforeID: at.ID, MaxRows: int(pageSize(r.Limit)) + 1}
	if nobody, err := r.search(ctx, a.queries, &wanted); err != nil || nobody {
		return page, err
	}
	rows, err := audience.List(ctx, a.queries, filter, at.Now, wanted)
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(last db.Contact) any { return contactCursor{at.Now, last.CreatedAt, last.ID} })
	if len(rows) == 0 {
		return page, nil
	}
	page.Items, err = listedContacts(ctx, a.queries, rows)
	return page, err
}

// filter is the segment's, if there is one, and with the tag.
func (r *ListContacts) filter(ctx context.Context, q *db.Queries) (f audience.Filter, err error) {
	if r.Segment != "" {
		id, err := uuid.Parse(r.Segment)
		if err != nil {
			return f, invalid("segment", "invalid_field", "segment is not the id of one")
		}
		s, err := readSegment(ctx, q, id)
		if err != nil {
			return f, err
		}
		f = s.Filter
	}
	if r.Tag != "" {
		f.AllTags = append(f.AllTags, r.Tag)
	}
	return f, nil
}

// search restricts the page to those whom q finds, as in the list of conversations.
func (r *ListContacts) search(ctx context.Context, q *db.Queries, page *audience.Page) (nobody bool, err error) {
	s := searchFor(r.Q)
	if s.part == "" {
		return false, nil
	}
	found, err := q.FindContactsByPart(ctx, db.FindContactsByPartParams{Part: s.part, Digits: s.digits, NamePattern: s.name,
		PhonePattern: s.phone, MaxRows: fewContacts + 1})
	switch {
	case err != nil || len(found) == 0:
		return true, err
	case len(found) > fewContacts:
		page.NamePattern, page.PhonePattern = &s.name, s.phone
	default:
		page.Among = found
	}
	return false, nil
}

func listedContacts(ctx context.Context, q *db.Queries, rows []db.Contact) ([]ListedContact, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	found, err := q.ListPermissions(ctx, ids)
	if err != nil {
		return nil, err
	}
	permissions := map[uuid.UUID]conversation.Permissions{}
	for _, p := range found {
		var of conversation.Permissions
		if err := json.Unmarshal(p.Permissions, &of); err != nil {
			return nil, err
		}
		permissions[p.ContactID] = of
	}
	listed := make([]ListedContact, len(rows))
	for i, p := range rows {
		of := permissions[p.ID]
		c := ListedContact{Contact: Contact{ID: p.ID, Name: p.Name, Phone: withPlus(p.Phone), BSUID: p.Bsuid}, Market: p.Market,
			TimeZone: orNone(p.TimeZone), Language: orNone(p.Language), Tags: p.Tags, Fields: map[string]string{},
			Consent: map[string]ConsentState{}, Suppressed: orNone(of.Suppressed), CreatedAt: p.CreatedAt.UTC()}
		if err := json.Unmarshal(p.Fields, &c.Fields); err != nil {
			return nil, err
		}
		for _, category := range conversation.Categories {
			c.Consent[string(category)] = consentState(of.Consent(category))
		}
		listed[i] = c
	}
	return listed, nil
}
