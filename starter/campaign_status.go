package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"reengage/gateway/api"
)

type campaignStatusVerb struct {
	broadcast
	Watch  bool          `help:"Go on until it has finished, is paused or was cancelled."`
	Every  time.Duration `default:"1s" help:"How often, with --watch."`
	AsJSON bool          `name:"json" help:"As JSON; with --watch a line each time."`
}

// Run shows its results, once or until nothing goes on any more.
func (v *campaignStatusVerb) Run(ctx context.Context, s streams) error {
	gateway, err := find(v.Client)
	if err != nil {
		return err
	}
	bar := newBar(s.out)
	defer bar.end()
	for before := ""; ; {
		var r api.CampaignResults
		if err := gateway.call(ctx, "GET", v.path("/results"), nil, &r); err != nil {
			return err
		}
		if !v.Watch || settled(r) {
			bar.end()
			return v.print(s, r)
		}
		line := progressLine(r)
		switch {
		case v.AsJSON:
			if err := v.print(s, r); err != nil {
				return err
			}
		case bar.seen():
			bar.show(line)
		case line != before:
			fmt.Fprintln(s.out, line)
		}
		before = line
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(v.Every):
		}
	}
}

// settled reports whether nothing changes any more by itself.
func settled(r api.CampaignResults) bool {
	return r.State != "running" && r.State != "scheduled"
}

// progressLine is how far it is, in one line.
func progressLine(r api.CampaignResults) string {
	line := fmt.Sprintf("%s %s %d of %d", r.State, filled(int64(r.Progress.Done), int64(r.Recipients)), r.Progress.Done, r.Recipients)
	if r.Progress.PerSecond > 0 {
		line += fmt.Sprintf(", %.1f a second", r.Progress.PerSecond)
	}
	if r.Progress.EndsAt != nil {
		line += ", done about " + stamp(r.Progress.EndsAt)
	}
	return line + fmt.Sprintf("; %d delivered, %d read, %d answered", r.Delivered, r.Read, r.Answered)
}

func (v *campaignStatusVerb) print(s streams, r api.CampaignResults) error {
	if v.AsJSON {
		if v.Watch {
			return json.NewEncoder(s.out).Encode(r)
		}
		return printJSON(s, r)
	}
	state := string(r.State)
	if r.Reason != nil {
		state += " " + stopWords(*r.Reason)
	}
	fmt.Fprintf(s.out, "%s, %d recipients\n", state, r.Recipients)
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, n int, by []api.CampaignCodeCount, codes ...string) {
		for _, c := range by {
			codes = append(codes, fmt.Sprintf("%s %d", c.Code, c.Recipients))
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t %s\n", name, n, percentOf(n, r.Recipients), strings.Join(codes, ", "))
	}
	line("accepted", r.Accepted, nil)
	line("delivered", r.Delivered, nil)
	line("read", r.Read, nil)
	if r.Delivered > 0 {
		line("answered", r.Answered, nil, percentOf(r.Answered, r.Delivered)+" of the delivered")
	} else {
		line("answered", r.Answered, nil)
	}
	line("opted out", r.OptedOut, nil)
	for _, other := range []struct {
		name string
		n    int
		by   []api.CampaignCodeCount
	}{{"failed", r.Failed, r.FailedBy}, {"refused", r.Refused, r.RefusedBy}, {"not sent", r.NotSent, r.NotSentBy}, {"held back", r.Held, r.HeldBy},
		{"pending", r.Pending, nil}, {"in progress", r.InProgress, nil}, {"unknown", r.Unknown, nil}} {
		if other.n > 0 {
			line(other.name, other.n, other.by)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, c := range r.Costs {
		each := ""
		if c.AnswerMicros != nil {
			each = ", " + money(*c.AnswerMicros, c.Currency).String() + " for each answer"
		}
		fmt.Fprintf(s.out, "It cost %s%s.\n", money(c.AmountMicros, c.Currency), each)
	}
	return nil
}

func percentOf(n, of int) string {
	if of == 0 {
		return none
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}
