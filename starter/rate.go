package main

import (
	"fmt"
	"os"

	"reengage/tariff"
)

type rateVerb struct {
	Scheme          string `required:"" help:"The scheme, such as zenvia-conversion."`
	Timezone        string `help:"The account's time zone. By default UTC."`
	EntryPointHours int    `default:"72" help:"Length of a free entry point (Meta's schemes); 0: none."`
	Cards           string `help:"A folder of rate cards that replaces the shipped ones." type:"path"`
	File            string `arg:"" optional:"" help:"Events as JSON lines. By default standard input."`
}

// Run rates. It needs neither database nor gateway.
func (v *rateVerb) Run(s streams) error {
	in := s.in
	if v.File != "" && v.File != "-" {
		file, err := os.Open(v.File)
		if err != nil {
			return usageError(fmt.Sprintf("the events cannot be read: %v", err))
		}
		defer file.Close()
		if info, err := file.Stat(); err == nil && info.IsDir() {
			return usageError(fmt.Sprintf("the events cannot be read: %s is a folder", v.File))
		}
		in = file
	}
	return tariff.RateStream(in, s.out, s.err, tariff.Options{
		Scheme: v.Scheme, Timezone: v.Timezone, EntryPointHours: v.EntryPointHours, CardsDir: v.Cards,
	})
}
