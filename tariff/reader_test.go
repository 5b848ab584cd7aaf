package tariff

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

const goodLine = `{"id":"a","at":"2026-03-02T09:00:00Z","type":"inbound","conversation":"c","number":"n"}`

// with is goodLine with some of its text replaced.
func with(old, new string) string { return strings.Replace(goodLine, old, new, 1) }

func readLine(t require.TestingT, line string) (Event, error) {
	var e Event
	err := NewReader(strings.NewReader(line)).Read(&e)
	return e, err
}

func TestReaderReadsEveryFieldOfTheTable(t *testing.T) {
	e, err := readLine(t, ` { "id" : "a" , "at":"2026-03-02T10:30:00.000000001+01:30","type":"template","conversation":"c","number":"n","market":"BR","category":"utility-notice","campaign":"spring"} `)
	require.NoError(t, err)
	require.Equal(t, Event{ID: "a", At: time.Date(2026, 3, 2, 9, 0, 0, 1, time.UTC), Type: Template, Conversation: "c", Number: "n",
		Market: "BR", Category: "utility_notice", Campaign: "spring"}, e)

	e, err = readLine(t, `{"id":"b","at":"2026-03-02T09:00:00Z","type":"delivered","message":"a","pricing":{"model":"PMP","type":"regular","category":"marketing","billable":true},"entry_point_until":"2026-03-05T09:00:00Z"}`)
	require.NoError(t, err)
	require.Equal(t, Event{ID: "b", At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Type: Delivered, Message: "a",
		Pricing: &Pricing{"PMP", "regular", "marketing"}, EntryPointUntil: time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)}, e)

	e, err = readLine(t, with(`}`, `,"entry_point":"ad"}`))
	require.NoError(t, err)
	require.Equal(t, "ad", e.EntryPoint)
}

func TestReaderIgnoresWhatDoesNotApply(t *testing.T) {
	want, err := readLine(t, goodLine)
	require.NoError(t, err)
	for name, line := range map[string]string{
		"unknown fields of every shape":  with(`{`, `{"x":[1,-2.5e+3,{"y":[null,true,false,"\ud83d\ude00"]},[],{}],"":0,`),
		"null optional fields":           with(`}`, `,"market":null,"category":null,"pricing":null,"entry_point":null,"entry_point_until":null}`),
		"empty optional fields":          with(`}`, `,"market":"","campaign":"","entry_point":"","entry_point_until":""}`),
		"fields of other types of event": with(`}`, `,"category":"utility","message":"m","pricing":{},"campaign":"x","entry_point_until":"2026-03-02T09:00:00Z"}`),
		"another spelling of the name":   with(`}`, `,"Market":"BR"}`),
		"a byte order mark":              "\ufeff" + goodLine,
		"a carriage return":              goodLine + "\r\n",
		"escapes":                        with(`"a"`, `"\u0061"`),
		"the last of two":                with(`{`, `{"id":"first",`),
		"lower case and zeros":           with(`09:00:00Z`, `09:00:00.0000000000000z`),
	} {
		t.Run(name, func(t *testing.T) {
			e, err := readLine(t, line)
			require.NoError(t, err)
			require.Equal(t, want, e)
		})
	}
}

func TestReaderTakesFromAFailedStatusOnlyWhatItNames(t *testing.T) {
	e, err := readLine(t, `{"id":"b","at":"2026-03-02T09:00:00Z","type":"failed","message":"a","conversation":"c","pricing":{"model":"PMP"},"entry_point_until":"2026-03-02T09:00:00Z"}`)
	require.NoError(t, err)
	require.Equal(t, Event{ID: "b", At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Type: Failed, Message: "a"}, e)
}

func TestReaderNamesTheFieldOfMalformedInput(t *testing.T) {
	for _, c := range []struct{ name, line, field, reason string }{
		{"no JSON", `hello`, "", "is not a JSON object"},
		{"an array", `[]`, "", "is not a JSON object"},
		{"a text", `"a"`, "", "is not a JSON object"},
		{"cut off", goodLine[:40], "", "is not a JSON object"},
		{"two objects", goodLine + goodLine, "", "is not a JSON object"},
		{"a comma too many", with(`}`, `,}`), "", "is not a JSON object"},
		{"a raw control character", with(`"a"`, "\"a\x01\""), "", "is not a JSON object"},
		{"a bad escape", with(`"a"`, `"\x61"`), "", "is not a JSON object"},
		{"a bad number", with(`}`, `,"x":01}`), "", "is not a JSON object"},
		{"nesting without end", with(`}`, `,"x":`+strings.Repeat("[", 1_000_000)), "", "is not a JSON object"},
		{"nesting deeper than the limit", with(`}`, `,"x":`+strings.Repeat("[", maxDepth+2)+strings.Repeat("]", maxDepth+2)+`}`), "", "is not a JSON object"},
		{"an empty object", `{}`, "id", "is missing"},
		{"no id", with(`"id":"a",`, ``), "id", "is missing"},
		{"an empty id", with(`"a"`, `""`), "id", "is missing"},
		{"a null id", with(`"a"`, `null`), "id", "is missing"},
		{"a number as id", with(`"a"`, `7`), "id", "is not a string"},
		{"an id that is no Unicode", with(`"a"`, "\"\xff\""), "id", "is not valid Unicode text"},
		{"half an emoji as id", with(`"a"`, `"\ud83d"`), "id", "is not valid Unicode text"},
		{"no at", with(`"at":"2026-03-02T09:00:00Z",`, ``), "at", "is missing"},
		{"seconds since 1970", with(`"2026-03-02T09:00:00Z"`, `1772442000`), "at", "is not a string"},
		{"30 February", with(`03-02T`, `02-30T`), "at", "does not exist"},
		{"29 February 2025", with(`2026-03-02T`, `2025-02-29T`), "at", "does not exist"},
		{"31 April", with(`03-02T`, `04-31T`), "at", "does not exist"},
		{"month 13", with(`03-02T`, `13-02T`), "at", "does not exist"},
		{"day 0", with(`03-02T`, `03-00T`), "at", "does not exist"},
		{"hour 24", with(`09:00:00`, `24:00:00`), "at", "does not exist"},
		{"second 60", with(`09:00:00`, `09:00:60`), "at", "does not exist"},
		{"offset of 24 h", with(`00Z`, `00+24:00`), "at", "does not exist"},
		{"before year 0 in UTC", with(`2026-03-02T09:00:00Z`, `0000-01-01T00:00:00+01:00`), "at", "does not exist"},
		{"no time zone", with(`00Z`, `00`), "at", "RFC 3339"},
		{"a space for the T", with(`02T`, `02 `), "at", "RFC 3339"},
		{"a comma for the point", with(`00Z`, `00,5Z`), "at", "RFC 3339"},
		{"a point without digits", with(`00Z`, `00.Z`), "at", "RFC 3339"},
		{"a letter among the digits", with(`2026`, `2O26`), "at", "RFC 3339"},
		{"finer than a nanosecond", with(`00Z`, `00.0000000001Z`), "at", "nanosecond"},
		{"no type", with(`"type":"inbound",`, ``), "type", "is missing"},
		{"an unknown type", with(`inbound`, `read`), "type", `"read" is none of inbound, template, freeform, delivered, failed`},
		{"type in capitals", with(`inbound`, `Inbound`), "type", "is none of"},
		{"type as a list", with(`"inbound"`, `["inbound"]`), "type", "is not a string"},
		{"no conversation", with(`"conversation":"c",`, ``), "conversation", "is missing"},
		{"no number", with(`,"number":"n"`, ``), "number", "is missing"},
		{"number as a number", with(`"n"`, `5550100`), "number", "is not a string"},
		{"market as a number", with(`}`, `,"market":55}`), "market", "is not a string"},
		{"category as a number", with(`}`, `,"category":5}`), "category", "is not a string"},
		{"a template without category", with(`inbound`, `template`), "category", "is missing"},
		{"a status without message", with(`inbound`, `delivered`), "message", "is missing"},
		{"message as an object", with(`}`, `,"message":{}}`), "message", "is not a string"},
		{"pricing as a text", with(`}`, `,"pricing":"PMP"}`), "pricing", "is not an object"},
		{"pricing with a number", with(`}`, `,"pricing":{"model":1}}`), "pricing.model", "is not a string"},
		{"campaign as true", with(`}`, `,"campaign":true}`), "campaign", "is not a string"},
		{"entry point as an object", with(`}`, `,"entry_point":{"a":1}}`), "entry_point", "is not a string"},
		{"entry point until never", with(`}`, `,"entry_point_until":"never"}`), "entry_point_until", "RFC 3339"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, before := range []string{"", goodLine + "\n\n \t\r\n"} { // blank lines count as lines
				r := NewReader(strings.NewReader(before + c.line + "\n" + `{"id":5}`))
				var e Event
				if before != "" {
					require.NoError(t, r.Read(&e))
				}
				var bad *InputError
				require.ErrorAs(t, r.Read(&e), &bad)
				require.Equal(t, 1+strings.Count(before, "\n"), bad.Line)
				require.Equal(t, c.field, bad.Field)
				require.Contains(t, bad.Reason, c.reason)
				require.Equal(t, 2, exitCode(bad))
			}
		})
	}
}

func TestReaderTakes29FebruaryOfALeapYearAndTheLastNanosecond(t *testing.T) {
	for _, at := range []string{"2028-02-29T23:59:59.999999999Z", "2000-02-29T00:00:00Z", "9999-12-31T23:59:59Z"} {
		e, err := readLine(t, with("2026-03-02T09:00:00Z", at))
		require.NoError(t, err)
		require.Equal(t, at, e.At.Format(time.RFC3339Nano))
	}
	_, err := readLine(t, with("2026-03-02T09:00:00Z", "1900-02-29T00:00:00Z"))
	require.ErrorContains(t, err, "does not exist")
}

func TestReaderTakesLinesOfAnySizeUpToItsLimit(t *testing.T) {
	long := with(`}`, `,"raw":"`+strings.Repeat("x", 1<<20)+`"}`)
	r := NewReader(iotest.HalfReader(strings.NewReader(long + "\n" + goodLine)))
	var e Event
	require.NoError(t, r.Read(&e))
	require.NoError(t, r.Read(&e))
	require.Equal(t, "a", e.ID)
	require.Equal(t, io.EOF, r.Read(&e))

	endless := strings.Repeat("x", maxLine+1<<19)
	var bad *InputError
	require.ErrorAs(t, NewReader(strings.NewReader("\n"+endless)).Read(&e), &bad)
	require.Equal(t, 2, bad.Line)
	require.Contains(t, bad.Reason, "longer than")
}

func TestReaderPassesOnTheErrorOfItsSource(t *testing.T) {
	broken := errors.New("disk on fire")
	r := NewReader(io.MultiReader(strings.NewReader(goodLine+"\n"), iotest.ErrReader(broken)))
	var e Event
	require.NoError(t, r.Read(&e))
	err := r.Read(&e)
	require.ErrorIs(t, err, broken)
	require.Equal(t, 1, exitCode(err))
}

func TestStringsOfAnEventOutliveTheLinesAfterIt(t *testing.T) {
	var lines []string
	for i := range 5000 {
		lines = append(lines, with(`"a"`, `"`+strings.Repeat(string(rune('a'+i%26)), 1+i%50)+`"`))
	}
	events, err := readAll(strings.NewReader(strings.Join(lines, "\n")))
	require.NoError(t, err)
	for i, e := range events {
		require.Equal(t, strings.Repeat(string(rune('a'+i%26)), 1+i%50), e.ID)
	}
}

// The reader's own JSON agrees with encoding/json about what is an object at all.
func FuzzReaderAgreesWithEncodingJSONOnSyntax(f *testing.F) {
	for _, line := range []string{goodLine, `{}`, `{"a":[1,{"b":-0.5e-7}],"c":"\u00e9\ud83d\ude00\\"}`, `{"a":01}`, `{"a":tru}`, `[{}]`, `{"a":1,}`, "{\"\xff\":\"\xff\"}", `{"a":"\ud800"}`, `{"id":-}`, `{"at":00`} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.ContainsAny(line, "\n") || len(bytes.TrimSpace(line)) == 0 || bytes.HasPrefix(line, []byte("\ufeff")) {
			return
		}
		_, err := readLine(t, string(line))
		isObject := json.Valid(line) && bytes.TrimLeft(line, " \t\r")[0] == '{'
		var bad *InputError
		if errors.As(err, &bad) && bad.Field == "" {
			require.False(t, isObject, "%q refused", line)
		} else {
			require.True(t, isObject, "%q taken", line)
		}
	})
}
