package api

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/audience"
	"reengage/db"
)

// SetContact says of a contact what its messages do not.
//
//	{"time_zone": "America/New_York", "language": "en_US", "tags": ["vip"], "fields": {"city": "Lima", "old_plan": null}}
type SetContact struct {
	ID   uuid.UUID `path:"id" doc:"The contact's id. With one that has become part of another (W10), that is set."`
	Body struct {
		Name     *string      `json:"name,omitempty" maxLength:"200" doc:"Stays, whatever the contact is called in WhatsApp. Empty: the next message brings that name. Missing: as it is."`
		TimeZone *string      `json:"time_zone,omitempty" maxLength:"64" example:"America/New_York" doc:"IANA name: where the contact lives, for quiet hours. Empty: as its phone's region tells. Missing: as it is."`
		Language *string      `json:"language,omitempty" pattern:"^([A-Za-z_]{2,16})?$" example:"en_US" doc:"As in sends: en_US. Empty: not known. Missing: as it is."`
		Tags     *[]string    `json:"tags,omitempty" nullable:"false" doc:"All the tags, at most 100, of 1 to 100 characters without a semicolon. Missing: as they are."`
		Fields   FieldChanges `json:"fields,omitempty" doc:"Custom fields to set, or with null to remove. Those that are not named stay. At most 100; names of small letters, digits and underscores."`
	}
}

// FieldChanges are custom fields by name; null removes one.
type FieldChanges map[string]*string

// Schema says that a text may be null, which huma does not tell of a map.
func (FieldChanges) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString, Nullable: true},
		Examples: []any{map[string]any{"city": "Lima", "old_plan": nil}}}
}

var setContactOp = huma.Operation{
	OperationID: "set-contact", Method: http.MethodPut, Path: "/v1/contacts/{id}",
	Summary: "Set what is known of a contact",
	Description: "Quiet hours go by the time zone from the next decision on, also those of a plan that has been made. Tags and fields are for segments " +
		"and for the texts of templates. The answer is the contact as it stands then.",
	Errors: []int{http.StatusNotFound},
}

// Execute writes it.
func (r *SetContact) Execute(ctx context.Context, a *API, real time.Time) (KnownContact, error) {
	row, err := r.check(ctx, a)
	if err != nil {
		return KnownContact{}, err
	}
	for {
		set, err := r.write(ctx, a, row)
		if err != nil {
			return KnownContact{}, err
		}
		c, err := (&GetContact{ID: r.ID}).Execute(ctx, a, real)
		if err != nil || set {
			return c, err
		}
		// There is one after all: it became part of another while we wrote. That is found now.
	}
}

// check refuses what cannot be set, all of it at once, and returns what is written.
func (r *SetContact) check(ctx context.Context, a *API) (row db.SetContactParams, err error) {
	row = db.SetContactParams{ID: r.ID, Name: r.Body.Name, TimeZone: r.Body.TimeZone, Language: r.Body.Language, Fields: json.RawMessage(`{}`)}
	var wrong []FieldError
	if zone := r.Body.TimeZone; zone != nil && *zone != "" {
		var p *Problem
		if err := a.checkZone(ctx, "time_zone", *zone); errors.As(err, &p) {
			wrong = append(wrong, p.Errors...)
		} else if err != nil {
			return row, err
		}
	}
	if r.Body.Name != nil && !audience.Printable(*r.Body.Name) {
		wrong = append(wrong, FieldError{"name", "invalid_field", "name: has characters that cannot be shown"})
	}
	if r.Body.Tags != nil {
		tags, problems := audience.Tags(*r.Body.Tags)
		row.Tags, wrong = tags, append(wrong, fieldErrors("", problems)...)
	}
	if len(r.Body.Fields) > 0 {
		wrong = append(wrong, r.Body.Fields.check()...)
		if row.Fields, err = json.Marshal(r.Body.Fields); err != nil {
			return row, err
		}
	}
	if len(wrong) > 0 {
		return row, severally(wrong)
	}
	return row, nil
}

func (f FieldChanges) check() (wrong []FieldError) {
	if len(f) > 2*audience.MostFields { // all may go, and as many others come
		return []FieldError{tooManyFields()}
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		text := "removed"
		if f[name] != nil {
			text = *f[name]
		}
		if p := audience.FieldProblem(name, text); p != nil {
			wrong = append(wrong, fieldErrors("", []audience.Problem{*p})...)
		}
	}
	return wrong
}

func tooManyFields() FieldError {
	return FieldError{"fields", "invalid_field", "fields: a contact has at most 100 custom fields"}
}

func (r *SetContact) write(ctx context.Context, a *API, row db.SetContactParams) (set bool, err error) {
	err = db.InTx(ctx, a.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		fields, err := q.SetContact(ctx, row)
		if set = err == nil; errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if fields > audience.MostFields && len(r.Body.Fields) > 0 {
			return severally([]FieldError{tooManyFields()})
		}
		changed := r.named()
		if len(changed) == 0 {
			return nil
		}
		return q.Audit(ctx, "set_contact", "contact/"+r.ID.String(), db.Facts{"set": changed})
	})
	return set, err
}

// named are the things that are set, without what they say.
func (r *SetContact) named() []string {
	named := []string{}
	for _, part := range []struct {
		name  string
		given bool
	}{
		{"name", r.Body.Name != nil}, {"time_zone", r.Body.TimeZone != nil}, {"language", r.Body.Language != nil},
		{"tags", r.Body.Tags != nil}, {"fields", len(r.Body.Fields) > 0},
	} {
		if part.given {
			named = append(named, part.name)
		}
	}
	return named
}
