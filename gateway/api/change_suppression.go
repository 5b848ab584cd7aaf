package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// ChangeSuppression has a contact not written to, or ends that.
//
//	{"suppressed": true, "scope": "all", "by": "Grace Example"}
type ChangeSuppression struct {
	ID   uuid.UUID `path:"id" doc:"The contact's id."`
	Body struct {
		Suppressed bool   `json:"suppressed" doc:"false lifts all suppressions in force, those for the provider's reasons as well."`
		Scope      string `json:"scope,omitempty" enum:"all,marketing" doc:"What is not sent. By default all."`
		By         string `json:"by,omitempty" minLength:"1" maxLength:"64" pattern:"[^\\s]" example:"Grace Example" doc:"Who wants it. By default the API key's name; of who has signed in to the console always its own."`
	}
}

var changeSuppressionOp = huma.Operation{
	OperationID: "change-suppression", Method: http.MethodPut, Path: "/v1/contacts/{id}/suppression",
	Summary:     "Suppress a contact, or lift its suppressions",
	Description: "A suppression by hand holds until it is lifted by hand. The answer is the contact as it stands then.",
	Errors:      []int{http.StatusNotFound},
}

// Execute records it.
func (r *ChangeSuppression) Execute(ctx context.Context, a *API, real time.Time) (KnownContact, error) {
	by, err := byline(ctx, r.Body.By), error(nil)
	if r.Body.Suppressed {
		err = a.store.Suppress(ctx, real, r.ID, r.Body.Scope == "marketing", by)
	} else {
		_, err = a.store.Lift(ctx, real, r.ID, "", by)
	}
	if err != nil {
		return KnownContact{}, unknownContact(err)
	}
	return (&GetContact{ID: r.ID}).Execute(ctx, a, real)
}
