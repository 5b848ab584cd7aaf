package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Report is what a run of the bench found.
type Report struct {
	Machine Machine       `json:"machine"`
	Began   time.Time     `json:"began"`
	Took    time.Duration `json:"took_ns"`
	Groups  []Group       `json:"groups"`
}

// Group is a few figures that were made in one go.
type Group struct {
	Name     string   `json:"name"`
	Baseline string   `json:"baseline"` // what the figures are held against
	How      string   `json:"how"`
	Notes    []string `json:"notes,omitempty"`
	Figures  []Figure `json:"figures"`
}

// Figure is one number beside its baseline, in the same unit and of the same run.
type Figure struct {
	What     string  `json:"what"`
	Unit     string  `json:"unit"`
	Value    float64 `json:"value"`
	Baseline float64 `json:"baseline"`
}

// Ratio of the figure to its baseline.
func (f Figure) Ratio() float64 { return f.Value / f.Baseline }

// MarshalJSON adds the ratio.
func (f Figure) MarshalJSON() ([]byte, error) {
	type plain Figure
	return json.Marshal(struct {
		plain
		Ratio float64 `json:"ratio"`
	}{plain(f), f.Ratio()})
}

func (g *Group) add(what, unit string, value, baseline float64) {
	g.Figures = append(g.Figures, Figure{what, unit, value, baseline})
}

func (g *Group) note(format string, args ...any) {
	g.Notes = append(g.Notes, fmt.Sprintf(format, args...))
}

func (r Report) write(out io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	for _, line := range r.Machine.lines() {
		fmt.Fprintln(out, line)
	}
	fmt.Fprintf(out, "run       %s, took %s\n", r.Began.UTC().Format(time.RFC3339), r.Took.Round(time.Second))
	for _, g := range r.Groups {
		fmt.Fprintf(out, "\n%s\n", g.Name)
		fmt.Fprintf(out, "  %-36s %10s %10s %8s\n", "", "Reengage", "baseline", "ratio")
		for _, f := range g.Figures {
			fmt.Fprintf(out, "  %-36s %10s %10s %8s  %s\n", f.What, number(f.Value), number(f.Baseline), number(f.Ratio()), f.Unit)
		}
		fmt.Fprintf(out, "%s\n%s\n", folded("how", g.How), folded("baseline", g.Baseline))
		for _, n := range g.Notes {
			fmt.Fprintln(out, folded("note", n))
		}
	}
	return nil
}

// number is readable: three digits that count, or a whole number.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	default:
		return fmt.Sprintf("%.3g", v)
	}
}

// folded sets a text in lines below one another, after a label.
func folded(label, text string) string {
	const width, indent = 110, 12
	var b strings.Builder
	fmt.Fprintf(&b, "  %-*s", indent-2, label)
	column := indent
	for i, word := range strings.Fields(text) {
		if i > 0 && column+1+len(word) > width {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		} else if i > 0 {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
