package console

import (
	"context"
	"net/http"
	"time"

	"reengage/gateway/api"
)

// finding is how much needs a look, and where it is listed.
type finding struct {
	Count, Href string
	One         bool
}

// mostCounted is how many findings a page counts; what is more is said to be more.
const mostCounted = "200"

// countFindings says how many of a kind there are in the period; nil: none.
func countFindings[T any](ctx context.Context, c client, q costsQuery, kind string) (*finding, error) {
	var page api.Page[T]
	if err := c.get(ctx, q.with("/v1/charges/"+kind, "limit", mostCounted), &page); err != nil {
		return nil, err
	}
	if len(page.Items) == 0 {
		return nil, nil
	}
	f := &finding{number(int64(len(page.Items))), q.At(Path + "/costs/" + kind), len(page.Items) == 1}
	if page.NextCursor != nil {
		f.Count = "more than " + f.Count
	}
	return f, nil
}

// unpricedView lists messages without a price.
type unpricedView struct {
	Query costsQuery
	Items []api.UnpricedMessage
	Next  string // where the next page is; empty: this is the last
}

// differencesView lists messages that the provider prices otherwise than we compute (P6).
type differencesView struct {
	Query costsQuery
	Items []difference
	Next  string
}

// difference is one of them, as it is read.
type difference struct {
	api.VerdictDifference
	Charged, Computed string
}

func (c *Console) costsUnpriced(w http.ResponseWriter, r *http.Request) error {
	q := readCostsQuery(r.URL.Query(), c.clock.At(time.Now()))
	page, next, err := findings[api.UnpricedMessage](r, c.client, q, "unpriced")
	if err != nil {
		return err
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Messages without a price", Here: "costs", Page: "costs/unpriced", View: unpricedView{q, page, next}})
}

func (c *Console) costsDifferences(w http.ResponseWriter, r *http.Request) error {
	q := readCostsQuery(r.URL.Query(), c.clock.At(time.Now()))
	page, next, err := findings[api.VerdictDifference](r, c.client, q, "differences")
	if err != nil {
		return err
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Priced otherwise by the provider", Here: "costs", Page: "costs/differences",
		View: differencesView{q, differencesOf(page), next}})
}

func differencesOf(list []api.VerdictDifference) []difference {
	all := make([]difference, len(list))
	for i, d := range list {
		all[i] = difference{d, money(d.Verdict.AmountMicros, d.Currency), money(d.Own.AmountMicros, d.Currency)}
	}
	return all
}

// findings is the page of a list that the request's cursor names, and where the next one is.
func findings[T any](r *http.Request, c client, q costsQuery, kind string) (items []T, next string, err error) {
	values := q.values()
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		values.Set("cursor", cursor)
	}
	var page api.Page[T]
	if err := c.get(r.Context(), "/v1/charges/"+kind+"?"+values.Encode(), &page); err != nil {
		return nil, "", err
	}
	if page.NextCursor != nil {
		next = q.with(Path+"/costs/"+kind, "cursor", *page.NextCursor)
	}
	return page.Items, next, nil
}
