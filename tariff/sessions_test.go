package tariff

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var nine = instant("2026-03-02T09:00:00Z")

// Sirena's help page "Why are Sirena's sessions used?" gives these figures and examples.
func TestSirenasOwnExamples(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []Event
		want   []string
	}{
		{"two templates, the second answered within 24 h: two business charges",
			[]Event{sends("one", "marketing", nine), sends("two", "marketing", nine.Add(3*day)), asks("answer", nine.Add(4*day-time.Second))},
			[]string{"one S2 0.0266 USD", "two S2 0.0266 USD"}},
		{"one template answered after 24 h: one business and one customer charge",
			[]Event{sends("one", "marketing", nine), asks("answer", nine.Add(day+time.Hour))},
			[]string{"one S2 0.0266 USD", "answer S3 0.01 USD"}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, charged(t, "sirena", Account{}, c.events...)) })
	}
}

// The files that the README rates.
func TestSirenasOwnExamplesAsFiles(t *testing.T) {
	for file, want := range map[string]string{"two-templates.jsonl": "USD 0.0532", "template-answered-late.jsonl": "USD 0.0366"} {
		read, err := readAll(fileOf(t, "testdata/"+file))
		require.NoError(t, err)
		rating, err := rate(sirena{}, newTraffic(read), Account{Cards: shippedCards(t)})
		require.NoError(t, err)
		require.Len(t, rating.Charges, 2)
		require.Empty(t, rating.Problems)
		require.Equal(t, want, totalOf(t, sirena{}, rating.Charges))
		require.Contains(t, string(scenario(t, "README.md")), "**"+want+"**")
	}
}

// Zenvia's help page "Why are Zenvia Conversion's sessions used?" gives these figures.
func TestZenviasOwnFigures(t *testing.T) {
	require.Equal(t, []string{"asks Z4 0.022 USD"}, charged(t, "zenvia-conversion", Account{}, asks("asks", nine)))
	require.Equal(t, []string{"offer Z6 0.037 USD"}, charged(t, "zenvia-conversion", Account{}, sends("offer", "marketing", nine)))
}

// The pages of the other two give no figures; their shipped cards say that they are examples.
func TestCardsWithMadeUpFiguresSaySo(t *testing.T) {
	for scheme, cards := range shippedCards(t).byScheme {
		for _, c := range cards {
			require.Equal(t, scheme == "b2chat" || scheme == "aisensy", c.Example, c.ID)
		}
	}
	require.Equal(t, []string{"offer B1 0.05 USD"}, charged(t, "b2chat", Account{}, sends("offer", "marketing", nine)))
	require.Equal(t, []string{"asks A3 0.25 INR", "answer A3 0.10 INR", "offer A2 0.88 INR"}, charged(t, "aisensy", Account{Cards: incomingCosts(t)},
		asks("asks", nine), answers("answer", nine.Add(1)), sends("offer", "marketing", nine.Add(2))))
}

// incomingCosts is a card of AiSensy's on which messages that come in cost something as well (A3).
func incomingCosts(t *testing.T) *Cards {
	card := replaced(replaced(headings, "zenvia-conversion", "aisensy"), "USD", "INR") + "template,session_out,session_in\n880000,100000,250000\n"
	cards, err := LoadCards(cardFiles(map[string]string{"a.csv": card}))
	require.NoError(t, err)
	return cards
}

func TestSirenaEdgesOneSecondEitherSideOf24Hours(t *testing.T) {
	for _, opener := range []Event{asks("first", nine), sends("first", "marketing", nine)} {
		for after, outside := range map[time.Duration]bool{day - time.Second: false, day - 1: false, day: true, day + time.Second: true} {
			got := charged(t, "sirena", Account{}, opener, asks("next", nine.Add(after)))
			require.Equal(t, outside, len(got) == 2, "%v %v", opener.Type, after)
		}
	}
	for after, outside := range map[time.Duration]bool{day - time.Second: false, day: true} { // since what extended it last
		for _, extends := range []Event{asks("second", nine.Add(23*time.Hour)), sends("second", "marketing", nine.Add(23*time.Hour))} {
			got := charged(t, "sirena", Account{}, asks("first", nine), extends, asks("next", extends.At.Add(after)))
			last := got[len(got)-1] == "next S3 0.01 USD"
			require.Equal(t, outside, last, "%v %v", extends.Type, after)
		}
	}
}

func TestAisensyEdgesOneSecondEitherSideOf24Hours(t *testing.T) {
	for after, inside := range map[time.Duration]bool{-time.Second: false, 0: true, time.Second: true, day - time.Second: true, day: false, day + time.Second: false} {
		got := charged(t, "aisensy", Account{}, asks("asks", nine), answers("answer", nine.Add(after)))
		require.Equal(t, inside, len(got) == 1, after)
	}
}

// 24 h are 24 h also where clocks change: in Berlin the night of 28 March 2026 has an hour less, that of 24 October one more.
func TestSessionsAndWindowsDoNotFollowTheClock(t *testing.T) {
	berlin := zoneOf(t, "Europe/Berlin")
	for _, evening := range []time.Time{time.Date(2026, 3, 28, 20, 0, 0, 0, berlin), time.Date(2026, 10, 24, 20, 0, 0, 0, berlin)} {
		for _, scheme := range []string{"zenvia-conversion", "sirena"} {
			require.Len(t, charged(t, scheme, Account{Zone: berlin}, asks("a", evening), asks("b", evening.Add(day-time.Second))), 1)
			require.Len(t, charged(t, scheme, Account{Zone: berlin}, asks("a", evening), asks("b", evening.Add(day))), 2)
		}
	}
}
