package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"reengage/config"
	"reengage/gateway/api"
	"reengage/tariff"
)

// comparisonPatience is how long a comparison in the gateway is waited for, in real time; a little longer than the gateway does.
const comparisonPatience = api.ComparisonTimeout + 10*time.Second

type compareVerb struct {
	Client          config.Client `embed:""`
	Schemes         []string      `required:"" sep:"," help:"The schemes, comma separated; they are listed in this order."`
	Timezone        string        `help:"Of a file: the account's time zone. By default UTC."`
	EntryPointHours *int          `help:"Of a file: length of a free entry point (Meta's schemes); 0: none. By default 72."`
	Cards           string        `help:"Of a file: a folder of rate cards that replaces the shipped ones." type:"path"`
	From            string        `help:"Of what is stored: beginning of the period, a date of each number's account or an RFC 3339 time. By default of this month, or of the month that --to ends."`
	To              string        `help:"Of what is stored: end of the period, not in it. By default of this month, or of a later one that --from is in."`
	Number          string        `help:"Of what is stored: only messages of this business number (phone number id)."`
	CardSet         string        `help:"Of what is stored: prices of the set of rate cards that was loaded under this name."`
	JSON            bool          `name:"json" help:"Print the API's answer."`
	File            string        `arg:"" optional:"" help:"Events as JSON lines; - is standard input. Without a file: what the gateway has stored."`
}

// Run compares. With a file it needs neither database nor gateway.
func (v *compareVerb) Run(ctx context.Context, s streams) error {
	if v.File == "" {
		return v.stored(ctx, s)
	}
	for flag, value := range map[string]string{"--from": v.From, "--to": v.To, "--number": v.Number, "--card-set": v.CardSet} {
		if value != "" {
			return usageError(flag + " is for what the gateway has stored; of a file, all events are compared")
		}
	}
	in, err := openEvents(s, v.File)
	if err != nil {
		return err
	}
	defer in.Close()
	options := tariff.Options{Timezone: v.Timezone, EntryPointHours: int(tariff.DefaultEntryPoint / time.Hour), CardsDir: v.Cards}
	if v.EntryPointHours != nil {
		options.EntryPointHours = *v.EntryPointHours
	}
	c, err := tariff.CompareStream(in, v.Schemes, options)
	if err != nil {
		return err
	}
	if err := v.show(s, api.Page[tariff.SchemeTotal]{Items: c.Totals()}); err != nil {
		return err
	}
	return c.Err()
}

func (v *compareVerb) stored(ctx context.Context, s streams) error {
	switch {
	case v.Timezone != "":
		return usageError("--timezone is for a file; what is stored has its numbers' accounts")
	case v.EntryPointHours != nil:
		return usageError("--entry-point-hours is for a file; the gateway has its own configuration")
	case v.Cards != "":
		return usageError("--cards is for a file; for what is stored there is --card-set")
	}
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	g.patience = comparisonPatience
	var page api.Page[tariff.SchemeTotal]
	parameters := query(map[string]string{
		"schemes": strings.Join(v.Schemes, ","), "from": v.From, "to": v.To, "number": v.Number, "card_set": v.CardSet,
	})
	if err := g.call(ctx, "GET", "/v1/costs/compare?"+parameters.Encode(), nil, &page); err != nil {
		return err
	}
	return v.show(s, page)
}

func (v *compareVerb) show(s streams, page api.Page[tariff.SchemeTotal]) error {
	if v.JSON {
		return printJSON(s, page)
	}
	return printComparison(s, page.Items)
}

// openEvents opens a file of events; - is standard input.
func openEvents(s streams, name string) (io.ReadCloser, error) {
	if name == "" || name == "-" {
		return io.NopCloser(s.in), nil
	}
	return openFile("the events", name)
}

// openFile opens a file that a person has named.
func openFile(what, name string) (io.ReadCloser, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, usageError(fmt.Sprintf("%s cannot be read: %v", what, err))
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, usageError(fmt.Sprintf("%s cannot be read: %s is a folder", what, name))
	}
	return file, nil
}

// printComparison shows the totals and, below, what each rule's part in them is. Currencies have lines of their own.
func printComparison(s streams, totals []tariff.SchemeTotal) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SCHEME\tCHARGES\tTOTAL\tWITHOUT A PRICE")
	for _, total := range totals {
		if len(total.Currencies) == 0 {
			fmt.Fprintf(t, "%s\t0\t%s\t%d\n", total.Scheme, none, total.Unpriced)
		}
		for _, sum := range total.Currencies {
			fmt.Fprintf(t, "%s\t%d\t%s\t%d\n", total.Scheme, sum.Charges, money(sum.AmountMicros, sum.Currency), total.Unpriced)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t, "\nSCHEME\tRULE\tCHARGES\tAMOUNT\tSHARE")
	for _, total := range totals {
		for _, sum := range total.Currencies {
			for _, r := range sum.Rules {
				fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%.2f %%\n", total.Scheme, r.Rule, r.Charges, money(r.AmountMicros, sum.Currency), r.Percent)
			}
		}
	}
	return t.Flush()
}
