package ledger

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"reengage/tariff"
)

// zenviaCards is a set of one card, whose prices are written as in its file: an empty one is none.
func zenviaCards(customer, business string) fstest.MapFS {
	text := "# scheme: zenvia-conversion\n# currency: USD\n# effective: 2022-01-01\n# source: made up\n# read: 2026-01-01\n# example: true\n" +
		"customer_initiated,business_initiated\n" + customer + "," + business + "\n"
	return fstest.MapFS{"zenvia-made-up.csv": {Data: []byte(text)}}
}

func month(year int, m time.Month) tariff.Month { return tariff.Month{Year: year, Month: m} }

func TestAPostedMonthKeepsItsPricesUntilSomebodyOrdersOtherwise(t *testing.T) {
	w := newWorld(t)
	load := func(customer string) {
		require.NoError(t, w.ledger.LoadCardSet(t.Context(), "another country", zenviaCards(customer, "9000")))
	}
	load("1000")
	number := w.number("shop")
	w.exec("UPDATE business_numbers SET account_time_zone = 'America/Sao_Paulo'")
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia, CardSet: "another country"}))
	c, other := w.conversation(number), w.conversation(number)
	w.message(c, "inbound", monday)
	w.bill(c)

	load("2000")
	april := time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC) // midnight in São Paulo
	w.message(other, "inbound", april.Add(-25*time.Hour))
	w.message(other, "inbound", april.Add(-time.Second))
	w.message(c, "inbound", april)
	w.drain(10)
	require.Equal(t, []string{"02 09:00:00 customer_initiated Z4 1000", "01 03:00:00 customer_initiated Z4 2000"}, w.unreversed(c))
	require.Equal(t, []string{"31 02:00:00 customer_initiated Z4 1000", "01 02:59:59 customer_initiated Z4 1000"}, w.unreversed(other))
	require.Equal(t, 2, w.count("pinned_cards WHERE scheme = $1 AND card_set = 'another country'", zenvia))
	w.consistent(c)

	load("3000")
	require.Equal(t, Settled{}, w.settle(10), "nothing had waited for a price")
	done, err := w.ledger.Rerate(t.Context(), Rerate{From: month(2026, 3), To: month(2026, 4), PhoneNumberID: "shop"})
	require.NoError(t, err)
	require.Equal(t, Rerated{Unpinned: 1, Marked: 2}, done)
	require.Equal(t, Settled{Conversations: 2, Posted: 6}, w.settle(10), "three charges are reversed and posted again")
	require.Equal(t, []string{"02 09:00:00 customer_initiated Z4 3000", "01 03:00:00 customer_initiated Z4 2000"}, w.unreversed(c))
	require.EqualValues(t, 5000, w.balance(c))
	require.Equal(t, []int64{3000, 3000, 3000, 2000}, w.asPosted(number), "and so says who asks what it came to")
	require.Equal(t, 1, w.count("rerates WHERE business_number_id = $1 AND from_month = '2026-03-01' AND until_month = '2026-04-01' AND unpinned = 1 AND marked = 2", number))
	w.consistent(c)
	w.consistent(other)

	done, err = w.ledger.Rerate(t.Context(), Rerate{From: month(2026, 3), To: month(2026, 5)})
	require.NoError(t, err)
	require.Equal(t, Rerated{Unpinned: 2, Marked: 2}, done, "all numbers")
	require.Equal(t, Settled{Conversations: 2, Posted: 2}, w.settle(10), "April alone had another price")
}

// What a rerate has looked at is posted at the prices of that moment, even where that changed nothing.
func TestARerateThatChangesNothingFixesThePricesAgain(t *testing.T) {
	w := newWorld(t)
	load := func(customer string) {
		require.NoError(t, w.ledger.LoadCardSet(t.Context(), "mine", zenviaCards(customer, "9000")))
	}
	load("1000")
	number := w.number("shop")
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia, CardSet: "mine"}))
	c := w.conversation(number)
	w.message(c, "inbound", monday)
	w.bill(c)
	done, err := w.ledger.Rerate(t.Context(), Rerate{From: month(2026, 3), To: month(2026, 4)})
	require.NoError(t, err)
	require.Equal(t, Rerated{Unpinned: 1, Marked: 1}, done)
	require.Equal(t, Settled{Conversations: 1}, w.settle(10))

	load("2000")
	w.message(c, "freeform", monday.Add(time.Hour))
	require.Equal(t, Posted{}, w.bill(c), "nobody has ordered the new prices")
	w.consistent(c)
}

// asPosted is what a number's charges of March and April come to at the prices of their months.
func (w *world) asPosted(number uuid.UUID) (micros []int64) {
	w.t.Helper()
	zenvia, err := tariff.Lookup(zenvia)
	require.NoError(w.t, err)
	question := WhatIf{Number: number, From: monday, To: monday.AddDate(0, 2, 0), Schemes: []tariff.Scheme{zenvia}, AsPosted: true}
	require.NoError(w.t, w.ledger.WhatIf(w.t.Context(), question, func(_ tariff.Scheme, r *tariff.Rating) error {
		for _, c := range r.Charges {
			micros = append(micros, c.AmountMicros)
		}
		return nil
	}))
	return micros
}

func TestRerateRefusesWhatItCannotDo(t *testing.T) {
	w := newWorld(t)
	_, err := w.ledger.Rerate(t.Context(), Rerate{From: month(2026, 3), To: month(2026, 3)})
	require.ErrorContains(t, err, "there is no month")
	_, err = w.ledger.Rerate(t.Context(), Rerate{From: month(2026, 3), To: month(2026, 4), PhoneNumberID: "nobody"})
	require.ErrorIs(t, err, ErrUnknownNumber)
	require.Zero(t, w.count("rerates"))
}

func TestAnAssignmentCannotNameCardsThatNobodyLoaded(t *testing.T) {
	w := newWorld(t)
	w.number("shop")
	require.ErrorIs(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia, CardSet: "none"}), ErrUnknownCardSet)
	require.ErrorIs(t, w.ledger.LoadCardSet(t.Context(), Shipped, zenviaCards("1", "2")), ErrShippedName)
	require.Error(t, w.ledger.LoadCardSet(t.Context(), "odd", zenviaCards("-1", "2")))
	both := zenviaCards("1", "2")
	both["brazil.csv"] = &fstest.MapFile{Data: bytes.Replace(both["zenvia-made-up.csv"].Data, []byte("USD"), []byte("BRL"), 1)}
	require.ErrorContains(t, w.ledger.LoadCardSet(t.Context(), "odd", both), "give a set with one currency")
	require.Zero(t, w.count("named_card_sets WHERE name = 'odd'"))
	require.Zero(t, w.count("scheme_assignments"))
}

func TestAMessageWithoutAPriceIsListedUntilACardArrives(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.ledger.LoadCardSet(t.Context(), "mine", zenviaCards("1000", "")))
	number := w.number("shop")
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia, CardSet: "mine"}))
	c := w.conversation(number)
	w.message(c, "inbound", monday)
	offer := w.message(c, "template", monday.Add(48*time.Hour))
	require.Equal(t, Posted{Charges: 1, Unpriced: 1}, w.bill(c), "the rest goes on")
	require.Zero(t, w.dirty(), "nobody tries in vain")
	require.Equal(t, 1, w.count("unpriced_messages WHERE event_id = $1 AND card = 'zenvia-made-up' AND category = 'business_initiated' AND charged_at = $2", offer.id, offer.at))

	// Further along, it stays listed; and it goes as soon as nothing is owed for it.
	w.message(c, "inbound", monday.Add(49*time.Hour))
	require.Equal(t, Posted{Unpriced: 1}, w.bill(c))
	failure := w.status(offer, "failed", monday.Add(50*time.Hour))
	require.Equal(t, Posted{Charges: 1}, w.bill(c), "the answer opens the session now")
	require.Zero(t, w.count("unpriced_messages"))
	w.status(offer, "delivered", failure.at.Add(time.Hour))
	require.Equal(t, Posted{Reversals: 1, Unpriced: 1}, w.bill(c))

	// The month's prices are fixed. Where they say nothing the new set counts, and what they say stays.
	require.NoError(t, w.ledger.LoadCardSet(t.Context(), "mine", zenviaCards("5000", "7000")))
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(10))
	require.Zero(t, w.count("unpriced_messages"))
	require.Equal(t, []string{"02 09:00:00 customer_initiated Z4 1000", "04 09:00:00 business_initiated Z6 7000"}, w.unreversed(c))
	w.consistent(c)
}

// A price that a month's first set lacks comes from a later one, and stays as it came.
func TestAPriceThatCameLaterIsPinnedAsWell(t *testing.T) {
	w := newWorld(t)
	load := func(customer, business string) {
		require.NoError(t, w.ledger.LoadCardSet(t.Context(), "mine", zenviaCards(customer, business)))
	}
	load("1000", "")
	number := w.number("shop")
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia, CardSet: "mine"}))
	c := w.conversation(number)
	w.message(c, "inbound", monday)
	w.message(c, "template", monday.Add(72*time.Hour))
	require.Equal(t, Posted{Charges: 1, Unpriced: 1}, w.bill(c))

	load("2000", "7000")
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(10))
	both := []string{"02 09:00:00 customer_initiated Z4 1000", "05 09:00:00 business_initiated Z6 7000"}
	require.Equal(t, both, w.unreversed(c))
	require.Equal(t, 2, w.count("pinned_cards"))

	load("3000", "8000")
	w.message(c, "freeform", monday.Add(73*time.Hour))
	require.Equal(t, Posted{}, w.bill(c), "nobody has ordered other prices")
	require.Equal(t, both, w.unreversed(c))
	require.Equal(t, []int64{1000, 7000}, w.asPosted(number))
	w.consistent(c)

	_, err := w.ledger.Rerate(t.Context(), Rerate{From: month(2026, 3), To: month(2026, 4)})
	require.NoError(t, err)
	require.Equal(t, Settled{Conversations: 1, Posted: 4}, w.settle(10))
	require.EqualValues(t, 11_000, w.balance(c))
	require.Equal(t, 1, w.count("pinned_cards"), "one set prices everything again")
}

func TestTheProgramThatStartsLastSaysWhatIsShipped(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	w.message(c, "inbound", monday)
	w.bill(c)

	cards, err := tariff.LoadCards(zenviaCards("1000", "2000"))
	require.NoError(t, err)
	next := New(w.pool, cards, tariff.DefaultEntryPoint, slog.New(w.log))
	require.NoError(t, next.Open(t.Context()))
	require.NoError(t, next.Open(t.Context()))
	require.Equal(t, 2, w.count("card_sets"))
	w.message(c, "inbound", monday.Add(25*time.Hour))
	w.message(c, "inbound", monday.Add(50*24*time.Hour))
	w.bill(c) // by the old program, which is still running
	require.Equal(t, []string{"02 09:00:00 customer_initiated Z4 22000", "03 10:00:00 customer_initiated Z4 22000",
		"21 09:00:00 customer_initiated Z4 1000"}, w.unreversed(c))
}

func TestAMonthThatWasPostedUnderOtherRulesIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	w.message(c, "inbound", monday)
	w.bill(c)
	w.exec("UPDATE pinned_cards SET scheme_version = 7")
	w.message(c, "freeform", monday.Add(time.Hour))
	require.Equal(t, Posted{}, w.bill(c), "nothing changes, so nothing is wrong")

	w.message(c, "inbound", monday.Add(-25*time.Hour))
	_, err := w.ledger.Bill(t.Context(), c)
	var stuck *StuckError
	require.ErrorAs(t, err, &stuck)
	require.ErrorContains(t, err, "2026-03 was posted by version 7 of zenvia-conversion, and this program has version 1: starter charges rerate --from 2026-03 --to 2026-04")
	require.Equal(t, 1, w.count("charges"))
	_, err = w.ledger.Rerate(t.Context(), Rerate{From: month(2026, 3), To: month(2026, 4)})
	require.NoError(t, err)
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(10))
	w.consistent(c)
}

func TestWhoeverPinsAMonthFirstPricesItForAll(t *testing.T) {
	w := newWorld(t)
	number := w.shop("shop")
	c := w.conversation(number)
	w.message(c, "inbound", monday)
	require.NoError(t, w.ledger.LoadCardSet(t.Context(), "made up", zenviaCards("1000", "2000")))

	other, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = other.Exec(t.Context(), `INSERT INTO pinned_cards (business_number_id, scheme, month, card_set, place, digest, scheme_version)
		SELECT $1, $2, '2026-03-01', 'shipped', 1, digest, 1 FROM named_card_sets WHERE name = 'made up'`, number, zenvia)
	require.NoError(t, err)
	var billing errgroup.Group
	billing.Go(func() error { _, err := w.ledger.Bill(t.Context(), c); return err })
	w.awaitsLock("it waits for the other's pin")
	require.NoError(t, other.Commit(t.Context()))
	require.NoError(t, billing.Wait())
	require.Equal(t, []string{"02 09:00:00 customer_initiated Z4 1000"}, w.unreversed(c))
}

func TestMonthsAndSchemesBeginByTheAccountsCalendar(t *testing.T) {
	for name, begin := range map[string]time.Time{
		"UTC":               time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		"America/Sao_Paulo": time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC),
		"Europe/London":     time.Date(2026, 9, 30, 23, 0, 0, 0, time.UTC), // summer time
	} {
		t.Run(strings.ReplaceAll(name, "/", "-"), func(t *testing.T) {
			w := newWorld(t)
			number := w.number("nobody-has-set-it-up")
			w.exec("UPDATE business_numbers SET account_time_zone = $1", name)
			inside := []string{}
			for i, at := range []time.Time{begin.Add(-time.Second), begin} {
				c := w.conversation(number)
				w.store(event{id: w.id(0), conversation: c, kind: "inbound", at: at.Add(-time.Hour), market: "BR"})
				offer := event{id: w.id(0), conversation: c, kind: "template", category: "utility", market: "BR", at: at.Add(-time.Minute)}
				w.store(offer)
				w.status(offer, "delivered", at)
				w.drain(10)
				w.consistent(c)
				inside = append(inside, w.unreversed(c)...)
				require.Len(t, inside, i, "free in an open window until the day before, charged from the day on (P3)")
			}
			// An allowance lasts until the account's month ends. In London that is in winter.
			november := month(2026, 11).Start(zone(t, name))
			cs := w.serve(number, 1, tariff.Allowance, begin.Add(time.Hour), time.Second)
			for _, at := range []time.Time{november.Add(-time.Second), november} {
				m := event{id: w.id(0), conversation: cs[0], kind: "freeform", market: "BR", at: at}
				w.store(m)
				w.status(m, "delivered", at)
			}
			w.drain(10)
			require.Equal(t, []string{fmt.Sprintf("%s message P4 %d", november.Add(-time.Second).UTC().Format("02 15:04:05"), service(t))}, w.unreversed(cs[0]))
			w.consistent(cs[0])
		})
	}
}
