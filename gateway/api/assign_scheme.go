package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/ledger"
	"reengage/tariff"
)

// AssignScheme says by which scheme a business number owes from when on.
//
//	{"scheme": "zenvia-conversion", "from": "2026-10-01"}
type AssignScheme struct {
	ID   string `path:"id" minLength:"1" maxLength:"64" pattern:"^[!-~]+$" doc:"Meta's phone number id."`
	Body struct {
		Scheme  string `json:"scheme" maxLength:"64" example:"zenvia-conversion" doc:"Its name, or meta: what Meta charges at the time."`
		From    string `json:"from" maxLength:"64" example:"2026-10-01" doc:"A date, which is a day of the number's account, an RFC 3339 time, or always. It may have passed."`
		CardSet string `json:"card_set,omitempty" maxLength:"64" pattern:"^[^\\x00]*$" doc:"Prices of the set of rate cards that was loaded under this name. Missing: those that the program ships."`
	}
}

var assignSchemeOp = huma.Operation{
	OperationID: "assign-scheme", Method: http.MethodPut, Path: "/v1/numbers/{id}/scheme",
	Summary: "Assign a business number's scheme",
	Description: "By what the number owes from then on, until the next assignment that there is. What was owed since then is counted anew: the next settlement " +
		"reverses what was charged otherwise and charges what is owed. The same again changes nothing.",
	Errors: []int{http.StatusNotFound},
}

// Execute assigns it and returns what is in force from then on.
func (r *AssignScheme) Execute(ctx context.Context, a *API, _ time.Time) (s NumberScheme, err error) {
	from, err := a.ledger.From(ctx, r.ID, r.Body.From)
	if err == nil {
		err = a.ledger.Assign(ctx, ledger.Assignment{PhoneNumberID: r.ID, Scheme: r.Body.Scheme, From: from, CardSet: r.Body.CardSet})
	}
	if err != nil {
		return s, notAssigned(err)
	}
	s = NumberScheme{Name: r.Body.Scheme, From: orNull(from)}
	if r.Body.CardSet != "" && r.Body.CardSet != ledger.Shipped {
		s.CardSet = &r.Body.CardSet
	}
	return s, nil
}

// notAssigned names the field at fault, if one is.
func notAssigned(err error) error {
	var usage *tariff.UsageError
	switch {
	case errors.As(err, &usage):
		return invalid("scheme", "unknown_scheme", "%v", usage)
	case errors.Is(err, ledger.ErrNoFrom):
		return invalid("from", "invalid_field", "from is %v", ledger.ErrNoFrom)
	case errors.Is(err, ledger.ErrUnknownCardSet):
		return invalid("card_set", "unknown_card_set", "%v", ledger.ErrUnknownCardSet)
	case errors.Is(err, ledger.ErrUnknownNumber):
		return noNumber()
	}
	return err
}
