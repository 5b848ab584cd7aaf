package tariff

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	october = instant("2026-10-05T10:00:00Z") // the tariff of 2026 is in force
	august  = instant("2026-08-03T10:00:00Z") // that of 2025
	march   = instant("2025-03-03T10:00:00Z") // conversations
)

func TestUtilityIsFreeIfItArrivesInsideTheWindow(t *testing.T) {
	for after, free := range map[time.Duration]bool{-time.Second: false, 0: true, time.Second: true, day - time.Second: true, day: false, day + time.Second: false} {
		got := charged(t, "meta-pmp-2025", Account{}, asks("asks", august), sends("receipt", "utility", august.Add(-time.Hour)), arrives("receipt", august.Add(after)))
		if free {
			require.Empty(t, got, after)
		} else {
			require.Equal(t, []string{"receipt P3 0.0068 USD"}, got, after)
		}
	}
}

func TestAnEntryPointMustBeAnsweredWithin24Hours(t *testing.T) {
	for after, free := range map[time.Duration]bool{-time.Second: false, 0: true, day - time.Second: true, day: false, day + time.Second: false} {
		at := october.Add(after)
		got := charged(t, "meta-pmp-2026", Account{EntryPoint: DefaultEntryPoint}, asks("clicks", october, byAd), sends("offer", "marketing", at), arrives("offer", at.Add(2*day)))
		require.Equal(t, free, len(got) == 0, after)
	}
}

// A period runs from the answer for the configured hours; 0 makes the answer free and nothing else.
func TestAnEntryPointLastsTheConfiguredHours(t *testing.T) {
	answer := october.Add(time.Hour)
	for _, hours := range []time.Duration{0, 1, 72, 168} {
		length := hours * time.Hour
		for _, c := range []struct {
			sent time.Duration
			free bool
		}{{-time.Second, false}, {0, length > 0}, {length - time.Second, length > 0}, {length - 1, length > 0}, {length, false}, {length + time.Second, false}} {
			at := answer.Add(c.sent)
			got := charged(t, "meta-pmp-2026", Account{EntryPoint: length},
				asks("clicks", october, byAd), sends("a-answer", "utility", answer), arrives("a-answer", answer.Add(time.Minute)),
				// It arrives elsewhere: only its own time matters. One sent before the answer would be the answer.
				sends("b-offer", "marketing", at, func(e *Event) {
					if at.Before(answer) {
						e.At = october.Add(-time.Second)
					}
				}), arrives("b-offer", answer.Add(length/2)))
			require.Equal(t, c.free, len(got) == 0, "%v %v %v", hours, c.sent, got)
			require.False(t, slices.Contains(got, "a-answer P3 0.0068 USD"))
		}
	}
}

func TestAStatedEndOfAnEntryPointWins(t *testing.T) {
	answer := october.Add(time.Hour)
	for _, c := range []struct {
		name        string
		end, sent   time.Duration // after the answer
		free, until bool
	}{
		{"before the answer: no period", -time.Second, time.Second, false, true},
		{"at the answer: no period", 0, time.Second, false, true},
		{"after it: its last second", time.Hour, time.Hour - time.Second, true, true},
		{"after it: at it", time.Hour, time.Hour, false, true},
		{"after it: a second later", time.Hour, time.Hour + time.Second, false, true},
		{"later than the configured one", 100 * time.Hour, 100*time.Hour - time.Second, true, true},
		{"later than the configured one: at it", 100 * time.Hour, 100 * time.Hour, false, true},
		{"none stated", 0, 72*time.Hour - time.Second, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			arrival := arrives("a-answer", answer.Add(time.Minute))
			if c.until {
				arrival.EntryPointUntil = answer.Add(c.end)
			}
			later := arrives("a-answer", answer.Add(2*time.Minute), until(answer.Add(200*time.Hour))) // not the first to state one
			events := []Event{asks("clicks", october, byAd), sends("a-answer", "marketing", answer), arrival,
				sends("b-offer", "marketing", answer.Add(c.sent)), arrives("b-offer", answer.Add(c.sent+time.Second))}
			if c.until {
				events = append(events, later)
			}
			got := charged(t, "meta-pmp-2026", Account{EntryPoint: DefaultEntryPoint}, events...)
			require.Equal(t, c.free, len(got) == 0, got)
			require.NotContains(t, got, "a-answer P2 0.0625 USD", "the answer is free with a period and without")
		})
	}
}

// Where no length is configured an end that the provider states still is one.
func TestAStatedEndNeedsNoConfiguredHours(t *testing.T) {
	answer := october.Add(time.Hour)
	require.Equal(t, []string{"c-offer P2 0.0625 USD"}, charged(t, "meta-pmp-2026", Account{},
		asks("clicks", october, byAd), answers("a-answer", answer), arrives("a-answer", answer, until(answer.Add(time.Hour))),
		sends("b-offer", "marketing", answer.Add(time.Hour-time.Second)), arrives("b-offer", answer.Add(2*time.Hour)),
		sends("c-offer", "marketing", answer.Add(time.Hour)), arrives("c-offer", answer.Add(2*time.Hour))))
}

// thousand is n answers delivered a second apart from an instant on, every one in a conversation of its own.
func thousand(n int, number string, from time.Time) (events []Event) {
	for i := range n {
		id := fmt.Sprintf("%s-%04d", number, i)
		at := from.Add(time.Duration(i) * time.Second)
		e := answers(id, at.Add(-time.Second), inConversation(id))
		e.Number = number
		events = append(events, e, arrives(id, at))
	}
	return events
}

func TestTheThousandAndFirstAnswerOfAMonthIsCharged(t *testing.T) {
	for n, want := range map[int][]string{999: {}, 1000: {}, 1001: {"shop-1000 P4 0.0068 USD"}, 1002: {"shop-1000 P4 0.0068 USD", "shop-1001 P4 0.0068 USD"}} {
		require.Equal(t, want, charged(t, "meta-pmp-2026", Account{}, thousand(n, "shop", october)...), n)
	}
	require.Empty(t, charged(t, "meta-pmp-2026", Account{}, append(thousand(1000, "shop", october), thousand(1000, "branch", october)...)...), "each number has its own")
	require.Empty(t, charged(t, "meta-pmp-2025", Account{}, thousand(1001, "shop", october)...))
}

// An answer counts for the month in which it arrives by the account's calendar, whenever it was sent.
func TestTheCountBeginsAgainAtTheAccountsMidnight(t *testing.T) {
	for zone, start := range map[string]string{
		"UTC":               "2026-11-01T00:00:00Z",
		"America/Sao_Paulo": "2026-11-01T03:00:00Z",
		"Europe/Berlin":     "2026-10-31T23:00:00Z", // winter time: a week before it was 22:00
		"Asia/Kolkata":      "2026-10-31T18:30:00Z",
	} {
		t.Run(zone, func(t *testing.T) {
			for after, want := range map[time.Duration][]string{
				-time.Second: {"last P4 0.0068 USD"}, -1: {"last P4 0.0068 USD"}, 0: {}, time.Second: {},
			} {
				at := instant(start).Add(after)
				events := append(thousand(1000, "shop", october), answers("last", instant(start).Add(-time.Hour)), arrives("last", at))
				require.Equal(t, want, charged(t, "meta-pmp-2026", Account{Zone: zoneOf(t, zone)}, events...), after)
			}
		})
	}
}

// At one instant the id decides, by bytes.
func TestAnswersThatArriveTogetherTakeTheirPlacesById(t *testing.T) {
	events := thousand(999, "shop", october)
	at := october.Add(time.Hour)
	for _, id := range []string{"é", "b", "a", "B"} { // by bytes B, a, b, é
		events = append(events, answers(id, at.Add(-time.Minute)), arrives(id, at))
	}
	require.Equal(t, []string{"a P4 0.0068 USD", "b P4 0.0068 USD", "é P4 0.0068 USD"}, charged(t, "meta-pmp-2026", Account{}, events...))
}

// Places are taken in order of delivery; who wrote when does not matter.
func TestAnAnswerSentFirstAndDeliveredLastTakesTheLastPlace(t *testing.T) {
	events := append(thousand(1000, "shop", october), answers("slow", october.Add(-day)), arrives("slow", october.Add(day)))
	require.Equal(t, []string{"slow P4 0.0068 USD"}, charged(t, "meta-pmp-2026", Account{}, events...))
}

// A verdict counts if the scheme was in force when the message arrived, on the account's calendar.
func TestAVerdictIsReadFromTheAccountsMidnightOn(t *testing.T) {
	saoPaulo := zoneOf(t, "America/Sao_Paulo")
	for _, c := range []struct {
		scheme string
		zone   *time.Location
		at     string
		read   bool
	}{
		{"meta-pmp-2025", nil, "2025-06-30T23:59:59Z", false},
		{"meta-pmp-2025", nil, "2025-07-01T00:00:00Z", true},
		{"meta-pmp-2025", nil, "2026-09-30T23:59:59Z", true},
		{"meta-pmp-2025", nil, "2026-10-01T00:00:00Z", false},
		{"meta-pmp-2026", nil, "2026-09-30T23:59:59Z", false},
		{"meta-pmp-2026", nil, "2026-10-01T00:00:00Z", true},
		{"meta-pmp-2025", saoPaulo, "2025-07-01T02:59:59Z", false},
		{"meta-pmp-2025", saoPaulo, "2025-07-01T03:00:00Z", true},
		{"meta-pmp-2025", saoPaulo, "2026-10-01T02:59:59Z", true},
		{"meta-pmp-2026", saoPaulo, "2026-10-01T02:59:59Z", false},
		{"meta-pmp-2026", saoPaulo, "2026-10-01T03:00:00Z", true},
		{"meta-cbp-2024", nil, "2025-03-01T00:00:00Z", false},
	} {
		at := instant(c.at)
		got := charged(t, c.scheme, Account{Zone: c.zone}, sends("offer", "marketing", at.Add(-time.Hour)), arrives("offer", at, verdict(FreeCustomerService, "marketing")))
		require.Equal(t, c.read, len(got) == 0, "%s %s %v", c.scheme, c.at, c.zone)
	}
}

// twoCards is two cards of a scheme by market: 1 micro until a day, 2 from it on.
func twoCards(t *testing.T, scheme, day string) *Cards {
	card := func(day, price string) string {
		return replaced(replaced(headings, "zenvia-conversion", scheme), "2026-01-01", day) + "market,marketing\nBR," + price + "\n"
	}
	cards, err := LoadCards(cardFiles(map[string]string{"old.csv": card("2020-01-01", "1"), "new.csv": card(day, "2")}))
	require.NoError(t, err)
	return cards
}

// Meta's prices change at the account's midnight, and what counts is the delivery.
func TestPricesChangeAtTheAccountsMidnight(t *testing.T) {
	for _, scheme := range []string{"meta-pmp-2025", "meta-pmp-2026", "meta-cbp-2024"} {
		for zone, start := range map[string]string{"UTC": "2026-05-01T00:00:00Z", "America/Sao_Paulo": "2026-05-01T03:00:00Z", "Europe/Berlin": "2026-04-30T22:00:00Z"} {
			for after, want := range map[time.Duration]string{-time.Second: "0.000001 USD", -1: "0.000001 USD", 0: "0.000002 USD", time.Second: "0.000002 USD"} {
				a := Account{Zone: zoneOf(t, zone), Cards: twoCards(t, scheme, "2026-05-01")}
				got := charged(t, scheme, a, sends("offer", "marketing", instant(start).Add(-time.Hour)), arrives("offer", instant(start).Add(after)))
				require.Len(t, got, 1)
				require.Contains(t, got[0], want, "%s %s %v", scheme, zone, after)
			}
		}
	}
}

// A month that has been posted keeps its prices; what they lack is found among the newest.
func TestAMonthsPinnedPricesHold(t *testing.T) {
	pinned := twoCards(t, "meta-pmp-2026", "2026-10-20") // marketing in Brazil
	a := Account{Cards: shippedCards(t), Pinned: map[Month][]*Cards{{2026, time.October}: {pinned}}, Zone: zoneOf(t, "America/Sao_Paulo")}
	offer := func(id, category string, at string) []Event {
		return []Event{sends(id, category, instant(at).Add(-time.Minute)), arrives(id, instant(at))}
	}
	require.Equal(t, []string{"a P2 0.0625 USD", "b P2 0.000001 USD", "c P2 0.0068 USD", "d P2 0.000002 USD", "e P2 0.000002 USD", "f P2 0.0625 USD"},
		charged(t, "meta-pmp-2026", a, slices.Concat(
			offer("a", "marketing", "2026-10-01T02:59:59Z"), // still September in São Paulo
			offer("b", "marketing", "2026-10-01T03:00:00Z"),
			offer("c", "authentication", "2026-10-02T10:00:00Z"), // which the pinned card does not price
			offer("d", "marketing", "2026-10-20T03:00:00Z"),
			offer("e", "marketing", "2026-11-01T02:59:59Z"),
			offer("f", "marketing", "2026-11-01T03:00:00Z"))...))

	rating, err := Rate(metaPMP2026, slices.Concat(offer("b", "marketing", "2026-10-02T10:00:00Z"), offer("c", "authentication", "2026-10-02T11:00:00Z")), a)
	require.NoError(t, err)
	require.Same(t, pinned, rating.Charges[0].PricedBy())
	require.Same(t, a.Cards, rating.Charges[1].PricedBy())
}

func TestAConversationLasts24HoursFromItsDelivery(t *testing.T) {
	for after, inside := range map[time.Duration]bool{time.Second: true, day - time.Second: true, day: false, day + time.Second: false} {
		got := charged(t, "meta-cbp-2024", Account{},
			sends("a", "marketing", march.Add(-10*time.Hour)), arrives("a", march), sends("b", "marketing", march.Add(-20*time.Hour)), arrives("b", march.Add(after)))
		require.Equal(t, inside, len(got) == 1, after)
	}
	require.Equal(t, []string{"a C1 0.0625 USD"}, charged(t, "meta-cbp-2024", Account{},
		sends("b", "marketing", march.Add(-time.Hour)), arrives("b", march), sends("a", "marketing", march.Add(-time.Second)), arrives("a", march)), "at one instant the id decides")
}

// An entry point of the conversation-based tariff runs from the answer's delivery, and what is delivered counts.
func TestAnEntryPointOfTheConversationTariffRunsFromTheDelivery(t *testing.T) {
	for _, hours := range []time.Duration{1, 72, 168} {
		length := hours * time.Hour
		for after, free := range map[time.Duration]bool{-time.Second: false, 0: true, time.Second: true, length - time.Second: true, length: false, length + time.Second: false} {
			got := charged(t, "meta-cbp-2024", Account{EntryPoint: length}, sends("offer", "marketing", march.Add(-2*time.Hour)), asks("clicks", march.Add(-time.Hour), byAd),
				answers("answer", march.Add(-time.Minute)), arrives("answer", march), arrives("offer", march.Add(after)))
			require.Equal(t, free, len(got) == 0, "%v %v", hours, after)
		}
	}
}

func TestAFeeIsInTheCurrencyOfTheBaseAndNeedsItsCards(t *testing.T) {
	card := replaced(replaced(headings, "zenvia-conversion", "meta-pmp-2026"), "USD", "BRL") + "market,marketing\nBR,7\n"
	cards, err := LoadCards(cardFiles(map[string]string{"real.csv": card}))
	require.NoError(t, err)
	events := []Event{asks("asks", october), sends("offer", "marketing", october.Add(time.Minute)), arrives("offer", october.Add(time.Hour))}
	require.Equal(t, []string{"asks M1 0.005 BRL", "offer M1 0.005 BRL", "offer P2 0.000007 BRL"}, charged(t, "twilio", Account{Cards: cards}, events...))

	pinned := Account{Cards: shippedCards(t), Pinned: map[Month][]*Cards{{2026, time.October}: {cards}}}
	require.Equal(t, []string{"asks M1 0.005 BRL", "offer M1 0.005 BRL", "offer P2 0.000007 BRL"}, charged(t, "twilio", pinned, events...), "a month that is posted keeps it")

	rating, err := Rate(twilio, events, Account{Cards: &Cards{}})
	require.NoError(t, err)
	require.Empty(t, rating.Charges)
	require.Len(t, rating.Missing, 3)
	require.EqualError(t, rating.Err(), `there is no rate card for twilio (fee), needed for event "asks"; 3 messages in all are without a price`)
}
