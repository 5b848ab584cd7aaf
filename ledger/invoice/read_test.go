package invoice

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/tariff"
)

const head = "day,market,category,type,messages,amount_micros,currency\n"

func TestAnInvoiceIsReadInAnyShapeThatSpreadsheetsWrite(t *testing.T) {
	want := []Line{
		{Key{Day: "2026-11-20", Market: "BR", Category: "marketing", Type: tariff.Regular, Currency: "USD"}, Count{2, 125_000}, 2},
		{Key{Day: "2026-11-01", Market: "REST_OF_AFRICA", Category: "authentication_international", Type: tariff.FreeEntryPoint, Currency: "USD"}, Count{1, 0}, 3},
	}
	for name, text := range map[string]string{
		"plain":                  head + "2026-11-20,BR,marketing,regular,2,125000,USD\n2026-11-01,REST_OF_AFRICA,authentication_international,free_entry_point,1,0,USD\n",
		"with BOM and CRLF":      "\ufeff" + strings.ReplaceAll(head+"2026-11-20,BR,marketing,regular,2,125000,USD\n2026-11-01,REST_OF_AFRICA,authentication_international,free_entry_point,1,0,USD\n", "\n", "\r\n"),
		"in another order":       "currency,amount_micros,messages,type,category,market,day\nUSD,125000,2,regular,marketing,BR,2026-11-20\nUSD,0,1,free_entry_point,authentication_international,REST_OF_AFRICA,2026-11-01\n",
		"quoted and in capitals": `"Day","Market","Category","Type","Messages","Amount_Micros","Currency"` + "\n" + `"2026-11-20","br","MARKETING","REGULAR","2","125000","usd"` + "\n2026-11-01, REST_OF_AFRICA ,AUTHENTICATION-INTERNATIONAL,free_entry_point,1,0,USD",
		"with decimal amounts":   "day,market,category,type,messages,amount,currency\n2026-11-20,BR,marketing,regular,2,0.125,USD\n2026-11-01,REST_OF_AFRICA,authentication_international,free_entry_point,1,0,USD\n",
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Read(strings.NewReader(text))
			require.NoError(t, err)
			require.Equal(t, want, f.Lines)
			require.False(t, f.ByNumber)
			require.Equal(t, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), f.First)
			require.Equal(t, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), f.Last)
		})
	}
	f, err := Read(strings.NewReader(strings.Replace(head, "\n", ",number\n", 1) + "\n2026-11-20,BR,marketing,regular,2,125000,USD,106540352242922\n"))
	require.NoError(t, err)
	require.True(t, f.ByNumber)
	require.Equal(t, "106540352242922", f.Lines[0].Number)
	require.Equal(t, 3, f.Lines[0].Line, "an empty line is a line")
}

func TestEveryFaultNamesLineAndField(t *testing.T) {
	good := "2026-11-20,BR,marketing,regular,2,125000,USD\n"
	with := func(column, value string) string {
		fields := strings.Split(strings.TrimSpace(good), ",")
		for i, name := range strings.Split(strings.TrimSpace(head), ",") {
			if name == column {
				fields[i] = value
			}
		}
		return head + good + strings.Join(fields, ",") + "\n"
	}
	decimal := func(amount string) string {
		return strings.Replace(head, "amount_micros", "amount", 1) + good + "2026-11-20,BR,marketing,regular,2," + amount + ",USD\n"
	}
	for name, tt := range map[string]struct {
		text  string
		line  int
		field string
	}{
		"nothing":                       {"", 1, ""},
		"no heading":                    {good, 1, "column 1"},
		"a column is missing":           {strings.Replace(head, "category,", "", 1), 1, "category"},
		"no amount":                     {strings.Replace(head, ",amount_micros", "", 1), 1, "amount_micros"},
		"two amounts":                   {"amount," + head, 1, "amount"},
		"no currency":                   {strings.Replace(head, ",currency", "", 1), 1, "currency"},
		"a misspelt column":             {"numbr," + head, 1, "numbr"},
		"a column twice":                {"day," + head, 1, "day"},
		"a field too few":               {head + good + "2026-11-20,BR\n", 3, ""},
		"a quote that does not end":     {head + good + `"2026` + "\n", 3, ""},
		"a date that does not exist":    {with("day", "2026-02-30"), 3, "day"},
		"no market":                     {with("market", ""), 3, "market"},
		"no category":                   {with("category", " "), 3, "category"},
		"an unknown type":               {with("type", "free"), 3, "type"},
		"messages that are a half":      {with("messages", "1.5"), 3, "messages"},
		"messages below nothing":        {with("messages", "-1"), 3, "messages"},
		"an amount that is no number":   {with("amount_micros", "1e6"), 3, "amount_micros"},
		"a negative amount":             {with("amount_micros", "-5"), 3, "amount_micros"},
		"an amount that overflows":      {with("amount_micros", "9223372036854775807"), 3, "amount_micros"},
		"too many decimals":             {decimal("0.1234567"), 3, "amount"},
		"a comma for a point":           {decimal(`"0,5"`), 3, "amount"},
		"a sign":                        {decimal("+1"), 3, "amount"},
		"a point and nothing before it": {decimal(".5"), 3, "amount"},
		"a currency that is none":       {with("currency", "US$"), 3, "currency"},
		"semicolons":                    {strings.ReplaceAll(head+good, ",", ";"), 1, ""},
		"two currencies":                {with("currency", "EUR"), 3, "currency"},
		"a number in some lines only":   {strings.Replace(head, "\n", ",number\n", 1) + strings.Replace(good, "\n", ",1\n", 1) + strings.Replace(good, "\n", ",\n", 1), 3, "number"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Read(strings.NewReader(tt.text))
			require.Nil(t, f)
			var bad *Error
			require.ErrorAs(t, err, &bad)
			require.Equal(t, []any{tt.line, tt.field}, []any{bad.Line, bad.Field}, "%v", err)
		})
	}
}
