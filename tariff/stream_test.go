package tariff

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// stream runs RateStream on lines and returns what it wrote.
func stream(o Options, lines ...string) (out, problems string, err error) {
	var outs, odd bytes.Buffer
	err = RateStream(strings.NewReader(strings.Join(lines, "\n")), &outs, &odd, o)
	return outs.String(), odd.String(), err
}

func zenviaOptions() Options { return Options{Scheme: "zenvia-conversion"} }

func TestEmptyInputIsEmptyOutput(t *testing.T) {
	for _, input := range []string{"", "\n", " \n\t\r\n"} {
		out, problems, err := stream(zenviaOptions(), input)
		require.NoError(t, err)
		require.Empty(t, out+problems)
		require.Zero(t, exitCode(err))
	}
}

func TestNothingIsWrittenWhenALineIsMalformed(t *testing.T) {
	opener := with("inbound", "freeform") // would be charged, and reported
	out, problems, err := stream(zenviaOptions(), opener, "", with(`"c"`, `7`), `{"id":5}`)
	require.EqualError(t, err, "line 3: conversation: is not a string")
	require.Equal(t, 2, exitCode(err))
	require.Empty(t, out+problems)
}

func TestAMissingPriceNamesCardAndCategoryAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "dear.csv"), []byte(text), 0o600))
	}
	o := zenviaOptions()
	o.CardsDir = dir
	lines := []string{goodLine, with(`"a"`, `"b"`), strings.NewReplacer(`"a"`, `"o"`, "inbound", "freeform", `"c"`, `"d"`).Replace(goodLine)}

	write(headings + "customer_initiated,business_initiated\n5,\n")
	out, problems, err := stream(o, lines...)
	require.EqualError(t, err, `rate card dear has no price for business_initiated, needed for event "o"`)
	require.Equal(t, 1, exitCode(fmt.Errorf("rate: %w", err)))
	require.Empty(t, out+problems)

	write(headings + "customer_initiated,business_initiated\n5,6\n")
	out, _, err = stream(o, lines...)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(out, `"card":"dear"`))
}

// The ledger lists what has no price, and posts the rest.
func TestRateReturnsWhatCouldBePricedBesideTheMissingPrices(t *testing.T) {
	cards, err := LoadCards(cardFiles(map[string]string{"dear.csv": headings + "customer_initiated,business_initiated\n5,\n"}))
	require.NoError(t, err)
	late, early := messageAt("a-late", Freeform, 2*day), messageAt("z-early", Template, 0)
	late.Conversation, early.Conversation = "bruno", "clara"
	rating, err := Rate(zenviaConversion{}, []Event{late, messageAt("asks", Inbound, day), early}, Account{Cards: cards})
	require.NoError(t, err)
	require.Equal(t, []MissingPrice{
		{Event: "z-early", Scheme: "zenvia-conversion", Card: "dear", Category: "business_initiated", At: early.At},
		{Event: "a-late", Scheme: "zenvia-conversion", Card: "dear", Category: "business_initiated", At: late.At},
	}, rating.Missing)
	require.EqualError(t, rating.Err(), `rate card dear has no price for business_initiated, needed for event "z-early"; 2 messages in all are without a price`)
	require.Len(t, rating.Charges, 1)
	require.Equal(t, "asks", rating.Charges[0].Event)
	require.Len(t, rating.Problems, 1)
	require.Equal(t, FreeformOutsideWindow, rating.Problems[0].Problem)
}

func TestASchemeWithoutAnyCardIsAMissingPriceOnceSomethingIsDue(t *testing.T) {
	none := &Cards{}
	rating, err := Rate(zenviaConversion{}, nil, Account{Cards: none})
	require.NoError(t, err)
	require.Empty(t, rating.Charges)
	require.NoError(t, rating.Err())
	rating, err = Rate(zenviaConversion{}, []Event{messageAt("asks", Inbound, 0)}, Account{Cards: none})
	require.NoError(t, err)
	err = rating.Err()
	require.EqualError(t, err, `there is no rate card for zenvia-conversion (customer_initiated), needed for event "asks"`)
	require.Equal(t, 1, exitCode(err))
}

func TestAPriceOfZeroOpensASessionAndIsNoCharge(t *testing.T) {
	cards, err := LoadCards(cardFiles(map[string]string{"free.csv": headings + "customer_initiated,business_initiated\n0,6\n"}))
	require.NoError(t, err)
	rating, err := Rate(zenviaConversion{}, []Event{messageAt("asks", Inbound, 0), messageAt("offer", Template, day-1)}, Account{Cards: cards})
	require.NoError(t, err)
	require.Empty(t, rating.Charges)
	require.NoError(t, rating.Err())
}

func TestWishesThatCannotBeMeantAreUsageErrors(t *testing.T) {
	for want, change := range map[string]func(*Options){
		`unknown scheme "zenvia"; there are aisensy, `: func(o *Options) { o.Scheme = "zenvia" },
		`unknown scheme ""`:                            func(o *Options) { o.Scheme = "" },
		`unknown time zone "Mars/Olympus"`:             func(o *Options) { o.Timezone = "Mars/Olympus" },
		`unknown time zone "Local"`:                    func(o *Options) { o.Timezone = "Local" },
		"hours of a free entry point cannot":           func(o *Options) { o.EntryPointHours = -1 },
		"be negative or more than 2562047":             func(o *Options) { o.EntryPointHours = 2_562_048 },
		`unknown scheme "meta" (a business number can`: func(o *Options) { o.Scheme = Meta },
		"testdata/none is not a folder of rate cards":  func(o *Options) { o.CardsDir = "testdata/none" },
	} {
		o := zenviaOptions()
		change(&o)
		_, _, err := stream(o, goodLine)
		require.ErrorContains(t, err, want)
		require.Equal(t, 2, exitCode(err))
	}
}

func TestIdsAreWrittenAsTheyAreAndComparedByBytes(t *testing.T) {
	odd := []string{`<b>&amp;`, `Z`, `a`, `é`, "tab\tquote\"back\\slash\x01\u2028"}
	var lines []string
	for _, id := range odd {
		e := messageAt(id, Inbound, 0)
		e.Conversation = id
		lines = append([]string{string(e.appendJSON(nil))}, lines...)
	}
	out, _, err := stream(zenviaOptions(), lines...)
	require.NoError(t, err)
	var ids []string
	for line := range strings.Lines(out) {
		_, rest, _ := strings.Cut(line, `"event":`)
		id, _, _ := strings.Cut(rest, `,"kind"`)
		ids = append(ids, id)
	}
	require.Equal(t, []string{`"<b>&amp;"`, `"Z"`, `"a"`, `"tab\tquote\"back\\slash\u0001` + "\u2028" + `"`, `"é"`}, ids)
}

func TestChargesOfOneInstantAreListedByEvent(t *testing.T) {
	first, b, a := messageAt("first", Inbound, -2*day), messageAt("b", Inbound, 0), messageAt("a", Freeform, 0)
	a.Conversation = "bruno" // listed first although its conversation began later
	out, _, err := stream(zenviaOptions(), string(jsonLines([]Event{b, a, first})))
	require.NoError(t, err)
	require.Regexp(t, `(?s)"event":"first".*"event":"a".*"event":"b"`, out)
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAFullDiskIsAnErrorAndNotASuccess(t *testing.T) {
	err := RateStream(strings.NewReader(goodLine), fullDisk{}, &bytes.Buffer{}, zenviaOptions())
	require.EqualError(t, err, "write charges: no space left")
	require.Equal(t, 1, exitCode(err))
}
