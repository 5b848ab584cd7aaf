package importing_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/importing"
)

// naive is what a file makes of an empty database, row by row and without a thought for speed: of the rows that name somebody the first
// counts, and nobody is known by two names unless one row says so.
type naive struct {
	names  map[string]bool // that have stood in a row
	people []string
	counts importing.Counts
}

type line struct{ phone, bsuid, name, optIn, tags string }

func (l line) csv() string {
	return strings.Join([]string{l.phone, l.bsuid, l.name, l.optIn, l.tags}, ",") + "\n"
}

func (n *naive) add(l line) {
	n.counts.Rows++
	known := l.phone != "" && n.names["p"+l.phone] || l.bsuid != "" && n.names["b"+l.bsuid]
	if l.phone == "" && l.bsuid == "" || l.optIn == "perhaps" {
		n.counts.Invalid++
		return
	}
	n.names["p"+l.phone], n.names["b"+l.bsuid] = true, true
	delete(n.names, "p")
	delete(n.names, "b")
	if known {
		n.counts.Duplicate++
		return
	}
	n.counts.New++
	in := "f"
	if l.optIn == "yes" {
		in = "t"
	} else {
		n.counts.NoOptIn++
	}
	n.people = append(n.people, fmt.Sprintf("(%s,%s,%s,%s,%s)", strings.TrimPrefix(l.phone, "+"), l.bsuid, quoted(l.name), quoted("{"+strings.ReplaceAll(l.tags, ";", ",")+"}"), in))
}

func quoted(s string) string {
	if s == "" {
		return `""`
	}
	if strings.ContainsAny(s, ", ") {
		return `"` + s + `"`
	}
	return s
}

var lines = rapid.Custom(func(t *rapid.T) line {
	l := line{phone: rapid.SampledFrom([]string{"", "+12025550101", "+12025550102", "+12025550103", "+12025550104"}).Draw(t, "phone"),
		bsuid: rapid.SampledFrom([]string{"", "", "US.1", "US.2", "US.3"}).Draw(t, "bsuid"),
		name:  rapid.SampledFrom([]string{"Ada", "Bob"}).Draw(t, "name"),
		optIn: rapid.SampledFrom([]string{"", "yes", "no", "perhaps"}).Draw(t, "opt_in"),
		tags:  rapid.SampledFrom([]string{"", "vip", "new;vip"}).Draw(t, "tags")}
	if l.phone == "" && l.bsuid == "" && rapid.Bool().Draw(t, "somebody") {
		l.phone = "+12025550105"
	}
	return l
})

// Whatever rows there are, in whatever batches they are read, and wherever a worker dies: the contacts, and what is said of them, are
// those of the naive reading; a dry run says the same before; and the same file once more changes nothing.
func TestAnyFileInAnyBatchesWithAnyCrashesMakesWhatANaiveReadingMakes(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		_, err := w.pool.Exec(w.Context(), `ALTER TABLE consent_changes DISABLE TRIGGER USER; DELETE FROM consent_changes; DELETE FROM contact_aliases; DELETE FROM contacts`)
		require.NoError(t, err)
		rows := rapid.SliceOfN(lines, 1, 15).Draw(t, "rows")
		file, model := "phone,bsuid,name,opt_in,tags\n", &naive{names: map[string]bool{}}
		for _, l := range rows {
			file += l.csv()
			model.add(l)
		}
		w.InBatchesOf(rapid.IntRange(1, 6).Draw(t, "batch"))
		crashes := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 4).Draw(t, "crashes")

		checked := w.upload(file, true)
		require.Equal(t, model.counts, w.runWithCrashes(t, checked.ID, crashes).Counts, "the dry run")
		_, err = w.Apply(w.Context(), checked.ID)
		require.NoError(t, err)
		require.Equal(t, model.counts, w.runWithCrashes(t, checked.ID, crashes).Counts)
		slices.Sort(model.people)
		require.Equal(t, strings.Join(model.people, "\n"), w.text(`SELECT c.phone, c.bsuid, c.name, c.tags, p.marketing = 'in' FROM contacts c, contact_permissions(c.id) p
			ORDER BY concat('(', c.phone, ',', c.bsuid) COLLATE "C"`))
		invalid := model.counts.Invalid + model.counts.Duplicate
		require.Equal(t, fmt.Sprintf("(%d)", invalid), w.text("SELECT count(*) FROM import_rejects WHERE import_id = $1", checked.ID))

		again := w.take(file)
		require.Equal(t, importing.Counts{Rows: model.counts.Rows, Unchanged: model.counts.New, Invalid: model.counts.Invalid,
			Duplicate: model.counts.Duplicate, NoOptIn: model.counts.NoOptIn}, again)
	})
}

// runWithCrashes works on an import with workers that die after some batches, the last one excepted.
func (w *world) runWithCrashes(t *rapid.T, id [16]byte, crashes []int) importing.Progress {
	for _, after := range crashes {
		ctx, die := context.WithCancel(context.WithoutCancel(w.Context()))
		n := 0
		_, err := w.Work(ctx, id, time.Now().Add(time.Hour), func(importing.Progress) {
			if n++; n == after {
				die()
			}
		})
		die()
		if err != nil && !errors.Is(err, context.Canceled) {
			require.NoError(t, err)
		}
	}
	return w.run(id)
}
