package ledger

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/db"
	"reengage/tariff"
)

// talk is a conversation with a contact of a market, on a number that has always owed by a scheme; "": by what Meta charges.
func (w *world) talk(scheme, market string) uuid.UUID {
	w.t.Helper()
	number := w.number("quoted " + scheme)
	if scheme != "" {
		require.NoError(w.t, w.ledger.Assign(w.t.Context(), Assignment{PhoneNumberID: "quoted " + scheme, Scheme: scheme}))
	}
	c := w.conversation(number)
	w.exec("UPDATE contacts p SET market = $2 FROM conversations c WHERE c.id = $1 AND p.id = c.contact_id", c, market)
	return c
}

func (w *world) quote(c uuid.UUID, category string, at time.Time) Quote {
	w.t.Helper()
	quote, err := w.ledger.Quote(w.t.Context(), queries(w), QuoteRequest{ConversationID: c, Category: category, At: at})
	require.NoError(w.t, err)
	return quote
}

// What a template costs at 40 h after the contact wrote, at 1 h after it, and at 1 h after a message that came by an ad and was
// answered at once.
func TestATemplateIsQuotedAsEachSchemeWouldChargeIt(t *testing.T) {
	closed, open, byAd := monday.Add(40*time.Hour), monday.Add(time.Hour), monday.Add(101*time.Hour)
	for name, c := range map[string]struct {
		scheme, category string
		at               time.Time
		want             Quote
	}{
		"Zenvia: inside a billing session it is free":  {zenvia, "marketing", open, Quote{zenvia, "Z3", 0, "USD"}},
		"Zenvia: outside it opens one":                 {zenvia, "marketing", closed, Quote{zenvia, "Z6", business, "USD"}},
		"Zenvia: one second before the session ends":   {zenvia, "utility", monday.Add(24*time.Hour - time.Second), Quote{zenvia, "Z3", 0, "USD"}},
		"Zenvia: as it ends":                           {zenvia, "utility", monday.Add(24 * time.Hour), Quote{zenvia, "Z6", business, "USD"}},
		"Sirena: also inside a session":                {"sirena", "marketing", open, Quote{"sirena", "S2", 26_600, "USD"}},
		"Sirena: outside":                              {"sirena", "marketing", closed, Quote{"sirena", "S2", 26_600, "USD"}},
		"B2Chat: the set price":                        {"b2chat", "marketing", open, Quote{"b2chat", "B1", 50_000, "USD"}},
		"AiSensy: also inside the window":              {"aisensy", "marketing", open, Quote{"aisensy", "A2", 880_000, "INR"}},
		"2026: marketing inside the window":            {"meta-pmp-2026", "marketing", open, Quote{"meta-pmp-2026", "P2", 62_500, "USD"}},
		"2026: marketing outside":                      {"meta-pmp-2026", "marketing", closed, Quote{"meta-pmp-2026", "P2", 62_500, "USD"}},
		"2026: utility inside the window":              {"meta-pmp-2026", "utility", open, Quote{"meta-pmp-2026", "P3", 6_800, "USD"}},
		"2026: utility outside":                        {"meta-pmp-2026", "utility", closed, Quote{"meta-pmp-2026", "P3", 6_800, "USD"}},
		"2026: marketing in a free entry point":        {"meta-pmp-2026", "marketing", byAd, Quote{"meta-pmp-2026", "P5", 0, "USD"}},
		"2026: utility in a free entry point":          {"meta-pmp-2026", "utility", byAd, Quote{"meta-pmp-2026", "P5", 0, "USD"}},
		"2026: after the free entry point":             {"meta-pmp-2026", "marketing", monday.Add(172 * time.Hour), Quote{"meta-pmp-2026", "P2", 62_500, "USD"}},
		"2025: utility inside the window is free":      {"meta-pmp-2025", "utility", open, Quote{"meta-pmp-2025", "P3", 0, "USD"}},
		"by conversation: the first of a category":     {"meta-cbp-2024", "marketing", closed, Quote{"meta-cbp-2024", "C1", 62_500, "USD"}},
		"by conversation: the second of a day":         {"meta-cbp-2024", "utility", closed, Quote{"meta-cbp-2024", "C1", 0, "USD"}},
		"by conversation: in a free entry point":       {"meta-cbp-2024", "marketing", byAd, Quote{"meta-cbp-2024", "C3", 0, "USD"}},
		"a reseller's fee comes on top":                {"twilio", "marketing", closed, Quote{"twilio", "P2", 67_500, "USD"}},
		"and alone where the message is free":          {"twilio", "marketing", byAd, Quote{"twilio", "P5", 5_000, "USD"}},
		"nobody has set it up: what Meta charges then": {"", "utility", open, Quote{"meta-pmp-2025", "P3", 0, "USD"}},
		"a hyphen is an underscore":                    {"meta-pmp-2026", "authentication-international", closed, Quote{"meta-pmp-2026", "P2", 6_800, "USD"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			talk := w.talk(c.scheme, "BR")
			w.message(talk, "inbound", monday)
			if c.scheme == "meta-cbp-2024" {
				notice := event{id: w.id(0), conversation: talk, at: monday.Add(30 * time.Hour), kind: "template", category: "utility", market: "BR"}
				w.store(notice)
				w.status(notice, "delivered", monday.Add(30*time.Hour))
			}
			w.store(event{id: w.id(0), conversation: talk, at: monday.Add(100 * time.Hour), kind: "inbound", entryPoint: "ad"})
			answer := w.message(talk, "freeform", monday.Add(100*time.Hour))
			w.status(answer, "delivered", monday.Add(100*time.Hour))
			require.Equal(t, c.want, w.quote(talk, c.category, c.at))
		})
	}
}

func TestATemplateWithoutAPriceNamesCardMarketAndCategory(t *testing.T) {
	w := newWorld(t)
	talk := w.talk("meta-pmp-2026", "BR")
	_, err := w.ledger.Quote(t.Context(), queries(w), QuoteRequest{ConversationID: talk, Category: "carrier_pigeon", At: october})
	var unpriced *UnpricedError
	require.ErrorAs(t, err, &unpriced)
	require.Equal(t, []string{"meta-usd-2026-10-01", "BR", "carrier_pigeon"},
		[]string{unpriced.Missing.Card, unpriced.Missing.Market, unpriced.Missing.Category})

	_, err = w.ledger.Quote(t.Context(), queries(w), QuoteRequest{ConversationID: uuid.New(), Category: "marketing", At: october})
	require.ErrorIs(t, err, ErrUnknownConversation)
}

// Within a transaction of the caller that may not write, and before anybody has billed.
func TestAQuoteWritesNothing(t *testing.T) {
	w := newWorld(t)
	talk := w.conversation(w.number("shop"))
	w.exec("UPDATE contacts SET market = 'BR'")
	w.message(talk, "inbound", october)
	err := pgx.BeginTxFunc(t.Context(), w.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		quote, err := w.ledger.Quote(t.Context(), db.New(tx), QuoteRequest{ConversationID: talk, Category: "marketing", At: october})
		require.Equal(t, Quote{"meta-pmp-2026", "P2", 62_500, "USD"}, quote)
		return err
	})
	require.NoError(t, err)
	require.Zero(t, w.count("charges"))
	require.Zero(t, w.count("card_sets"))
	require.Equal(t, 1, w.dirty(), "what is to be billed is still to be billed")
}

// The month is posted at other prices than those of the program: a quote in it is at those, too.
func TestAQuoteUsesThePricesThatTheMonthIsPostedWith(t *testing.T) {
	w := newWorld(t)
	talk := w.talk(zenvia, "BR")
	w.message(talk, "inbound", monday)
	w.bill(talk)
	cards, err := tariff.ReadCards(map[string]string{"zenvia-dear.csv": "# scheme: zenvia-conversion\n# currency: USD\n# effective: 2022-01-01\n" +
		"# source: made up\n# read: 2026-11\n# example: true\ncustomer_initiated,business_initiated\n1,2\n"})
	require.NoError(t, err)
	later := New(w.pool, cards, tariff.DefaultEntryPoint, w.ledger.log)
	require.NoError(t, later.Open(t.Context()))
	for at, want := range map[time.Time]int64{monday.Add(40 * time.Hour): business, monday.AddDate(0, 1, 0): 2} {
		quote, err := later.Quote(t.Context(), queries(w), QuoteRequest{ConversationID: talk, Category: "marketing", At: at})
		require.NoError(t, err)
		require.Equal(t, want, quote.AmountMicros)
	}
}

func TestAQuoteIsWhatBillingThenPosts(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom(tariff.Names()).Draw(t, "scheme")
		name := "number " + w.id(0).String()
		number := w.number(name)
		require.NoError(t, w.ledger.Assign(w.t.Context(), Assignment{PhoneNumberID: name, Scheme: scheme}))
		talk := w.conversation(number)
		w.exec("UPDATE contacts p SET market = 'BR' FROM conversations c WHERE c.id = $1 AND p.id = c.contact_id", talk)
		for _, e := range drawTraffic(t, w, talk, october) {
			w.store(e)
		}
		if rapid.Bool().Draw(t, "billed before") {
			w.drain(5)
		}
		at := instants(october).Draw(t, "quoted for")
		category := rapid.SampledFrom([]string{"marketing", "utility", "authentication"}).Draw(t, "category")
		quote := w.quote(talk, category, at)

		w.drain(5)
		before := w.balance(talk)
		sent := event{id: w.last(), conversation: talk, at: at, kind: "template", category: category, market: "BR"}
		w.store(sent)
		w.status(sent, "delivered", at)
		w.drain(5)
		require.Equal(t, w.balance(talk)-before, quote.AmountMicros)
		require.NotEmpty(t, quote.Rule)
	})
}

// last is a new id that comes after all others, as that of a quoted message does.
func (w *world) last() uuid.UUID { return w.id(0xffffffff) }
