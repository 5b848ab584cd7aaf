package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"reengage/config"
	"reengage/gateway/api"
	"reengage/ledger/invoice"
)

type invoiceVerb struct {
	Client config.Client `embed:""`
	File   string        `arg:"" help:"The invoice as CSV with a heading line: day, market, category, type, messages, amount_micros (or amount), currency and perhaps number."`
	From   string        `help:"First day to be compared. By default the invoice's first."`
	To     string        `help:"End of the days to be compared, not one of them. By default the day after the invoice's last."`
	Number string        `help:"The invoice is about this business number (phone number id). By default about all."`
	JSON   bool          `name:"json" help:"Print the API's answer."`
}

// Run compares an invoice with what was computed. What cannot be explained is an error: exit 1.
func (v *invoiceVerb) Run(ctx context.Context, s streams) error {
	file, err := openFile("the invoice", v.File)
	if err != nil {
		return err
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("read the invoice: %w", err)
	}
	if _, err := invoice.Read(strings.NewReader(string(text))); err != nil {
		return usageError(err.Error()) // no gateway is needed to say so
	}
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	g.patience = comparisonPatience
	var result api.InvoiceComparison
	path := "/v1/charges/invoice?" + query(map[string]string{"from": v.From, "to": v.To, "number": v.Number}).Encode()
	if err := g.send(ctx, "POST", path, "text/csv", text, &result); err != nil {
		return err
	}
	show := printInvoice
	if v.JSON {
		show = func(s streams, r api.InvoiceComparison) error { return printJSON(s, r) }
	}
	if err := show(s, result); err != nil {
		return err
	}
	if result.Unexplained > 0 {
		return fmt.Errorf("the invoice differs from what was computed in %s that nothing explains", plural(result.Unexplained, "way"))
	}
	return nil
}

func plural[N int | int64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func printInvoice(s streams, r api.InvoiceComparison) error {
	fmt.Fprintf(s.out, "%s to %s (not in it): %s compared, %s left out.\n", r.From, r.To, plural(r.Lines, "line"), plural(r.SkippedLines, "line"))
	fmt.Fprintf(s.out, "%s of the period without a price, %s with a verdict other than our own reading.\n", plural(r.Unpriced, "message"), plural(r.Verdicts, "message"))
	if r.OnlyCharged {
		fmt.Fprintln(s.out, "The file has no free messages; they are not compared.")
	}
	if len(r.Differences) == 0 {
		_, err := fmt.Fprintln(s.out, "No differences.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DAY\tNUMBER\tMARKET\tCATEGORY\tTYPE\tINVOICED\tCOMPUTED\tEXPLAINED\tNOT EXPLAINED")
	for _, d := range r.Differences {
		count := func(c invoice.Count) string {
			if c == (invoice.Count{}) {
				return none
			}
			return fmt.Sprintf("%d: %s", c.Messages, money(c.AmountMicros, d.Currency))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.Day, orNone(d.Number), orNone(d.Market), d.Category, d.Type,
			count(d.Invoiced), count(d.Computed), count(d.Explained)+because(d), count(d.Unexplained))
	}
	return t.Flush()
}

// because names what explains a part of a difference.
func because(d invoice.Difference) string {
	var reasons []string
	if d.Unpriced != 0 {
		reasons = append(reasons, fmt.Sprintf("%d without a price", d.Unpriced))
	}
	if d.Verdicts != 0 {
		reasons = append(reasons, fmt.Sprintf("%+d by verdict", d.Verdicts))
	}
	if len(reasons) == 0 {
		return ""
	}
	return " (" + strings.Join(reasons, ", ") + ")"
}
