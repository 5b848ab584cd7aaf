package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/workflows/contract"
)

func TestWhatIsLeftOfAWindow(t *testing.T) {
	for seconds, want := range map[int64]string{86400: "in 24h0m", 7980: "in 2h13m", 60: "in 1m", 59: "in 59s", 0: "in 0s"} {
		require.Equal(t, want, closes(&conversation.Window{SecondsLeft: seconds}))
	}
	require.Equal(t, none, closes(nil))
}

func TestANameStaysInItsPlaceWhateverItHas(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Example":                  "Ada Example",
		"Zoë 🙂 例え عادة":                "Zoë 🙂 例え عادة",
		"Ada\x1b[31m\x1b]0;title\a":    "Ada�[31m�]0;title�",
		"Ada\tExample\r\nactive":       "Ada�Example��active",
		"Ada\u202eelpmaxE\u2066\u200f": "Ada�elpmaxE��",
		"Ada\u2028Example\u009b2J":     "Ada�Example�2J",
		strings.Repeat("é", 60):        strings.Repeat("é", 60),
		strings.Repeat("é", 61):        strings.Repeat("é", 59) + "…",
	} {
		phone, bsuid := "+447700900123", "US.1\n2"
		contact := api.Contact{Name: name, Phone: &phone, BSUID: &bsuid}
		require.Equal(t, want+"  +447700900123  US.1�2", contactOf(contact))

		c := api.Conversation{ID: uuid.New(), Contact: contact}
		var list, one bytes.Buffer
		require.NoError(t, printConversations(streams{out: &list}, api.Page[api.Conversation]{Items: []api.Conversation{c}}))
		require.NoError(t, printConversation(streams{out: &one}, c))
		require.Equal(t, 2, strings.Count(list.String(), "\n"), "a line for the head, a line for the conversation")
		for _, out := range []string{list.String(), one.String()} {
			require.Contains(t, out, want)
			require.NotContains(t, out, "\x1b")
		}
	}
}

func TestChargesHaveATotalForEachCurrency(t *testing.T) {
	at, id := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), uuid.MustParse("0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10")
	charge := func(micros int64, currency string, reverses *int64) api.Charge {
		return api.Charge{Scheme: "s", Rule: "R1", Kind: "template", At: &at, ConversationID: &id, AmountMicros: micros, Currency: currency, Reverses: reverses}
	}
	first := int64(1)
	message, market, category := charge(50_000, "USD", nil), "BR", "marketing"
	message.Kind, message.Market, message.Category = "message", &market, &category
	var out bytes.Buffer
	err := printCharges(streams{out: &out}, []api.Charge{charge(400_000, "BRL", nil), charge(-400_000, "BRL", &first),
		charge(600_000, "BRL", nil), message}, nil)
	require.NoError(t, err)
	require.Equal(t, `AT                       SCHEME  RULE  KIND                   MARKET  CATEGORY   AMOUNT     CONVERSATION
2026-11-20 09:00:00 UTC  s       R1    template               –       –          0.40 BRL   0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10
2026-11-20 09:00:00 UTC  s       R1    template (reverses 1)  –       –          -0.40 BRL  0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10
2026-11-20 09:00:00 UTC  s       R1    template               –       –          0.60 BRL   0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10
2026-11-20 09:00:00 UTC  s       R1    message                BR      marketing  0.05 USD   0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10
Total: 1 charge, 0.60 BRL
Total: 1 charge, 0.05 USD
`, out.String())
}

func TestGroupsOfCharges(t *testing.T) {
	var out bytes.Buffer
	two, one := int64(2), int64(1)
	err := printCharges(streams{out: &out}, []api.Charge{
		{Day: "2026-11-20", Rule: "Z4", Charges: &two, AmountMicros: 800_000, Currency: "BRL"},
		{Day: "2026-11-21", Rule: "Z5", Charges: &one, AmountMicros: 600_000, Currency: "BRL"},
	}, []string{"day", "rule"})
	require.NoError(t, err)
	require.Equal(t, `DAY         RULE  CHARGES  AMOUNT
2026-11-20  Z4    2        0.80 BRL
2026-11-21  Z5    1        0.60 BRL
Total: 3 charges, 1.40 BRL
`, out.String())
}

func TestDifferencesAndUnpricedMessagesAreTables(t *testing.T) {
	at, id := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), uuid.MustParse("0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10")
	number := contract.Number{ID: "106540352242922"}
	wamid := "wamid.HBgM"
	var out bytes.Buffer
	require.NoError(t, printDifferences(streams{out: &out}, []api.VerdictDifference{{
		EventID: id, WAMID: &wamid, Number: number, Scheme: "meta-pmp-2026", Market: "BR", DeliveredAt: at, Currency: "USD",
		Verdict: api.VerdictReading{Rule: "P6", Type: "regular", Category: "marketing", AmountMicros: 62_500},
		Own:     api.OwnReading{Rule: "P3", Category: "utility", AmountMicros: 6_800},
	}}))
	require.NoError(t, printUnpriced(streams{out: &out}, []api.UnpricedMessage{{
		EventID: id, ConversationID: id, Number: number, Scheme: "meta-pmp-2026", Card: "meta-usd-2026-10-01", Category: "marketing", At: at,
	}}))
	require.Equal(t, `DELIVERED                NUMBER           MARKET  SCHEME         VERDICT (P6)       CHARGED     OWN         WOULD BE    MESSAGE
2026-11-20 09:00:00 UTC  106540352242922  BR      meta-pmp-2026  regular marketing  0.0625 USD  P3 utility  0.0068 USD  wamid.HBgM
AT                       NUMBER           SCHEME         CARD                 MARKET  CATEGORY   CONVERSATION                          MESSAGE
2026-11-20 09:00:00 UTC  106540352242922  meta-pmp-2026  meta-usd-2026-10-01  –       marketing  0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10  0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10
`, out.String())
}
