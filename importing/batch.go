package importing

import (
	"context"
	"errors"
	"io"
	"time"

	"reengage/db"
	"reengage/sheet"
)

// The most of a batch. Its rows are held in memory, three batches at once: one read, one on its way, one written.
const (
	mostRows  = 4000
	mostBytes = 2 << 20
)

// batch is some rows of the file that follow one another.
type batch struct {
	from     int64 // the byte at which it begins
	to, line int64 // where it ends, and the line that begins there
	rows     []row
	last     bool // nothing comes behind it
}

// split makes two of one.
func (b batch) split() (batch, batch) {
	n := len(b.rows) / 2
	first, second := b, b
	at := b.rows[n-1]
	first.rows, first.to, first.line, first.last = b.rows[:n], at.end, at.next, false
	second.rows, second.from = b.rows[n:], at.end
	return first, second
}

// source reads batches from an import's file.
type source struct {
	rows    *sheet.Reader
	reading reading
	most    int
}

func (im *Importer) source(ctx context.Context, i db.Import, d Dialect, now time.Time) *source {
	most := im.batchRows
	if most == 0 {
		most = mostRows
	}
	file := &chunks{ctx: ctx, queries: db.New(im.Pool), id: i.ID, position: i.Position, size: i.Size}
	return &source{rows: sheet.NewReader(file, d.Dialect, i.Position, i.Line), most: most,
		reading: reading{columns: d.Columns, region: i.DefaultRegion, now: now, zones: map[string]bool{}}}
}

// next reads a batch; its last one may be without rows.
func (s *source) next() (batch, error) {
	var b batch
	b.from, b.line = s.rows.Offset()
	for b.to = b.from; len(b.rows) < s.most && b.to-b.from < mostBytes; {
		r, err := s.rows.Next()
		if errors.Is(err, io.EOF) {
			b.last = true
			b.to, b.line = s.rows.Offset()
			return b, nil
		}
		if err != nil {
			return b, err
		}
		b.to, b.line = r.End, r.Next
		read := row{line: r.Line, cells: r.Cells, end: r.End, next: r.Next}
		if r.Problem != nil {
			read.wrong = &rejection{r.Problem.Code, r.Problem.Reason}
		} else {
			var blank bool
			if read.rec, blank, read.wrong = s.reading.read(r.Cells); blank {
				continue
			}
		}
		b.rows = append(b.rows, read)
	}
	return b, nil
}
