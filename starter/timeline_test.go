package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func TestATimelineIsALineForEachThing(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	seen, reverses := "Dear Ada,\nthank you.", int64(1)
	var out bytes.Buffer
	require.NoError(t, printTimeline(streams{out: &out}, []api.TimelineItem{
		{At: at, Message: &api.TimelineMessage{Direction: "inbound", Type: "text", Text: "Is it\nstill\x1b[31m there?"}},
		{At: at, Message: &api.TimelineMessage{Direction: "outbound", Type: "template", State: "unknown", MayHaveArrived: true, PossibleDuplicate: true,
			Template: &api.TimelineTemplate{Name: "thanks", Language: "en_US", Text: &seen}}},
		{At: at, Message: &api.TimelineMessage{Direction: "outbound", Type: "freeform", State: "refused", Text: "Yes.", Reason: &api.Reason{Sentence: "the window has closed"}}},
		{At: at, Reminder: &api.TimelineReminder{Outcome: "sent", Sentence: "the team was reminded"}},
		{At: at, Charge: &api.TimelineCharge{AmountMicros: -22_000, Currency: "USD", Scheme: "zenvia-conversion", Rule: "Z4", Reverses: &reverses}},
		{At: at, Decision: &api.Decision{Subject: "close", Code: "allowed", Sentence: "closed"}},
	}))
	const time = "2026-11-20 12:00:00 UTC  "
	require.Equal(t, "AT                       WHAT                STATE     TEXT\n"+
		time+"contact: text       –         Is it still�[31m there?\n"+
		time+"business: template  unknown   thanks/en_US  Dear Ada, thank you.  (may have arrived)  (possibly twice)\n"+
		time+"business: freeform  refused   Yes.  the window has closed\n"+
		time+"reminder            sent      the team was reminded\n"+
		time+"charge              reversal  -0.022 USD by zenvia-conversion, Z4\n"+
		time+"close               allowed   closed\n", out.String())
	out.Reset()
	require.NoError(t, printTimeline(streams{out: &out}, nil))
	require.Equal(t, "Nothing has happened yet.\n", out.String())
}
