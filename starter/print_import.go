package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"reengage/gateway/api"
	"reengage/importing"
)

// printImport shows what a phase has found, or done.
func printImport(out io.Writer, i api.Import) {
	heads := map[importing.State]string{importing.Checked: "Dry run: nothing is taken in yet.", importing.Finished: "Taken in.",
		importing.Cancelled: "Cancelled.", importing.Failed: "Failed."}
	fmt.Fprintln(out, heads[i.State])
	if i.State != importing.Failed || i.Counts.Rows > 0 {
		printImportCounts(out, i)
	}
	fmt.Fprintf(out, "import %s\n", i.ID)
}

func printImportCounts(out io.Writer, i api.Import) {
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
}
