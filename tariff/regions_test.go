package tariff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const marketCard = "market,marketing,utility,authentication,authentication_international,service\n" +
	"BR,62500,6800,6800,,6800\nIN,11800,1400,1400,30400,\nRU,80200,40000,42900,,\nREST_OF_AFRICA,22500,4000,,,4000\n"

// marketCards is that card for the tariff of 2026, with regions.
func marketCards(t require.TestingT, regions string) *Cards {
	files := map[string]string{"card.csv": replaced(headings, "zenvia-conversion", "meta-pmp-2026") + marketCard}
	if regions != "" {
		files["regions.csv"] = regions
	}
	cards, err := LoadCards(cardFiles(files))
	require.NoError(t, err)
	return cards
}

func TestMalformedRegionsAreRefusedWithLineAndField(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", `rate card regions.csv: its columns are country and market`},
		{"remarks only", "# nothing\n", `rate card regions.csv: its columns are country and market`},
		{"other columns", "market,country\nREST_OF_AFRICA,KE\n", `rate card regions.csv: its columns are country and market`},
		{"a country in words", "country,market\nKenya,REST_OF_AFRICA\n", `rate card regions.csv:2: country: "Kenya" is not a country (BR)`},
		{"a country in small letters", "country,market\nKE,REST_OF_AFRICA\nna,REST_OF_AFRICA\n", `rate card regions.csv:3: country: "na" is not a country (BR)`},
		{"no group", "country,market\nKE,\n", `rate card regions.csv:2: market: "" is neither a country (BR) nor a group (REST_OF_AFRICA)`},
		{"a group in words", "country,market\nKE,Rest of Africa\n", `rate card regions.csv:2: market: "Rest of Africa" is neither a country (BR) nor a group (REST_OF_AFRICA)`},
		{"a country twice", "# a remark\ncountry,market\nKE,REST_OF_AFRICA\nKE,OTHER\n", `rate card regions.csv:4: country: "KE" has a market already: REST_OF_AFRICA`},
		{"a field too many", "country,market\nKE,REST_OF_AFRICA,1\n", `rate card regions.csv:2: wrong number of fields`},
		{"an open quote", "country,market\n\"KE,REST_OF_AFRICA\n", `rate card regions.csv:2: extraneous or missing " in quoted-field`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadCards(cardFiles(map[string]string{"regions.csv": c.text, "card.csv": headings + "customer_initiated\n1\n"}))
			require.EqualError(t, err, c.want)
			require.Equal(t, 2, exitCode(err))
		})
	}
}

func TestAMarketIsItsOwnRowElseItsGroupsElseOther(t *testing.T) {
	cards := marketCards(t, "\ufeffcountry,market\nKE,REST_OF_AFRICA\nKZ,RU\nBR,REST_OF_AFRICA\nPT,REST_OF_EUROPE\n")
	card := cards.byScheme["meta-pmp-2026"][0]
	for market, row := range map[string]string{
		"BR": "BR", "KE": "REST_OF_AFRICA", "KZ": "RU", "FJ": "OTHER", "PT": "REST_OF_EUROPE",
		"REST_OF_AFRICA": "REST_OF_AFRICA", "REST_OF_MARS": "REST_OF_MARS", "": "", "br": "br", "BRA": "BRA",
	} {
		require.Equal(t, row, cards.row(card, market), market)
	}
	require.Equal(t, "OTHER", marketCards(t, "").row(card, "KE"), "without regions.csv")
}

// The error says which card, market and category lack a price.
func TestAMessageWithoutAPriceNamesCardMarketAndCategory(t *testing.T) {
	cards := marketCards(t, "country,market\nKE,REST_OF_AFRICA\nPT,REST_OF_EUROPE\n")
	for _, c := range []struct{ market, category, want string }{
		{"FJ", "marketing", `rate card card has no price for marketing in market OTHER, needed for event "offer"`},
		{"PT", "marketing", `rate card card has no price for marketing in market REST_OF_EUROPE, needed for event "offer"`},
		{"REST_OF_MARS", "marketing", `rate card card has no price for marketing in market REST_OF_MARS, needed for event "offer"`},
		{"", "marketing", `rate card card has no price for marketing without a market, and the message names none, needed for event "offer"`},
		{"KE", "authentication", `rate card card has no price for authentication in market REST_OF_AFRICA, needed for event "offer"`},
		{"KE", "authentication_international", `rate card card has no price for authentication_international in market REST_OF_AFRICA, needed for event "offer"`},
		{"BR", "carousel", `rate card card has no price for carousel in market BR, needed for event "offer"`},
		{"BR", "carousel_lite", `rate card card has no price for carousel_lite in market BR, needed for event "offer"`},
	} {
		rating, err := Rate(metaPMP2026, []Event{sends("offer", c.category, october, market(c.market)), arrives("offer", october)}, Account{Cards: cards})
		require.NoError(t, err)
		require.EqualError(t, rating.Err(), c.want)
		require.Equal(t, 1, exitCode(rating.Err()))
		require.Empty(t, rating.Charges)
	}
}

func TestACategoryOfSeveralWordsHasItsOwnPriceElseThatOfItsFirstWord(t *testing.T) {
	a := Account{Cards: marketCards(t, "")}
	for _, c := range []struct{ market, category, want string }{
		{"IN", "authentication_international", "offer P2 0.0304 USD"},
		{"BR", "authentication_international", "offer P2 0.0068 USD"}, // the column is there, its field is empty
		{"IN", "authentication_domestic", "offer P2 0.0014 USD"},
		{"BR", "marketing_lite_and_more", "offer P2 0.0625 USD"},
		{"BR", "utility_notice", "offer P3 0.0068 USD"},
	} {
		require.Equal(t, []string{c.want}, charged(t, "meta-pmp-2026", a, sends("offer", c.category, october, market(c.market)), arrives("offer", october)))
	}
}

// What is free needs no price; where one is due an empty service column is none, whatever utility costs.
func TestOnlyWhatIsChargedNeedsAPrice(t *testing.T) {
	a := Account{Cards: marketCards(t, "")}
	events := []Event{answers("answer", october, market("")), arrives("answer", october)}
	require.Empty(t, charged(t, "meta-pmp-2026", a, events...))
	draft := prepared(t, metaPMP2026, []Event{answers("answer", october, market("IN")), arrives("answer", october)}, a)
	rating := draft.Decide(func(string, Month) (Position, bool) { return Position{}, true })
	require.EqualError(t, rating.Err(), `rate card card has no price for service in market IN, needed for event "answer"`)
}

// A verdict is listed with the currency of the card also where no price is found.
func TestADifferenceWithoutAPriceStillHasItsCurrency(t *testing.T) {
	events := []Event{sends("cart", "utility", october, market("REST_OF_MARS")), arrives("cart", october, verdict(Regular, "marketing"))}
	rating, err := Rate(metaPMP2026, events, Account{Cards: marketCards(t, "")})
	require.NoError(t, err)
	require.Len(t, rating.Missing, 1)
	require.Len(t, rating.Differences, 1)
	require.Equal(t, "USD", rating.Differences[0].Currency)
	require.Equal(t, "REST_OF_MARS", rating.Differences[0].Market)
}
