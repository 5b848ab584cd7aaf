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
	"reengage/tariff"
)

// QuoteRequest asks what one more template message would cost.
type QuoteRequest struct {
	ConversationID uuid.UUID
	Category       string    // of the template
	At             time.Time // virtual: when it would be sent and delivered
}

// Quote is what one more template would cost. AmountMicros is the difference that the message makes to what is owed, so it holds
// what a session that it opens costs, and a reseller's fee; it is zero where the message would be free, and negative only if the
// message came before others that it makes free.
type Quote struct {
	Scheme       string
	Rule         string // by which it is charged, or free: "Z6", "P2"
	AmountMicros int64
	Currency     string
}

// UnpricedError says that a template would be owed something for which no card states a price. What is missing names the card,
// the market and the category.
type UnpricedError struct{ Missing tariff.MissingPrice }

func (e *UnpricedError) Error() string { return "the template has no price: " + e.Missing.String() }

// The ids of the message that is only thought of: after all others at its instant.
const (
	quotedMessage  = "ffffffff-ffff-ffff-ffff-ffffffffffff"
	quotedDelivery = quotedMessage + "/delivered"
)

// Quote is what one more template message, sent and delivered at an instant, would cost under the scheme that the number owes by
// then: the rating of what is stored with it minus the rating without it, read and priced as billing does. It writes nothing, waits
// for nobody, and may be asked within a caller's transaction. How many free-form messages a month allows (P4) is taken as it
// stands. The error is ErrUnknownConversation, an *UnpricedError, a *StuckError if the number's setting cannot be rated by, or
// whatever keeps the database away.
func (l *Ledger) Quote(ctx context.Context, q *db.Queries, r QuoteRequest) (Quote, error) {
	target, err := q.GetQuoted(ctx, r.ConversationID)
	if errors.Is(err, pgx.ErrNoRows) {
		return Quote{}, ErrUnknownConversation
	}
	if err != nil {
		return Quote{}, fmt.Errorf("quote: %w", err)
	}
	marks, err := q.ListDirtyMarks(ctx, []uuid.UUID{target.ConversationID})
	if err != nil {
		return Quote{}, fmt.Errorf("quote: list marks: %w", err)
	}
	if len(marks) == 0 {
		return Quote{}, ErrUnknownConversation
	}
	c, err := l.quoting(ctx, q, marks[0], r.At.UTC())
	if err != nil {
		return Quote{}, err
	}
	if err := loadStretches(ctx, q, []*stretch{&c.stretch}); err != nil {
		return Quote{}, fmt.Errorf("quote: %w", err)
	}
	return c.quote(ctx, q, c.message(target.Market, r.Category))
}

// quoted is a tally that messages are only thought of in, and by what the number owes then.
type quoted struct {
	*tally
	basis
	account tariff.Account
	at      time.Time
}

// quoting is the mark's tally as if something had occurred at the instant.
func (l *Ledger) quoting(ctx context.Context, q *db.Queries, mark db.ListDirtyMarksRow, at time.Time) (quoted, error) {
	l.assumeShipped(&mark)
	t := newTally(mark, l.entryPoint)
	if t.stuck != nil {
		return quoted{}, &StuckError{ConversationID: mark.ConversationID, Err: t.stuck}
	}
	t.since, t.until, t.version = at, at, new(int64)
	i := slices.IndexFunc(t.terms, func(term term) bool { return term.contains(at) })
	if i < 0 {
		return quoted{}, &StuckError{ConversationID: mark.ConversationID, Err: fmt.Errorf("no scheme is in force at %s", at.Format(time.RFC3339))}
	}
	pins, err := listPins(ctx, q, []*tally{t})
	if err != nil {
		return quoted{}, fmt.Errorf("quote: %w", err)
	}
	account, err := l.account(ctx, q, t, t.terms[i].basis, pins)
	if err != nil {
		return quoted{}, fmt.Errorf("quote: %w", err)
	}
	account.Detailed = true
	return quoted{tally: t, basis: t.terms[i].basis, account: account, at: at}, nil
}

// message is the template that is thought of.
func (c quoted) message(market, of string) tariff.Event {
	return tariff.Event{ID: quotedMessage, At: c.at, Type: tariff.Template, Conversation: c.conversation.String(), Number: c.number.String(),
		Market: market, Category: category(of)}
}

// assumeShipped names the program's own cards where nobody has stored any yet. Storing them is for those who post (Open).
func (l *Ledger) assumeShipped(mark *db.ListDirtyMarksRow) {
	if l.cards == nil || mark.Shipped != "" {
		return
	}
	mark.Shipped = l.cards.Digest()
	for i, set := range mark.CardSets {
		if set == Shipped {
			mark.Digests[i] = mark.Shipped
		}
	}
}

// quote compares what is owed with the message with what is owed without it.
func (c quoted) quote(ctx context.Context, q *db.Queries, message tariff.Event) (Quote, error) {
	t, b, account := c.tally, c.basis, c.account
	delivery := tariff.Event{ID: quotedDelivery, At: message.At, Type: tariff.Delivered, Message: message.ID}
	without := t.events
	with := append(without[:len(without):len(without)], message, delivery)
	end, err := t.ends(ctx, q, b, account)
	if err != nil {
		return Quote{}, err
	}
	before, err := t.owedBy(b, account, without, end)
	if err != nil {
		return Quote{}, err
	}
	after, err := t.owedBy(b, account, with, end)
	if err != nil {
		return Quote{}, err
	}
	for _, m := range after.Missing {
		if m.Event == message.ID {
			return Quote{}, &UnpricedError{Missing: m}
		}
	}
	currency, err := account.Cards.CurrencyOf(b.scheme)
	if err != nil {
		return Quote{}, err
	}
	quote := Quote{Scheme: b.scheme.Name(), Rule: ruleOf(b.scheme, after, message.ID), Currency: currency,
		AmountMicros: t.sum(b, after) - t.sum(b, before)}
	if quote.Rule == "" {
		quote.Rule, err = t.freeRule(b, account, message, delivery, end)
	}
	return quote, err
}

type allowanceEnd func(number string, m tariff.Month) (tariff.Position, bool)

// ends says where the allowances end that the stretch's free-form messages depend on.
func (t *tally) ends(ctx context.Context, q *db.Queries, b basis, account tariff.Account) (allowanceEnd, error) {
	draft, err := tariff.Prepare(b.scheme, t.events, account)
	if err != nil {
		return nil, err
	}
	t.ratings = []*rating{newRating(b, draft)}
	t.place()
	c, _ := newCounting([]*tally{t})
	if c.ends, err = c.find(ctx, q); err != nil {
		return nil, err
	}
	return func(number string, m tariff.Month) (tariff.Position, bool) { return c.end(number, b.scheme.Name(), m) }, nil
}

func (t *tally) owedBy(b basis, account tariff.Account, events []tariff.Event, end allowanceEnd) (*tariff.Rating, error) {
	draft, err := tariff.Prepare(b.scheme, events, account)
	if err != nil {
		return nil, err
	}
	return draft.Decide(end), nil
}

// sum is what is owed while the number owes by this basis.
func (t *tally) sum(b basis, r *tariff.Rating) (micros int64) {
	for _, c := range r.Charges {
		if t.owes(b, c.At) {
			micros += c.AmountMicros
		}
	}
	return micros
}

// ruleOf is the rule by which a message is charged or, where each message is decided by itself, free. A reseller's fee only adds
// to what the base's rule says. Empty: it is free because of another.
func ruleOf(s tariff.Scheme, r *tariff.Rating, message string) string {
	for _, d := range r.Decisions {
		if d.Event == message {
			return d.Rule
		}
	}
	for _, c := range r.Charges {
		if c.Event == message && c.Kind != tariff.Fee {
			return c.Rule
		}
	}
	return ""
}

// freeRule is the rule by which a template is free because of a session or conversation that is open already. Of a category that
// no conversation is open for, Meta would charge it unless an entry point frees it (C3).
func (t *tally) freeRule(b basis, account tariff.Account, message, delivery tariff.Event, end allowanceEnd) (string, error) {
	switch b.scheme.Name() {
	case "zenvia-conversion":
		return "Z3", nil
	case "meta-cbp-2024":
	default:
		return "", nil
	}
	message.Category = "quoted"
	r, err := t.owedBy(b, account, append(t.events[:len(t.events):len(t.events)], message, delivery), end)
	if err != nil {
		return "", err
	}
	for _, m := range r.Missing {
		if m.Event == message.ID {
			return "C1", nil
		}
	}
	return "C3", nil
}
