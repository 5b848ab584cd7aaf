package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"reengage/config"
	"reengage/gateway/api"
)

type timelineVerb struct {
	Client config.Client `embed:""`
	known
	JSON bool `name:"json" help:"Print the API's answer; all pages as one list."`
}

// Run shows everything that has happened in a conversation.
func (v *timelineVerb) Run(ctx context.Context, s streams) error {
	return listOf(ctx, s, v.Client, v.known, "timeline", v.JSON, printTimeline)
}

func printTimeline(s streams, items []api.TimelineItem) error {
	if len(items) == 0 {
		_, err := fmt.Fprintln(s.out, "Nothing has happened yet.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "AT\tWHAT\tSTATE\tTEXT")
	for _, i := range items {
		what, state, text := happened(i)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", stamp(&i.At), printable(what), orDash(state), text)
	}
	return t.Flush()
}

// happened says of an item what it is, how far it has got, and the rest.
func happened(i api.TimelineItem) (what, state, text string) {
	switch {
	case i.Message != nil:
		return messageLine(*i.Message)
	case i.Reminder != nil:
		return "reminder", i.Reminder.Outcome, printable(i.Reminder.Sentence)
	case i.Charge != nil:
		if i.Charge.Reverses != nil {
			state = "reversal"
		} else if i.Charge.Reversed {
			state = "reversed"
		}
		return "charge", state, fmt.Sprintf("%s by %s, %s", money(i.Charge.AmountMicros, i.Charge.Currency), printable(i.Charge.Scheme), printable(i.Charge.Rule))
	case i.Decision != nil:
		return i.Decision.Subject, decided(*i.Decision), printable(i.Decision.Sentence)
	}
	return i.Kind, "", ""
}

// oneLine is a text of any number of lines, as far as a line has room.
func oneLine(text string) string {
	return shortened(printable(strings.Join(strings.Fields(text), " ")))
}

func messageLine(m api.TimelineMessage) (what, state, text string) {
	what = "contact: " + m.Type
	if m.Direction == "outbound" {
		what = "business: " + m.Type
	}
	var words []string
	if m.Text != "" {
		words = append(words, oneLine(m.Text))
	}
	if t := m.Template; t != nil {
		words = append(words, printable(t.Name+"/"+t.Language))
		if t.Text != nil {
			words = append(words, oneLine(*t.Text))
		}
	}
	if m.MayHaveArrived {
		words = append(words, "(may have arrived)")
	}
	if m.PossibleDuplicate {
		words = append(words, "(possibly twice)")
	}
	if m.Inferred {
		words = append(words, "(inferred)")
	}
	if m.Reason != nil {
		words = append(words, printable(m.Reason.Sentence))
	}
	return what, m.State, strings.Join(words, "  ")
}
