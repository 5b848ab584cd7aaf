package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
	"reengage/ledger/invoice"
	"reengage/tariff"
)

// A template that is delivered and a free-form message that answers nobody.
const compared = `{"id":"e1","at":"2026-11-20T09:00:00Z","type":"template","conversation":"c","number":"n","category":"marketing","market":"BR"}
{"id":"e2","at":"2026-11-20T09:00:01Z","type":"delivered","message":"e1"}
{"id":"e3","at":"2026-11-20T09:01:00Z","type":"inbound","conversation":"c","number":"n"}
`

func TestCompareAFileNeedsNoGateway(t *testing.T) {
	s := newStack(t)
	r := s.runWith(compared, "compare", "--schemes", "twilio,sirena,b2chat", "-")
	require.Equal(t, 0, r.code, r.err)
	require.Equal(t, `SCHEME  CHARGES  TOTAL       WITHOUT A PRICE
twilio  3        0.0725 USD  0
sirena  1        0.0266 USD  0
b2chat  1        0.05 USD    0

SCHEME  RULE  CHARGES  AMOUNT      SHARE
twilio  M1    2        0.01 USD    13.79 %
twilio  P2    1        0.0625 USD  86.21 %
sirena  S2    1        0.0266 USD  100.00 %
b2chat  B1    1        0.05 USD    100.00 %
`, r.out)

	file := filepath.Join(t.TempDir(), "events.jsonl")
	require.NoError(t, os.WriteFile(file, []byte(compared), 0o600))
	r = s.run("compare", "--schemes", "sirena,twilio", "--json", file)
	require.Equal(t, 0, r.code, r.err)
	var page api.Page[tariff.SchemeTotal]
	require.NoError(t, json.Unmarshal([]byte(r.out), &page))
	require.Equal(t, "sirena", page.Items[0].Scheme)
	require.EqualValues(t, 72_500, page.Items[1].Currencies[0].AmountMicros)

	// Without a market there is no price: counted, said, and an error.
	r = s.runWith(strings.Replace(compared, `,"market":"BR"`, "", 1), "compare", "--schemes", "meta-pmp-2026,sirena", "-")
	require.Equal(t, 1, r.code)
	require.Regexp(t, `(?m)^meta-pmp-2026  0 +– +1$`, r.out)
	require.Regexp(t, `(?m)^sirena +1 +0.0266 USD +0$`, r.out)
	require.Contains(t, r.err, "rate card meta-usd-2026-10-01 has no price for marketing without a market")
}

func TestCompareWhatIsStored(t *testing.T) {
	s := running(t)
	require.Equal(t, 0, s.run("inbound", "--phone", "447700900123", "--id", "m-1").code)
	r := s.run("compare", "--schemes", "zenvia-conversion,aisensy")
	require.Equal(t, 0, r.code, r.err)
	require.Regexp(t, `(?m)^zenvia-conversion +1 +0.022 USD +0$`, r.out)
	require.Regexp(t, `(?m)^zenvia-conversion +Z4 +1 +0.022 USD +100.00 %$`, r.out)
	require.Regexp(t, `(?m)^aisensy +0 +– +0$`, r.out)
	r = s.run("compare", "--schemes", "zenvia-conversion", "--from", "2026-01-02", "--to", "2026-01-01")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, "invalid_period")
}

func TestAnInvoiceFromTheCommandLine(t *testing.T) {
	s := running(t)
	require.Equal(t, 0, s.run("conversation-id", "--phone", "447700900123").code)
	file := filepath.Join(t.TempDir(), "invoice.csv")
	write := func(lines string) {
		require.NoError(t, os.WriteFile(file, []byte("day,market,category,type,messages,amount,currency\n"+lines), 0o600))
	}
	write("")
	r := s.run("charges", "invoice", file)
	require.Equal(t, 0, r.code, r.err)
	require.Contains(t, r.out, "No differences.")

	write("2026-11-20,BR,marketing,regular,2,0.125,USD\n")
	r = s.run("charges", "invoice", file)
	require.Equal(t, 1, r.code)
	require.Equal(t, "starter: the invoice differs from what was computed in 1 way that nothing explains\n", r.err)
	require.Regexp(t, `(?m)^2026-11-20 +– +BR +marketing +regular +2: 0.125 USD +– +– +2: 0.125 USD$`, r.out)
	r = s.run("charges", "invoice", "--json", file)
	require.Equal(t, 1, r.code)
	var result api.InvoiceComparison
	require.NoError(t, json.Unmarshal([]byte(r.out), &result))
	require.Equal(t, 1, result.Unexplained)
	require.Equal(t, 0, s.run("charges", "invoice", "--from", "2026-11-21", "--to", "2026-11-22", file).code)

	for _, group := range []string{"contact", "day,market"} {
		require.Equal(t, result0("No charges in this period.\n"), s.run("charges", "--group-by", group))
	}
	require.Equal(t, result0("No differences in this period.\n"), s.run("charges", "--differences"))
	require.Equal(t, result0("No messages without a price in this period.\n"), s.run("charges", "--unpriced"))
	r = s.run("charges", "--number", "1")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, "unknown_number")
}

func result0(out string) result { return result{0, out, ""} }

func TestWhatExplainsADifferenceIsSaid(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printInvoice(streams{out: &out}, api.InvoiceComparison{From: "2026-11-01", To: "2026-12-01", Lines: 2, SkippedLines: 1, Unpriced: 2, Verdicts: 1,
		Result: invoice.Result{Differences: []invoice.Difference{{
			Key:      invoice.Key{Day: "2026-11-20", Number: "106540352242922", Market: "BR", Category: "marketing", Type: "regular", Currency: "USD"},
			Invoiced: invoice.Count{Messages: 3, AmountMicros: 30}, Computed: invoice.Count{Messages: 2, AmountMicros: 20},
			Unpriced: 2, Verdicts: -1, Explained: invoice.Count{Messages: 1, AmountMicros: 10},
		}}}}))
	require.Equal(t, `2026-11-01 to 2026-12-01 (not in it): 2 lines compared, 1 line left out.
2 messages of the period without a price, 1 message with a verdict other than our own reading.
DAY         NUMBER           MARKET  CATEGORY   TYPE     INVOICED        COMPUTED        EXPLAINED                                          NOT EXPLAINED
2026-11-20  106540352242922  BR      marketing  regular  3: 0.00003 USD  2: 0.00002 USD  1: 0.00001 USD (2 without a price, -1 by verdict)  –
`, out.String())
}
