package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/db"
)

// ListNumbers asks for all business numbers.
//
//	GET /v1/numbers
type ListNumbers struct{}

// GetNumber asks for one business number.
//
//	GET /v1/numbers/106540352242922
type GetNumber struct {
	ID string `path:"id" maxLength:"64" doc:"Meta's phone number id."`
}

var listNumbersOp = huma.Operation{
	OperationID: "list-numbers", Method: http.MethodGet, Path: "/v1/numbers",
	Summary: "List business numbers", Description: "All of them, by phone number id.",
}

var getNumberOp = huma.Operation{
	OperationID: "get-number", Method: http.MethodGet, Path: "/v1/numbers/{id}",
	Summary: "Get a business number", Errors: []int{http.StatusNotFound},
}

// Execute returns them; there is no second page.
func (r *ListNumbers) Execute(ctx context.Context, a *API, real time.Time) (page Page[BusinessNumber], err error) {
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		page.Items, err = readNumbers(ctx, q, a.clock.At(real), "")
		return err
	})
	return page, err
}

// Execute returns it as it is at real.
func (r *GetNumber) Execute(ctx context.Context, a *API, real time.Time) (n BusinessNumber, err error) {
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		n, err = readNumber(ctx, q, a.clock.At(real), r.ID)
		return err
	})
	return n, err
}

func readNumber(ctx context.Context, q *db.Queries, now time.Time, id string) (BusinessNumber, error) {
	numbers, err := readNumbers(ctx, q, now, id)
	if err != nil {
		return BusinessNumber{}, err
	}
	if len(numbers) == 0 {
		return BusinessNumber{}, noNumber()
	}
	return numbers[0], nil
}
