package tariff

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
)

const headings = "# scheme: zenvia-conversion\n# currency: USD\n# effective: 2026-01-01\n# source: a page, with commas: and colons\n# read: 2026-11\n# example: true\n"

func cardFiles(files map[string]string) fstest.MapFS {
	set := fstest.MapFS{}
	for name, text := range files {
		set[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return set
}

func TestTheShippedZenviaCardStatesItsPricesAndSource(t *testing.T) {
	cards := shippedCards(t).byScheme["zenvia-conversion"]
	require.Len(t, cards, 1)
	card := cards[0]
	require.Equal(t, "zenvia-conversion-2022", card.ID)
	require.Equal(t, "2022-01-01", card.Effective.String())
	require.Contains(t, card.Source, "Zenvia")
	require.NotEmpty(t, card.Read)
	require.False(t, card.Example)
	customer, ok := card.Price("", "customer_initiated")
	require.True(t, ok)
	require.Equal(t, Money{22_000, "USD"}, customer)
	business, ok := card.Price("", "business_initiated")
	require.True(t, ok)
	require.Equal(t, Money{37_000, "USD"}, business)
}

func TestACardByMarketTellsNoPriceFromZero(t *testing.T) {
	cards, err := LoadCards(cardFiles(map[string]string{
		"a.csv":       "\ufeff" + headings + "market,marketing,service\nBR,62500,\r\nREST_OF_AFRICA,0,5\n# a remark\n",
		"regions.csv": "country,market\nKE,REST_OF_AFRICA\n",
		"README.md":   "not a card",
	}))
	require.NoError(t, err)
	card := cards.byScheme["zenvia-conversion"][0]
	price, ok := card.Price("BR", "marketing")
	require.True(t, ok)
	require.Equal(t, int64(62500), price.AmountMicros)
	_, ok = card.Price("BR", "service")
	require.False(t, ok, "an empty field is no price")
	price, ok = card.Price("REST_OF_AFRICA", "marketing")
	require.True(t, ok, "zero is a price")
	require.Zero(t, price.AmountMicros)
	_, ok = card.Price("MX", "marketing")
	require.False(t, ok)
}

func TestAMalformedCardIsRefusedWithFileLineAndField(t *testing.T) {
	table := "customer_initiated,business_initiated\n22000,37000\n"
	without := func(name string) string { return replaced(headings, "# "+name+": ", "# no"+name+": ") + table }
	for _, c := range []struct{ name, text, want string }{
		{"no scheme", without("scheme"), `rate card x.csv: scheme: the heading line "# scheme: ..." is missing`},
		{"no currency", without("currency"), `rate card x.csv: currency: the heading line "# currency: ..." is missing`},
		{"no date", without("effective"), `rate card x.csv: effective: the heading line "# effective: ..." is missing`},
		{"no source", without("source"), `rate card x.csv: source: the heading line "# source: ..." is missing`},
		{"no day of reading", without("read"), `rate card x.csv: read: the heading line "# read: ..." is missing`},
		{"no word on example", without("example"), `rate card x.csv: example: the heading line "# example: ..." is missing`},
		{"unknown scheme", replaced(headings, "zenvia-conversion", "zenwia") + table, `rate card x.csv:1: scheme: unknown scheme "zenwia"; there are aisensy, b2chat, gupshup, meta-cbp-2024, meta-pmp-2025, meta-pmp-2026, sirena, twilio, zenvia-conversion`},
		{"currency in words", replaced(headings, "USD", "dollars") + table, `rate card x.csv:2: currency: "dollars" is not three capital letters`},
		{"two currencies", replaced(headings, "USD", "USD, BRL") + table, `rate card x.csv:2: currency: "USD, BRL" is not three capital letters`},
		{"currency twice", replaced(headings, "# effective", "# currency: BRL\n# effective") + table, `rate card x.csv:3: currency: is there twice`},
		{"a space for a price", headings + "customer_initiated,business_initiated\n22000, \n", `rate card x.csv:8: business_initiated: " " is not a whole number of micros, zero or more`},
		{"a scheme of the ledger's", replaced(headings, "zenvia-conversion", "meta") + table, `rate card x.csv:1: scheme: unknown scheme "meta" (a business number can be assigned to it, but whichever of Meta's is in force is the scheme); there are aisensy, b2chat, gupshup, meta-cbp-2024, meta-pmp-2025, meta-pmp-2026, sirena, twilio, zenvia-conversion`},
		{"no such date", replaced(headings, "2026-01-01", "2026-02-30") + table, `rate card x.csv:3: effective: "2026-02-30" is not a date like 2026-10-01`},
		{"example maybe", replaced(headings, "true", "maybe") + table, `rate card x.csv:6: example: "maybe" is neither true nor false`},
		{"source empty", replaced(headings, "a page, with commas: and colons", "") + table, `rate card x.csv:4: source: is empty`},
		{"scheme twice", headings + "# scheme: zenvia-conversion\n" + table, `rate card x.csv:7: scheme: is there twice`},
		{"no table", headings, `rate card x.csv: has no table`},
		{"no row", headings + "customer_initiated\n", `rate card x.csv: has no row of prices`},
		{"negative", headings + "customer_initiated,business_initiated\n22000,-1\n", `rate card x.csv:8: business_initiated: "-1" is not a whole number of micros, zero or more`},
		{"a fraction", headings + "customer_initiated,business_initiated\n0.022,37000\n", `rate card x.csv:8: customer_initiated: "0.022" is not a whole number of micros, zero or more`},
		{"too large", headings + "customer_initiated\n9223372036854775808\n", `rate card x.csv:8: customer_initiated: "9223372036854775808" is not a whole number of micros, zero or more`},
		{"a field too few", headings + "customer_initiated,business_initiated\n22000\n", `rate card x.csv:8: wrong number of fields`},
		{"an open quote", headings + "customer_initiated\n\"22000\n", `rate card x.csv:8: extraneous or missing " in quoted-field`},
		{"a second row for everybody", headings + table + "1,2\n", `rate card x.csv:9: customer_initiated: has this row twice (without a market column there is one row)`},
		{"a market twice", headings + "market,marketing\nBR,1\nBR,2\n", `rate card x.csv:9: market: has this row twice (without a market column there is one row)`},
		{"a market in words", headings + "market,marketing\nBrazil,1\n", `rate card x.csv:8: market: "Brazil" is neither a country (BR) nor a group (REST_OF_AFRICA)`},
		{"a column twice", headings + "market,marketing,marketing\nBR,1,2\n", `rate card x.csv:7: marketing: a column needs a name of its own, and market comes first`},
		{"market last", headings + "marketing,market\n1,BR\n", `rate card x.csv:7: market: a column needs a name of its own, and market comes first`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadCards(cardFiles(map[string]string{"x.csv": c.text}))
			require.EqualError(t, err, c.want)
			require.Equal(t, 2, exitCode(err))
		})
	}
}

func replaced(text, old, new string) string {
	before, after, found := strings.Cut(text, old)
	if !found {
		panic("nothing to replace: " + old)
	}
	return before + new + after
}

func TestTwoCardsOfOneSchemeAndCurrencyMayNotShareADate(t *testing.T) {
	card := headings + "customer_initiated,business_initiated\n1,2\n"
	_, err := LoadCards(cardFiles(map[string]string{"a.csv": card, "b.csv": card}))
	require.EqualError(t, err, "rate card b.csv: effective: b of zenvia-conversion in USD has a card from 2026-01-01 already: a")
	require.Equal(t, 2, exitCode(err))

	cards, err := LoadCards(cardFiles(map[string]string{"a.csv": card, "b.csv": replaced(card, "USD", "BRL")}))
	require.NoError(t, err, "another currency may")
	_, err = Rate(zenviaConversion{}, nil, Account{Cards: cards})
	require.EqualError(t, err, "the rate cards of zenvia-conversion are in BRL and in USD; give a set with one currency")
}

func TestASetWithoutCardsIsRefused(t *testing.T) {
	_, err := LoadCards(cardFiles(map[string]string{"README.md": "none here"}))
	require.Error(t, err)
	require.Equal(t, 2, exitCode(err))
	_, err = LoadCardsDir("testdata/no-such-folder")
	require.ErrorContains(t, err, "testdata/no-such-folder is not a folder")
	require.Equal(t, 2, exitCode(err))
}

// A card is in effect from the midnight with which its day begins at the account; before the first card the first holds.
func TestTheCardInEffectFollowsTheAccountsCalendar(t *testing.T) {
	card := func(day, price string) string {
		return replaced(headings, "2026-01-01", day) + "customer_initiated,business_initiated\n" + price + ",9\n"
	}
	cards, err := LoadCards(cardFiles(map[string]string{
		"z-first.csv": card("2026-01-01", "100"), "a-third.csv": card("2026-05-01", "300"), "m-second.csv": card("2026-03-01", "200"),
	}))
	require.NoError(t, err)
	saoPaulo, err := timezone("America/Sao_Paulo") // UTC-3
	require.NoError(t, err)
	for _, c := range []struct {
		at      string
		account *time.Location
		want    string
	}{
		{"1999-01-01T00:00:00Z", nil, "z-first"},
		{"2026-01-01T00:00:00Z", nil, "z-first"},
		{"2026-02-28T23:59:59Z", nil, "z-first"},
		{"2026-03-01T00:00:00Z", nil, "m-second"},
		{"2026-03-01T00:00:01Z", nil, "m-second"},
		{"2026-03-01T02:59:59Z", saoPaulo, "z-first"},
		{"2026-03-01T03:00:00Z", saoPaulo, "m-second"},
		{"2026-04-30T23:59:59.999999999Z", nil, "m-second"},
		{"2031-01-01T00:00:00Z", saoPaulo, "a-third"},
	} {
		e, err := readLine(t, with("2026-03-02T09:00:00Z", c.at))
		require.NoError(t, err)
		rating, err := Rate(zenviaConversion{}, []Event{e}, Account{Zone: c.account, Cards: cards})
		require.NoError(t, err)
		require.Len(t, rating.Charges, 1)
		require.Equal(t, c.want, rating.Charges[0].Card, c.at)
	}
}
