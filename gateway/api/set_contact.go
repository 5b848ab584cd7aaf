package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// SetContact says of a contact what its messages do not.
//
//	{"time_zone": "America/New_York", "language": "en_US"}
type SetContact struct {
	ID   uuid.UUID `path:"id" doc:"The contact's id. With one that has become part of another (W10), that is set."`
	Body struct {
		TimeZone *string `json:"time_zone,omitempty" maxLength:"64" example:"America/New_York" doc:"IANA name: where the contact lives, for quiet hours. Empty: as its phone's region tells. Missing: as it is."`
		Language *string `json:"language,omitempty" pattern:"^([A-Za-z_]{2,16})?$" example:"en_US" doc:"As in sends: en_US. Empty: not known. Missing: as it is."`
	}
}

var setContactOp = huma.Operation{
	OperationID: "set-contact", Method: http.MethodPut, Path: "/v1/contacts/{id}",
	Summary: "Set a contact's time zone and language",
	Description: "Quiet hours go by the time zone from the next decision on, also those of a plan that has been made. The answer is the contact " +
		"as it stands then.",
	Errors: []int{http.StatusNotFound},
}

// Execute writes it.
func (r *SetContact) Execute(ctx context.Context, a *API, real time.Time) (KnownContact, error) {
	if zone := r.Body.TimeZone; zone != nil && *zone != "" {
		if err := a.checkZone(ctx, "time_zone", *zone); err != nil {
			return KnownContact{}, err
		}
	}
	for {
		set, err := r.write(ctx, a)
		if err != nil {
			return KnownContact{}, err
		}
		c, err := (&GetContact{ID: r.ID}).Execute(ctx, a, real)
		if err != nil || set > 0 {
			return c, err
		}
		// There is one after all: it became part of another while we wrote. That is found now.
	}
}

func (r *SetContact) write(ctx context.Context, a *API) (set int64, err error) {
	err = db.InTx(ctx, a.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if set, err = q.SetContact(ctx, r.Body.TimeZone, r.Body.Language, r.ID); err != nil || set == 0 {
			return err
		}
		changed := []string{}
		if r.Body.TimeZone != nil {
			changed = append(changed, "time_zone")
		}
		if r.Body.Language != nil {
			changed = append(changed, "language")
		}
		if len(changed) == 0 {
			return nil
		}
		return q.Audit(ctx, "set_contact", "contact/"+r.ID.String(), db.Facts{"set": changed})
	})
	return set, err
}
