package whatsapp

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// go test ./whatsapp -run TestEverySituation -update rewrites testdata/parsed.
var update = flag.Bool("update", false, "rewrite the golden files")

// TestEverySituation reads each body of testdata/webhooks, one situation each,
// and compares what was understood with the text of the same name in
// testdata/parsed, which is meant to be read by people.
func TestEverySituation(t *testing.T) {
	bodies, err := filepath.Glob("testdata/webhooks/*.json")
	require.NoError(t, err)
	require.Greater(t, len(bodies), 60)
	for _, file := range bodies {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			got := render(Parse(body))
			golden := filepath.Join("testdata", "parsed", name+".txt")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
	parsed, err := filepath.Glob("testdata/parsed/*.txt")
	require.NoError(t, err)
	require.Len(t, parsed, len(bodies), "a golden file without its body")
}

func TestAThousandUpdatesKeepTheirOrderAndTheirNeighbours(t *testing.T) {
	parsed := Parse(thousand())
	require.Empty(t, parsed.Problems)
	require.Len(t, parsed.Updates, 1000)
	for i, u := range parsed.Updates {
		require.Equal(t, fmt.Sprintf("wamid.TEST%d", i), u.Content.(*Message).ID)
	}
}

func TestAProblemQuotesNothingOfTheBody(t *testing.T) {
	parsed := Parse([]byte(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[
		{"field":"messages","value":{"metadata":{"phone_number_id":"2"},"messages":[
			{"id":"wamid.SECRET","from":"SECRET","timestamp":"SECRET","type":"text","text":{"body":"SECRET"}}]}},
		{"field":"SECRET","value":"SECRET"}]}]}`))
	require.Len(t, parsed.Problems, 2)
	require.NotContains(t, fmt.Sprint(parsed.Problems), "SECRET")
}

func TestAMillionProblemsAreCountedButNotKept(t *testing.T) {
	body := `{"object":"whatsapp_business_account","entry":[1` + strings.Repeat(",1", 1_000_000) + `]}`
	parsed := Parse([]byte(body))
	require.Len(t, parsed.Problems, maxProblems)
	require.Equal(t, 1_000_001-maxProblems, parsed.MoreProblems)
}

func TestNestingBeyondWhatJSONReadersAcceptLosesOnlyItsItem(t *testing.T) {
	good := `{"id":"wamid.TEST1","from":"447700900101","timestamp":"1790000000","type":"text","text":{"body":"x"}}`
	deep := `{"id":"wamid.TEST2","x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`
	body := `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",
		"value":{"metadata":{"phone_number_id":"2"},"messages":[` + good + "," + deep + "," + good + `]}}]}]}`
	parsed := Parse([]byte(body))
	require.Len(t, parsed.Updates, 2)
	require.Equal(t, []Problem{{"entry[0].changes[0].value.messages[1]", ReasonTooDeep, true}}, parsed.Problems)

	unclosed := `{"object":"whatsapp_business_account","entry":[{"id":` + strings.Repeat("[", 100_000)
	require.Equal(t, []Problem{{"", ReasonNotJSON, true}}, Parse([]byte(unclosed)).Problems)
}

func TestTheMarkOfACutCannotBeTyped(t *testing.T) {
	// A contact may write the very characters; JSON must escape them.
	typed, err := json.Marshal(tooDeepMark)
	require.NoError(t, err)
	body := `{"object":"whatsapp_business_account","deep":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `,
		"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"2"},"messages":[
		{"id":"wamid.TEST1","from":"447700900101","timestamp":"1790000000","type":"text","text":{"body":` + string(typed) + `}}]}}]}]}`
	parsed := Parse([]byte(body))
	require.Len(t, parsed.Updates, 1)
	require.Equal(t, tooDeepMark, parsed.Updates[0].Content.(*Message).Text)
}

func TestTimestamp(t *testing.T) {
	for written, want := range map[string]int64{
		`"1"`: 1, `1`: 1, `"1790000000"`: 1790000000, `1790000000`: 1790000000,
		`"253402300799"`: 253402300799, `"253402300800"`: 0, `1790000000000`: 0,
		`"0"`: 0, `-1`: 0, `""`: 0, `" 1790000000"`: 0, `1790000000.5`: 0, `"0x10"`: 0, `true`: 0, `{}`: 0,
	} {
		t.Run(written, func(t *testing.T) {
			body := `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
				"metadata":{"phone_number_id":"2"},"statuses":[{"id":"wamid.TEST1","status":"sent","timestamp":` + written + `}]}}]}]}`
			parsed := Parse([]byte(body))
			if want == 0 {
				require.Empty(t, parsed.Updates)
				require.Equal(t, ReasonBadTimestamp, parsed.Problems[0].Reason)
				return
			}
			require.Empty(t, parsed.Problems)
			require.Equal(t, time.Unix(want, 0).UTC(), parsed.Updates[0].Content.(*Status).At)
		})
	}
}

func TestABusinessScopedIDIsToldFromAPhone(t *testing.T) {
	for _, s := range []string{"US.1", "BR.13491208655302741918", "GB.abcXYZ019", "US.ENT.11815799212886844830"} {
		require.True(t, IsBSUID(s), s)
	}
	for _, s := range []string{"", "US.", "US", "us.1", "447700900101", "U.S1", "USA.1", "US.1 2", "US.ENT.", "US.1.2", "U1.2"} {
		require.False(t, IsBSUID(s), s)
	}
}

// Whatever stands beside them, and wherever, good messages are all read.
func TestNoNeighbourDropsAGoodMessage(t *testing.T) {
	junk := []string{`null`, `7`, `"x"`, `[]`, `{}`, `{"id":1}`, `{"id":"wamid.TESTX","timestamp":[],"type":"text"}`,
		`{"id":"\u0000","from":{},"timestamp":"1","type":"` + "\xff" + `"}`, `{"":{"":[{"":"]}"}]}}`,
		strings.Repeat("[", 80) + strings.Repeat("]", 80), `{"id":` + strings.Repeat(`{"a":`, 11000) + `1` + strings.Repeat("}", 11000) + `}`}
	rapid.Check(t, func(t *rapid.T) {
		var items, want []string
		for i := range rapid.IntRange(0, 12).Draw(t, "items") {
			if rapid.Bool().Draw(t, "good") {
				id := fmt.Sprintf("wamid.TEST%d", i)
				want = append(want, id)
				items = append(items, `{"from":"447700900101","type":"text","text":{"body":"a, b] \" }"},"timestamp":"1790000000","id":"`+id+`"}`)
			} else {
				items = append(items, rapid.SampledFrom(junk).Draw(t, "junk"))
			}
		}
		gap := rapid.SampledFrom([]string{",", " , ", "\n,\t"}).Draw(t, "gap")
		body := `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
			"metadata":{"phone_number_id":"2"},"messages":[` + strings.Join(items, gap) + `]}}]}]}`
		var got []string
		for _, u := range Parse([]byte(body)).Updates {
			if m, ok := u.Content.(*Message); ok {
				got = append(got, m.ID)
			}
		}
		require.Equal(t, want, got)
	})
}

func FuzzParse(f *testing.F) {
	bodies, err := filepath.Glob("testdata/webhooks/*.json")
	require.NoError(f, err)
	for _, file := range bodies {
		body, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(body)
	}
	f.Add([]byte(strings.Repeat("[", 100)))
	f.Add([]byte(`{"a":1}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		kept := string(body)
		parsed := Parse(body)
		require.Equal(t, kept, string(body), "Parse writes to the body")
		for _, u := range parsed.Updates {
			require.NotNil(t, u.Content)
			require.NotEmpty(t, u.Field)
			if m, ok := u.Content.(*Message); ok {
				require.True(t, m.Contact.Known())
				require.NotEmpty(t, u.PhoneNumberID)
				require.True(t, utf8.ValidString(m.Text+m.ID+m.Contact.Name))
				require.NotContains(t, m.Text+m.ID+m.Contact.Name, "\x00")
			}
		}
		// Spacing is not content: the compacted body says the same.
		var again bytes.Buffer
		if json.Compact(&again, body) == nil {
			require.Equal(t, render(parsed), render(Parse(again.Bytes())))
		}
	})
}

func BenchmarkParseAThousandMessages(b *testing.B) {
	body := thousand()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(body)
	}
}

// thousand is a body with as many updates as Meta puts into one.
func thousand() []byte {
	var items []string
	for i := range 1000 {
		items = append(items, fmt.Sprintf(`{"from":"447700900101","id":"wamid.TEST%d","timestamp":"1790000000","type":"text",
			"text":{"body":"Message %d of a burst, as long as people tend to write on their phones."},
			"context":{"from":"15550100001","id":"wamid.TESTOUT%d"}}`, i, i, i))
	}
	return []byte(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
		"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"2"},
		"contacts":[{"profile":{"name":"Ada Muster"},"wa_id":"447700900101"}],"messages":[` + strings.Join(items, ",") + `]}}]}]}`)
}
