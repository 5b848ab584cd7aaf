package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"

	"reengage/config"
	"reengage/db"
	"reengage/gateway/access"
	"reengage/ledger"
	"reengage/tariff"
)

// chargesVerbs are what can be done with charges. Without a word of its own it is the listing, which asks the gateway; what
// decides about money works on the database itself, which only those who may do that can reach.
type chargesVerbs struct {
	List      chargesVerb   `cmd:"" default:"withargs" help:"Show what the ledger says of a period; what charges does if no other verb follows (flags: starter charges list --help)."`
	Invoice   invoiceVerb   `cmd:"" help:"Compare an invoice of Meta's with what was computed; exits with 1 if anything is left unexplained."`
	Assign    assignVerb    `cmd:"" help:"Say by which scheme a business number owes from when on."`
	LoadCards loadCardsVerb `cmd:"" name:"load-cards" help:"Store rate cards under a name that assignments can give."`
	Check     checkVerb     `cmd:"" help:"Compare a conversation's charges with its messages; exits with 1 if they disagree."`
	Rerate    rerateVerb    `cmd:"" help:"Rate whole months again, by today's cards and rules instead of those they were posted with."`
}

// withLedger opens the database for as long as fn works. entryPoint is the length of a free entry point; it matters where something
// is rated.
func withLedger(ctx context.Context, c config.Database, entryPoint time.Duration, s streams, fn func(context.Context, *ledger.Ledger) error) error {
	pool, err := db.Open(ctx, c.URL.Reveal())
	if err != nil {
		return err
	}
	defer pool.Close()
	cards, err := tariff.ShippedCards()
	if err != nil {
		return err
	}
	err = fn(access.With(ctx, access.Operator), ledger.New(pool, cards, entryPoint, slog.New(slog.NewTextHandler(s.err, nil))))
	if err != nil && db.Away(err) {
		return fmt.Errorf("the database that DATABASE_URL names cannot be reached: %w", err)
	}
	return err
}

type checkVerb struct {
	Database        config.Database `embed:""`
	EntryPointHours int             `env:"REENGAGE_ENTRY_POINT_HOURS" default:"72" help:"How many hours a free entry point lasts, as the worker has it."`
	Conversation    uuid.UUID       `arg:"" help:"The conversation's id."`
}

// Run checks, and changes nothing.
func (v *checkVerb) Run(ctx context.Context, s streams) error {
	return withLedger(ctx, v.Database, time.Duration(v.EntryPointHours)*time.Hour, s, func(ctx context.Context, l *ledger.Ledger) error {
		due, err := l.Check(ctx, v.Conversation)
		if err != nil {
			return err
		}
		if due.Charges+due.Reversals > 0 || due.Unsettled {
			return fmt.Errorf("%d charges and %d reversals are due; if no settlement is under way, mark the conversation as the runbook says", due.Charges, due.Reversals)
		}
		_, err = fmt.Fprintf(s.out, "Charges and messages agree; %d messages have no price.\n", due.Unpriced)
		return err
	})
}

type assignVerb struct {
	Database config.Database `embed:""`
	Number   string          `required:"" help:"The business number's phone number id."`
	Scheme   string          `required:"" help:"The scheme, or meta: what Meta charges at the time."`
	From     string          `required:"" help:"A day of the account's calendar, an RFC 3339 time, or always: what lies behind is put right as well."`
	CardSet  string          `name:"card-set" help:"The rate cards that price it (load-cards). By default the shipped ones."`
}

// Run assigns; settlement posts the differences.
func (v *assignVerb) Run(ctx context.Context, s streams) error {
	return withLedger(ctx, v.Database, 0, s, func(ctx context.Context, l *ledger.Ledger) error {
		from, err := v.from(ctx, l)
		if err != nil {
			return err
		}
		if err := l.Assign(ctx, ledger.Assignment{PhoneNumberID: v.Number, Scheme: v.Scheme, From: from, CardSet: v.CardSet}); err != nil {
			return err
		}
		since := ledger.Always
		if !from.IsZero() {
			since = "from " + from.UTC().Format(time.RFC3339) + " on"
		}
		prices := ""
		if v.CardSet != "" {
			prices = ", at the prices of " + v.CardSet
		}
		_, err = fmt.Fprintf(s.out, "%s owes what %s charges, %s%s. The next settlement posts what that changes.\n", v.Number, v.Scheme, since, prices)
		return err
	})
}

func (v *assignVerb) from(ctx context.Context, l *ledger.Ledger) (time.Time, error) {
	from, err := l.From(ctx, v.Number, v.From)
	if errors.Is(err, ledger.ErrNoFrom) {
		return from, usageError(fmt.Sprintf("--from is %q, which is %v", v.From, err))
	}
	return from, err
}

type loadCardsVerb struct {
	Database config.Database `embed:""`
	Name     string          `arg:"" help:"What assignments call the set."`
	Dir      string          `arg:"" type:"existingdir" help:"A folder of rate cards: *.csv, among them regions.csv if prices depend on it."`
}

// Run loads the cards.
func (v *loadCardsVerb) Run(ctx context.Context, s streams) error {
	return withLedger(ctx, v.Database, 0, s, func(ctx context.Context, l *ledger.Ledger) error {
		if err := l.LoadCardSet(ctx, v.Name, os.DirFS(v.Dir)); err != nil {
			return err
		}
		_, err := fmt.Fprintf(s.out, "%s is loaded. Months that are posted keep their prices until they are rerated; messages without a price are looked at again.\n", v.Name)
		return err
	})
}

type rerateVerb struct {
	Database config.Database `embed:""`
	From     string          `required:"" help:"The first month, such as 2026-10, of each number's account."`
	To       string          `required:"" help:"The month after the last, not in it."`
	Number   string          `help:"The business number's phone number id. By default all numbers."`
}

// Run prepares a rerate; settlement posts the differences.
func (v *rerateVerb) Run(ctx context.Context, s streams) error {
	from, err := tariff.ParseMonth(v.From)
	if err != nil {
		return usageError("--from: " + err.Error())
	}
	to, err := tariff.ParseMonth(v.To)
	if err != nil {
		return usageError("--to: " + err.Error())
	}
	return withLedger(ctx, v.Database, 0, s, func(ctx context.Context, l *ledger.Ledger) error {
		done, err := l.Rerate(ctx, ledger.Rerate{From: from, To: to, PhoneNumberID: v.Number})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "The prices of %d months (of a number and scheme each) are no longer fixed, and %d conversations will be rated again. The next settlement posts the differences.\n",
			done.Unpinned, done.Marked)
		return err
	})
}
