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

// WhatIf asks what a number would owe in [From, To) if these schemes had always been in force.
type WhatIf struct {
	Number   uuid.UUID
	From, To time.Time
	Schemes  []tariff.Scheme
	Cards    *tariff.Cards // nil: those of this program
	AsPosted bool          // months that are posted at the prices that they were posted with
	Detailed bool          // Decisions as well
}

// whatIfConversations is how many conversations are in memory at once.
const whatIfConversations = 200

// WhatIf rates what is stored, at one moment, and writes nothing. It hands over the result in parts, each of some of the number's
// conversations under one scheme: what it owes, what has no price and where verdicts differ, all with instants in [From, To).
// Parts come in no particular order, and their problems are those of everything that had to be looked at. The error is that of
// part, a *tariff.UsageError, ErrUnknownNumber, or whatever keeps the database away.
func (l *Ledger) WhatIf(ctx context.Context, w WhatIf, part func(tariff.Scheme, *tariff.Rating) error) error {
	if w.Cards == nil {
		w.Cards = l.cards
	}
	moment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, l.pool, moment, func(tx pgx.Tx) error {
		q := db.New(tx)
		name, err := q.GetAccountTimeZone(ctx, w.Number)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknownNumber
		}
		if err != nil {
			return fmt.Errorf("what if: %w", err)
		}
		zone, err := accountZone(name)
		if err != nil {
			return err
		}
		r := &whatIf{WhatIf: w, q: q, account: tariff.Account{Zone: zone, Cards: w.Cards, EntryPoint: l.entryPoint, Detailed: w.Detailed}}
		if w.AsPosted {
			if r.pinned, err = l.pinnedBy(ctx, q, w.Number); err != nil {
				return fmt.Errorf("what if: %w", err)
			}
		}
		return r.run(ctx, part)
	})
}

// pinnedBy is what a number's months were posted with, by the scheme's name. Of a month in which the number came to be assigned
// another set of cards, the set that was posted first counts for all of it.
func (l *Ledger) pinnedBy(ctx context.Context, q *db.Queries, number uuid.UUID) (map[string]map[tariff.Month][]*tariff.Cards, error) {
	rows, err := q.ListPins(ctx, []uuid.UUID{number})
	if err != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	pinned := map[string]map[tariff.Month][]*tariff.Cards{}
	for _, r := range rows { // in the order of posting
		month, err := tariff.ParseMonth(r.Month)
		if err != nil {
			return nil, err
		}
		if pinned[r.Scheme] == nil {
			pinned[r.Scheme] = map[tariff.Month][]*tariff.Cards{}
		}
		set, err := l.cardSet(ctx, q, r.Digest)
		if err != nil {
			return nil, err
		}
		pinned[r.Scheme][month] = append(pinned[r.Scheme][month], set)
	}
	return pinned, nil
}

// whatIf is a question while it is answered. Where a month's allowance ends (P4) shows only when all conversations have been
// read; those that wait for it are read and rated a second time instead of being kept.
type whatIf struct {
	WhatIf
	q       *db.Queries
	account tariff.Account
	pinned  map[string]map[tariff.Month][]*tariff.Cards // by scheme
	counts  map[tariff.Scheme]*tariff.Count
}

func (w *whatIf) run(ctx context.Context, part func(tariff.Scheme, *tariff.Rating) error) error {
	w.counts = map[tariff.Scheme]*tariff.Count{}
	for _, s := range w.Schemes {
		w.counts[s] = tariff.NewCount(w.account.Zone)
	}
	var waiting []tariff.Scheme
	err := w.each(ctx, w.Schemes, func(s tariff.Scheme, d *tariff.Draft) error {
		w.count(s, d)
		if len(d.Undecided()) == 0 {
			return part(s, w.decide(s, d))
		}
		if !slices.Contains(waiting, s) {
			waiting = append(waiting, s)
		}
		return nil
	})
	if err != nil || len(waiting) == 0 {
		return err
	}
	return w.each(ctx, waiting, func(s tariff.Scheme, d *tariff.Draft) error {
		if len(d.Undecided()) == 0 {
			return nil // handed over before
		}
		return part(s, w.decide(s, d))
	})
}

// each rates the number's conversations, some at a time; the same at every call.
func (w *whatIf) each(ctx context.Context, schemes []tariff.Scheme, take func(tariff.Scheme, *tariff.Draft) error) error {
	var memory time.Duration
	for _, s := range schemes {
		memory = max(memory, s.Memory(w.account.EntryPoint))
	}
	since := tariff.MonthOf(w.From, w.account.Zone).Start(w.account.Zone) // places are counted from the month's beginning on
	var after uuid.UUID
	for {
		conversations, err := w.q.ListConversationsOf(ctx, db.ListConversationsOfParams{
			BusinessNumberID: w.Number, After: after, Since: since, Until: w.To, Most: whatIfConversations})
		if err != nil {
			return fmt.Errorf("list conversations: %w", err)
		}
		if len(conversations) == 0 {
			return nil
		}
		after = conversations[len(conversations)-1].ID
		events, err := w.load(ctx, conversations, since, memory)
		if err != nil {
			return err
		}
		for _, s := range schemes {
			account := w.account
			account.Pinned = w.pinned[s.Name()]
			draft, err := tariff.Prepare(s, events, account)
			if err != nil {
				return err
			}
			if err := take(s, draft); err != nil {
				return err
			}
		}
	}
}

func (w *whatIf) load(ctx context.Context, conversations []db.ListConversationsOfRow, since time.Time, memory time.Duration) ([]tariff.Event, error) {
	stretches := make([]*stretch, len(conversations))
	for i, c := range conversations {
		stretches[i] = &stretch{conversation: c.ID, parts: c.Parts, number: w.Number, since: since, until: w.To, memory: memory}
	}
	if err := loadStretches(ctx, w.q, stretches); err != nil {
		return nil, err
	}
	var events []tariff.Event
	for _, s := range stretches {
		events = append(events, s.events...)
	}
	return events, nil
}

func (w *whatIf) count(s tariff.Scheme, d *tariff.Draft) {
	for _, p := range d.Places() {
		w.counts[s].Add(p)
	}
}

// decide finishes a draft and keeps what lies in the period.
func (w *whatIf) decide(s tariff.Scheme, d *tariff.Draft) *tariff.Rating {
	r := d.Decide(w.counts[s].End)
	outside := func(at time.Time) bool { return at.Before(w.From) || !at.Before(w.To) }
	r.Charges = slices.DeleteFunc(r.Charges, func(c tariff.Charge) bool { return outside(c.At) })
	r.Missing = slices.DeleteFunc(r.Missing, func(m tariff.MissingPrice) bool { return outside(m.At) })
	r.Differences = slices.DeleteFunc(r.Differences, func(d tariff.Difference) bool { return outside(d.At) })
	r.Decisions = slices.DeleteFunc(r.Decisions, func(d tariff.Decision) bool { return outside(d.At) })
	return r
}
