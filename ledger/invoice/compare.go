package invoice

import (
	"cmp"
	"maps"
	"slices"
)

// Own is what we have computed of the period and the numbers that an invoice is about.
type Own struct {
	cells    map[Key]Count
	unpriced map[Key]int64 // messages that would be in a cell if their price were known
	moves    map[Move]int64
}

// Move is a message that would be in another cell without the provider's verdict (P6): it is in From, at VerdictMicros, and would
// be in To, at OwnMicros.
type Move struct {
	From, To                 Key
	VerdictMicros, OwnMicros int64
}

func (m Move) compare(o Move) int {
	return cmp.Or(m.From.compare(o.From), m.To.compare(o.To), cmp.Compare(m.VerdictMicros, o.VerdictMicros), cmp.Compare(m.OwnMicros, o.OwnMicros))
}

// NewOwn returns one that has nothing.
func NewOwn() *Own {
	return &Own{cells: map[Key]Count{}, unpriced: map[Key]int64{}, moves: map[Move]int64{}}
}

// Add counts a delivered message.
func (o *Own) Add(k Key, micros int64) { o.cells[k] = o.cells[k].plus(Count{1, micros}) }

// AddUnpriced counts a message that should be charged and has no price. It is not added otherwise.
func (o *Own) AddUnpriced(k Key) { o.unpriced[k]++ }

// AddDifference notes that the verdict and our own computation put a message, which is added by its verdict, in different cells.
func (o *Own) AddDifference(m Move) { o.moves[m]++ }

// Difference is a cell in which invoice and computation differ.
type Difference struct {
	Key
	Invoiced    Count `json:"invoiced"`
	Computed    Count `json:"computed"`
	Unpriced    int64 `json:"unpriced_messages,omitempty" doc:"Of the messages that we did not count, how many have no price; they explain as many."`
	Verdicts    int64 `json:"verdict_differences,omitempty" doc:"Messages that the invoice has where we would have them, and not where their verdict says; negative where they have left."`
	Explained   Count `json:"explained" doc:"By these two."`
	Unexplained Count `json:"unexplained" doc:"invoiced - computed - explained."`
}

// Result is a comparison: the cells that differ, those with something unexplained first.
type Result struct {
	Cells       int          `json:"cells" doc:"How many cells invoice and computation have together."`
	Differences []Difference `json:"differences" nullable:"false" doc:"Cells that differ, those that are not explained first, then by day."`
	Unexplained int          `json:"unexplained" doc:"How many of them are not explained."`
	OnlyCharged bool         `json:"only_charged" doc:"The invoice has no free messages, so free messages were not compared."`
}

// Compare compares an invoice's lines, of which several may be of one cell, with what we have computed.
func Compare(lines []Line, own *Own) Result {
	invoiced := map[Key]Count{}
	for _, l := range lines {
		invoiced[l.Key] = invoiced[l.Key].plus(l.Count)
	}
	cells := map[Key]*Difference{}
	cell := func(k Key) *Difference {
		if cells[k] == nil {
			d := &Difference{Key: k, Invoiced: invoiced[k], Computed: own.cells[k]}
			d.Unexplained = d.Invoiced.minus(d.Computed)
			cells[k] = d
		}
		return cells[k]
	}
	for k := range invoiced {
		cell(k)
	}
	for k := range own.cells {
		cell(k)
	}
	for _, m := range slices.SortedFunc(maps.Keys(own.moves), Move.compare) {
		move(cell(m.From), cell(m.To), m, own.moves[m])
	}
	for k, messages := range own.unpriced {
		cell(k).price(messages)
	}
	return result(cells, len(lines) > 0 && !slices.ContainsFunc(lines, func(l Line) bool { return l.free() }))
}

// move explains as many messages as both cells differ by.
func move(from, to *Difference, m Move, messages int64) {
	n := min(messages, -from.Unexplained.Messages, to.Unexplained.Messages)
	if n <= 0 {
		return
	}
	from.Verdicts, to.Verdicts = from.Verdicts-n, to.Verdicts+n
	from.explain(Count{-1, -m.VerdictMicros}.times(n))
	to.explain(Count{1, m.OwnMicros}.times(n))
}

// price explains messages that the invoice has more, and, if it then has no more, also what they cost.
func (d *Difference) price(messages int64) {
	n := min(messages, d.Unexplained.Messages)
	if n <= 0 {
		return
	}
	d.Unpriced = n
	cost := Count{Messages: n}
	if n == d.Unexplained.Messages && d.Unexplained.AmountMicros > 0 {
		cost.AmountMicros = d.Unexplained.AmountMicros
	}
	d.explain(cost)
}

func (d *Difference) explain(c Count) {
	d.Explained, d.Unexplained = d.Explained.plus(c), d.Unexplained.minus(c)
}

// result lists what differs. Of an invoice that only has what costs, free messages are no difference.
func result(cells map[Key]*Difference, onlyCharged bool) Result {
	r := Result{Differences: []Difference{}, OnlyCharged: onlyCharged}
	for _, d := range cells {
		if onlyCharged && d.free() {
			continue
		}
		if d.Invoiced != (Count{}) || d.Computed != (Count{}) {
			r.Cells++
		}
		if d.Invoiced == d.Computed {
			continue
		}
		if d.Unexplained != (Count{}) {
			r.Unexplained++
		}
		r.Differences = append(r.Differences, *d)
	}
	slices.SortFunc(r.Differences, func(a, b Difference) int {
		if x, y := a.Unexplained != (Count{}), b.Unexplained != (Count{}); x != y {
			if x {
				return -1
			}
			return 1
		}
		return a.Key.compare(b.Key)
	})
	return r
}
