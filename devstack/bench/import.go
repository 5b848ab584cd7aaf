package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/importing"
)

// measureImport takes a file of contacts in, as `starter import` has it done: uploaded, checked, applied; and then the same file again.
func measureImport(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "A file of contacts",
		How: fmt.Sprintf("%d rows with a phone, a name, a language, an opt-in, two tags and two custom fields, in an empty database, by the Import workflow and "+
			"one worker: a dry run from the end of the upload to its counts; the import to its end; the same file once more; then a dry run of %d other rows with a note "+
			"of %d characters each. Once each. Memory: Go's of this process, worker and gateway, beyond what it had, looked at every 2 ms, during all of that and the uploads.",
			n.importRows, n.notedRows, noteLength),
		Baseline: "one COPY of the same texts into a table without keys, indexes or triggers; " +
			"memory: the largest file's size",
	}
	s, err := g.newStage(ctx, g.temporal, 1)
	if err != nil {
		return group, err
	}
	defer closing(s.close, &err)
	if err := s.work(); err != nil {
		return group, err
	}
	im := &importing.Importer{Pool: s.serves, Clock: s.clock, Temporal: s.temporal.Client, Log: s.log}
	plain := contactTable{rows: n.importRows}
	noted := contactTable{first: n.importRows, rows: n.notedRows, note: strings.Repeat("n", noteLength)}
	var largest int64
	baselines := map[contactTable]float64{}
	peak, err := peakMemory(func() error {
		for _, p := range []struct {
			what  string
			table contactTable
			dry   bool
			want  importing.Counts
		}{
			{"dry run", plain, true, importing.Counts{Rows: int64(plain.rows), New: int64(plain.rows)}},
			{"import", plain, false, importing.Counts{Rows: int64(plain.rows), New: int64(plain.rows)}},
			{"the same file again", plain, false, importing.Counts{Rows: int64(plain.rows), Unchanged: int64(plain.rows)}},
			{"dry run with notes", noted, true, importing.Counts{Rows: int64(noted.rows), New: int64(noted.rows)}},
		} {
			if _, known := baselines[p.table]; !known {
				took, err := s.copyRows(ctx, p.table)
				if err != nil {
					return err
				}
				baselines[p.table] = perSecond(p.table.rows, took)
			}
			i, took, err := s.takeFile(ctx, im, p.table, p.dry)
			if err != nil {
				return err
			}
			if i.Counts != p.want {
				return fmt.Errorf("%s: %+v instead of %+v", p.what, i.Counts, p.want)
			}
			largest = max(largest, i.Size)
			group.add(p.what, "rows/s", perSecond(p.table.rows, took), baselines[p.table])
		}
		return nil
	})
	if err != nil {
		return group, err
	}
	group.add("peak memory", "MB", float64(peak)/1e6, float64(largest)/1e6)
	return group, nil
}

// noteLength makes a row of the table with notes about 1 KiB.
const noteLength = 930

// contactTable is a table of invented contacts, from the first on.
type contactTable struct {
	first, rows int
	note        string // of each
}

// takeFile uploads the table and waits for the end of the file's phase.
func (s *stage) takeFile(ctx context.Context, im *importing.Importer, t contactTable, dry bool) (p importing.Progress, took time.Duration, err error) {
	i, err := im.Receive(ctx, time.Now(), importing.Upload{DryRun: dry, By: "operator"}, t.file())
	if err != nil {
		return p, 0, err
	}
	took, err = timed(func() error {
		return s.temporal.Client.GetWorkflow(ctx, "import/"+i.ID.String(), "").Get(ctx, &p)
	})
	if err == nil && p.State != importing.Checked && p.State != importing.Finished {
		err = fmt.Errorf("the import is %s", p.State)
	}
	return p, took, err
}

// row is one contact.
func (t contactTable) row(i int) []any {
	i += t.first
	return []any{fmt.Sprintf("+1202%07d", 2000000+i), fmt.Sprintf("Person %d Example", i), "en_US", "yes", fmt.Sprintf("vip;group %d", i%50),
		fmt.Sprintf("City %d", i%1000), fmt.Sprintf("plan %d", i%5), t.note}
}

// file is the table as CSV, made as it is read.
func (t contactTable) file() io.Reader {
	r, w := io.Pipe()
	go func() {
		out := bufio.NewWriterSize(w, 64<<10)
		fmt.Fprintln(out, "phone,name,language,opt_in,tags,city,plan,note")
		for i := range t.rows {
			fmt.Fprintf(out, "%s,%s,%s,%s,%s,%s,%s,%s\n", t.row(i)...)
		}
		w.CloseWithError(out.Flush())
	}()
	return r
}

// copyRows is the baseline.
func (s *stage) copyRows(ctx context.Context, t contactTable) (took time.Duration, err error) {
	const table = "CREATE TABLE plain (id uuid, phone text, name text, language text, opt_in text, tags text, city text, plan text, note text)"
	if _, err := s.serves.Exec(ctx, table); err != nil {
		return 0, err
	}
	defer closing(func() error { _, err := s.serves.Exec(ctx, "DROP TABLE plain"); return err }, &err)
	return timed(func() error {
		return pgx.BeginFunc(ctx, s.serves, func(tx pgx.Tx) error {
			_, err := tx.CopyFrom(ctx, pgx.Identifier{"plain"}, []string{"id", "phone", "name", "language", "opt_in", "tags", "city", "plan", "note"},
				pgx.CopyFromSlice(t.rows, func(i int) ([]any, error) { return append([]any{uuid.New()}, t.row(i)...), nil }))
			return err
		})
	})
}
