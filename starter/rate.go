package main

import (
	"runtime/debug"

	"reengage/tariff"
)

type rateVerb struct {
	Scheme          string `required:"" help:"The scheme, such as zenvia-conversion."`
	Timezone        string `help:"The account's time zone. By default UTC."`
	EntryPointHours int    `default:"72" help:"Length of a free entry point (Meta's schemes); 0: none."`
	Cards           string `help:"A folder of rate cards that replaces the shipped ones." type:"path"`
	File            string `arg:"" optional:"" help:"Events as JSON lines. By default standard input."`
}

// rateMemory is from where on garbage is collected more eagerly: a million events of an expensive tariff fit into 1 GiB with it.
const rateMemory = 640 << 20

// Run rates. It needs neither database nor gateway.
func (v *rateVerb) Run(s streams) error {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(rateMemory))
	in, err := openEvents(s, v.File)
	if err != nil {
		return err
	}
	defer in.Close()
	return tariff.RateStream(in, s.out, s.err, tariff.Options{
		Scheme: v.Scheme, Timezone: v.Timezone, EntryPointHours: v.EntryPointHours, CardsDir: v.Cards,
	})
}
