package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
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
			"one worker: a dry run from the end of the upload to its counts; the import to its end; the same file once more. Once each. Memory: Go's of this process, "+
			"worker and gateway, beyond what it had, looked at every 2 ms, during all of that and the uploads.", n.importRows),
		Baseline: "one COPY of the same texts into a table without keys, indexes or triggers; " +
			"memory: the file's size",
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
	var size int64
	peak, err := peakMemory(func() error {
		plain, err := s.copyRows(ctx, n.importRows)
		if err != nil {
			return err
		}
		baseline := perSecond(n.importRows, plain)
		for _, p := range []struct {
			what string
			dry  bool
			want importing.Counts
		}{
			{"dry run", true, importing.Counts{Rows: int64(n.importRows), New: int64(n.importRows)}},
			{"import", false, importing.Counts{Rows: int64(n.importRows), New: int64(n.importRows)}},
			{"the same file again", false, importing.Counts{Rows: int64(n.importRows), Unchanged: int64(n.importRows)}},
		} {
			i, took, err := s.takeFile(ctx, im, n.importRows, p.dry)
			if err != nil {
				return err
			}
			if i.Counts != p.want {
				return fmt.Errorf("%s: %+v instead of %+v", p.what, i.Counts, p.want)
			}
			size = i.Size
			group.add(p.what, "rows/s", perSecond(n.importRows, took), baseline)
		}
		return nil
	})
	if err != nil {
		return group, err
	}
	group.add("peak memory", "MB", float64(peak)/1e6, float64(size)/1e6)
	return group, nil
}

// takeFile uploads the file and waits for the end of its phase.
func (s *stage) takeFile(ctx context.Context, im *importing.Importer, rows int, dry bool) (p importing.Progress, took time.Duration, err error) {
	i, err := im.Receive(ctx, time.Now(), importing.Upload{DryRun: dry, By: "operator"}, contactFile(rows))
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

// importedContact is one of a file's, invented.
func importedContact(i int) []any {
	return []any{fmt.Sprintf("+1202%07d", 2000000+i), fmt.Sprintf("Person %d Example", i), "en_US", "yes", fmt.Sprintf("vip;group %d", i%50),
		fmt.Sprintf("City %d", i%1000), fmt.Sprintf("plan %d", i%5)}
}

// contactFile is the file, made as it is read.
func contactFile(rows int) io.Reader {
	r, w := io.Pipe()
	go func() {
		out := bufio.NewWriterSize(w, 64<<10)
		fmt.Fprintln(out, "phone,name,language,opt_in,tags,city,plan")
		for i := range rows {
			fmt.Fprintf(out, "%s,%s,%s,%s,%s,%s,%s\n", importedContact(i)...)
		}
		w.CloseWithError(out.Flush())
	}()
	return r
}

// copyRows is the baseline.
func (s *stage) copyRows(ctx context.Context, rows int) (time.Duration, error) {
	const table = "CREATE TABLE plain (id uuid, phone text, name text, language text, opt_in text, tags text, city text, plan text)"
	if _, err := s.serves.Exec(ctx, table); err != nil {
		return 0, err
	}
	return timed(func() error {
		return pgx.BeginFunc(ctx, s.serves, func(tx pgx.Tx) error {
			_, err := tx.CopyFrom(ctx, pgx.Identifier{"plain"}, []string{"id", "phone", "name", "language", "opt_in", "tags", "city", "plan"},
				pgx.CopyFromSlice(rows, func(i int) ([]any, error) { return append([]any{uuid.New()}, importedContact(i)...), nil }))
			return err
		})
	})
}
