package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"reengage/gateway/api"
	"reengage/importing"
)

// printImport shows what a phase has found, or done.
func printImport(out io.Writer, i api.Import) {
	heads := map[importing.State]string{importing.Checked: "Dry run: nothing is taken in yet.", importing.Finished: "Taken in.",
		importing.Cancelled: "Cancelled.", importing.Failed: "Failed."}
	fmt.Fprintln(out, heads[i.State])
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, line := range []struct {
		what  string
		count int64
	}{
		{"rows", i.Counts.Rows}, {"new", i.Counts.New}, {"changed", i.Counts.Changed}, {"unchanged", i.Counts.Unchanged},
		{"invalid", i.Counts.Invalid}, {"duplicate", i.Counts.Duplicate}, {"without opt-in", i.Counts.NoOptIn}, {"opted out", i.Counts.OptedOut},
	} {
		fmt.Fprintf(t, "%s\t%d\t\n", line.what, line.count)
	}
	_ = t.Flush()
	for _, c := range i.Columns {
		if c.Meaning == importing.MeansField {
			fmt.Fprintf(out, "column %q becomes the custom field %s\n", printable(c.Header), c.Field)
		}
	}
	fmt.Fprintf(out, "import %s\n", i.ID)
}

// bar is a line that shows how far something has got, where somebody looks at it.
type bar struct {
	out  io.Writer
	what string
	last string
}

// newBar returns a bar on a terminal; on anything else it shows nothing.
func newBar(out io.Writer, what string) *bar {
	file, ok := out.(*os.File)
	if !ok {
		return &bar{}
	}
	about, err := file.Stat()
	if err != nil || about.Mode()&os.ModeCharDevice == 0 {
		return &bar{}
	}
	return &bar{out: out, what: what}
}

const barWidth = 30

func (b *bar) show(n, of int64, more string) {
	if b.out == nil {
		return
	}
	line := fmt.Sprintf("%-10s %d MB %s", b.what, n>>20, more)
	if of > 0 {
		full := int(min(n, of) * barWidth / of)
		line = fmt.Sprintf("%-10s [%s%s] %3d %% %s", b.what, strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), min(n, of)*100/of, more)
	}
	if line != b.last {
		fmt.Fprintf(b.out, "\r\033[K%s", line)
		b.last = line
	}
}

func (b *bar) end() {
	if b.out != nil && b.last != "" {
		fmt.Fprint(b.out, "\r\033[K")
	}
}
