package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// NumberQuoteRequest asks what a template of a number would cost in each of some markets.
type NumberQuoteRequest struct {
	BusinessNumberID uuid.UUID
	Markets          []string // of contacts; empty: not known
	Category         string   // of the template
	At               time.Time
}

// NumberQuote is what a template costs somebody with whom nothing is going on, by market.
type NumberQuote struct {
	Scheme  string
	Markets map[string]MarketQuote
	// Memory is how far back something with a contact can make a template cheaper than that: an open session, window or entry
	// point. Zero: it costs what it costs, whatever has been.
	Memory time.Duration
}

// MarketQuote is a quote, or what is missing for one.
type MarketQuote struct {
	Quote
	Unpriced *UnpricedError // nil: there is a price
}

// QuoteNumber is Quote for contacts with whom there has been nothing, each of another market: read and priced as for one with whom
// there has. The error is ErrUnknownNumber, a *StuckError if the number's setting cannot be rated by, or whatever keeps the
// database away.
func (l *Ledger) QuoteNumber(ctx context.Context, q *db.Queries, r NumberQuoteRequest) (NumberQuote, error) {
	terms, err := q.GetNumberTerms(ctx, r.BusinessNumberID)
	if errors.Is(err, pgx.ErrNoRows) {
		return NumberQuote{}, ErrUnknownNumber
	}
	if err != nil {
		return NumberQuote{}, fmt.Errorf("quote a number: %w", err)
	}
	mark := db.ListDirtyMarksRow{BusinessNumberID: r.BusinessNumberID, Parts: []uuid.UUID{uuid.Nil}, AccountTimeZone: terms.AccountTimeZone,
		Shipped: terms.Shipped, Schemes: terms.Schemes, EffectiveFrom: terms.EffectiveFrom, CardSets: terms.CardSets, Digests: terms.Digests}
	c, err := l.quoting(ctx, q, mark, r.At.UTC())
	if err != nil {
		return NumberQuote{}, err
	}
	quote := NumberQuote{Scheme: c.scheme.Name(), Markets: map[string]MarketQuote{}}
	if !slices.Contains(eachCharged, quote.Scheme) {
		quote.Memory = c.scheme.Memory(l.entryPoint)
	}
	for _, market := range r.Markets {
		one, err := c.quote(ctx, q, c.message(market, r.Category))
		var unpriced *UnpricedError
		if err != nil && !errors.As(err, &unpriced) {
			return NumberQuote{}, err
		}
		quote.Markets[market] = MarketQuote{one, unpriced}
	}
	return quote, nil
}

// eachCharged are the schemes under which every template is charged the same, whatever has been (S2, B1, A2).
var eachCharged = []string{"sirena", "b2chat", "aisensy"}
