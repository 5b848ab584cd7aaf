package invoice

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/tariff"
)

func in(category, kind string) Key {
	return Key{Day: "2026-11-20", Market: "BR", Category: category, Type: kind, Currency: "USD"}
}

func line(k Key, messages, micros int64) Line { return Line{Key: k, Count: Count{messages, micros}} }

var (
	marketing = in("marketing", tariff.Regular)
	utility   = in("utility", tariff.Regular)
	free      = in("utility", tariff.FreeCustomerService)
)

func TestCompare(t *testing.T) {
	for name, tt := range map[string]struct {
		lines       []Line
		own         func(*Own)
		cells       int
		unexplained int
		want        []Difference
	}{
		"NothingAndNothingAreTheSame": {own: func(*Own) {}},
		"TheSame": {
			lines: []Line{line(marketing, 2, 20), line(free, 1, 0)},
			own:   func(o *Own) { o.Add(marketing, 10); o.Add(marketing, 10); o.Add(free, 0) },
			cells: 2,
		},
		"SeveralLinesOfACellAreAddedUp": {
			lines: []Line{line(marketing, 1, 10), line(marketing, 1, 10)},
			own:   func(o *Own) { o.Add(marketing, 10); o.Add(marketing, 10) },
			cells: 1,
		},
		"AnInvoiceOfOnlyWhatCostsIsComparedByThat": {
			lines: []Line{line(marketing, 1, 10)},
			own:   func(o *Own) { o.Add(marketing, 10); o.Add(free, 0) },
			cells: 1,
		},
		"WhereTheVerdictIsFreeAndTheInvoiceHasItStillExplains": {
			lines: []Line{line(utility, 1, 5)},
			own: func(o *Own) {
				o.Add(free, 0)
				o.AddDifference(Move{From: free, To: utility, OwnMicros: 5})
			},
			cells: 1,
			want:  []Difference{{Key: utility, Invoiced: Count{1, 5}, Verdicts: 1, Explained: Count{1, 5}}},
		},
		"InvoicedAndNotComputed": {
			lines: []Line{line(marketing, 1, 10)}, own: func(*Own) {}, cells: 1, unexplained: 1,
			want: []Difference{{Key: marketing, Invoiced: Count{1, 10}, Unexplained: Count{1, 10}}},
		},
		"ComputedAndNotInvoiced": {
			own: func(o *Own) { o.Add(free, 0) }, cells: 1, unexplained: 1,
			want: []Difference{{Key: free, Computed: Count{1, 0}, Unexplained: Count{-1, 0}}},
		},
		"TheSameMessagesAtAnotherPrice": {
			lines: []Line{line(marketing, 2, 22)}, own: func(o *Own) { o.Add(marketing, 10); o.Add(marketing, 10) }, cells: 1, unexplained: 1,
			want: []Difference{{Key: marketing, Invoiced: Count{2, 22}, Computed: Count{2, 20}, Unexplained: Count{0, 2}}},
		},
		"MessagesWithoutAPriceExplainThemselvesAndWhatTheyCost": {
			lines: []Line{line(marketing, 3, 44)},
			own:   func(o *Own) { o.Add(marketing, 10); o.AddUnpriced(marketing); o.AddUnpriced(marketing) }, cells: 1,
			want: []Difference{{Key: marketing, Invoiced: Count{3, 44}, Computed: Count{1, 10}, Unpriced: 2, Explained: Count{2, 34}}},
		},
		"WhereMoreIsMissingTheMoneyIsNotExplained": {
			lines: []Line{line(marketing, 3, 44)},
			own:   func(o *Own) { o.Add(marketing, 10); o.AddUnpriced(marketing) }, cells: 1, unexplained: 1,
			want: []Difference{{Key: marketing, Invoiced: Count{3, 44}, Computed: Count{1, 10}, Unpriced: 1, Explained: Count{1, 0}, Unexplained: Count{1, 34}}},
		},
		"UnpricedMessagesExplainNothingWhereTheInvoiceHasNoMore": {
			lines: []Line{line(marketing, 1, 9)},
			own:   func(o *Own) { o.Add(marketing, 10); o.AddUnpriced(marketing) }, cells: 1, unexplained: 1,
			want: []Difference{{Key: marketing, Invoiced: Count{1, 9}, Computed: Count{1, 10}, Unexplained: Count{0, -1}}},
		},
		"AnInvoiceThatDoesNotFollowTheVerdict": {
			lines: []Line{line(marketing, 1, 10), line(utility, 1, 3)},
			own: func(o *Own) {
				for range 2 {
					o.Add(marketing, 10)
				}
				o.AddDifference(Move{From: marketing, To: utility, VerdictMicros: 10, OwnMicros: 3})
			},
			cells: 2,
			want: []Difference{
				{Key: marketing, Invoiced: Count{1, 10}, Computed: Count{2, 20}, Verdicts: -1, Explained: Count{-1, -10}},
				{Key: utility, Invoiced: Count{1, 3}, Verdicts: 1, Explained: Count{1, 3}},
			},
		},
		"AVerdictThatTheInvoiceFollowsExplainsNothing": {
			lines: []Line{line(marketing, 1, 10), line(utility, 1, 3)},
			own: func(o *Own) {
				o.Add(marketing, 10)
				o.AddDifference(Move{From: marketing, To: utility, VerdictMicros: 10, OwnMicros: 3})
			},
			cells: 2, unexplained: 1,
			want: []Difference{{Key: utility, Invoiced: Count{1, 3}, Unexplained: Count{1, 3}}},
		},
		"WhatIsNotExplainedComesFirst": {
			lines: []Line{line(marketing, 1, 10), line(utility, 1, 3)},
			own:   func(o *Own) { o.AddUnpriced(marketing) }, cells: 2, unexplained: 1,
			want: []Difference{
				{Key: utility, Invoiced: Count{1, 3}, Unexplained: Count{1, 3}},
				{Key: marketing, Invoiced: Count{1, 10}, Unpriced: 1, Explained: Count{1, 10}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			own := NewOwn()
			tt.own(own)
			if tt.want == nil {
				tt.want = []Difference{}
			}
			got := Compare(tt.lines, own)
			require.Equal(t, Result{Cells: tt.cells, Differences: tt.want, Unexplained: tt.unexplained, OnlyCharged: got.OnlyCharged}, got)
		})
	}
}

func TestAResultSaysWhetherFreeMessagesWereCompared(t *testing.T) {
	require.True(t, Compare([]Line{line(marketing, 1, 10)}, NewOwn()).OnlyCharged)
	require.False(t, Compare([]Line{line(marketing, 1, 10), line(free, 1, 0)}, NewOwn()).OnlyCharged)
	require.False(t, Compare(nil, NewOwn()).OnlyCharged, "of an empty invoice everything is a difference")
}

// Whatever is compared: invoiced - computed = explained + unexplained in every cell, and an invoice of what we computed differs
// in nothing.
func TestNothingIsLostInAComparison(t *testing.T) {
	keys := rapid.SampledFrom([]Key{marketing, utility, free})
	rapid.Check(t, func(r *rapid.T) {
		own := NewOwn()
		for range rapid.IntRange(0, 6).Draw(r, "messages") {
			own.Add(keys.Draw(r, "cell"), rapid.Int64Range(0, 3).Draw(r, "micros"))
		}
		var same []Line
		for k, c := range own.cells {
			same = append(same, Line{Key: k, Count: c})
		}
		for range rapid.IntRange(0, 4).Draw(r, "oddities") {
			own.AddUnpriced(keys.Draw(r, "unpriced"))
			own.AddDifference(Move{keys.Draw(r, "from"), keys.Draw(r, "to"), rapid.Int64Range(0, 3).Draw(r, "v"), rapid.Int64Range(0, 3).Draw(r, "o")})
		}
		require.Empty(t, Compare(same, own).Differences)
		var lines []Line
		for range rapid.IntRange(0, 6).Draw(r, "lines") {
			lines = append(lines, line(keys.Draw(r, "cell"), rapid.Int64Range(0, 4).Draw(r, "messages"), rapid.Int64Range(0, 9).Draw(r, "micros")))
		}
		result := Compare(lines, own)
		for _, d := range result.Differences {
			require.Equal(t, d.Invoiced.minus(d.Computed), d.Explained.plus(d.Unexplained))
		}
		require.Equal(t, result, Compare(lines, own), "the same input gives the same answer")
	})
}
