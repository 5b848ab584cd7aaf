package demo

import (
	_ "embed"
	"slices"
	"time"

	"reengage/campaign"
	"reengage/importing"
	"reengage/whatsapp/whatsapptest"
)

// lamps are the contacts of the campaign, nobody of whom has written before. Of one the phone is not whole.
//
//go:embed lamps.csv
var lamps []byte

// office is what the business does for many at once.
var office = customer{name: "The office", lines: []line{
	{at: hm(13, 0), do: imports},
	{at: hm(14, 0), do: launches},
}}

// The campaign goes out in the middle of the second day, when it is night in London: whoever lives there is held back until then.
const (
	campaignAt      = 26 * time.Hour
	londonNightFrom = 25 * time.Hour
	londonNightTo   = 28 * time.Hour
)

// Who does what with it stands beside each name in readers; the seeds are such that they do.
var (
	soon   = whatsapptest.Span{Least: time.Minute, Most: 20 * time.Minute}
	crowds = []whatsapptest.Crowd{readersIn("1202555017", 221636), readersIn("4477009001", 8)}
)

func readersIn(prefix string, seed uint64) whatsapptest.Crowd {
	names := map[string]string{}
	for _, r := range readers {
		names[r.phone] = r.name
	}
	return whatsapptest.Crowd{
		Seed: seed, Prefix: prefix, Quote: 0.5, Names: names,
		Shares: whatsapptest.Shares{Unreachable: 0.1, Answering: 0.35, Reading: 0.4},
		Delays: whatsapptest.Delays{Sent: whatsapptest.Span{Least: time.Minute, Most: 5 * time.Minute}, Delivered: soon, Read: soon, Written: soon},
	}
}

// readers are whom the campaign is for, but for the one who has no opt-in. Each template opens a session of the business (Z6), in
// which everything else lies.
var readers = []customer{
	{name: "Quinn", phone: "12025550170", does: whatsapptest.Answers, lines: answeredAndClosed(29), want: outcome{windows: 1, sends: 2, business: 1}},
	{name: "Rosa", phone: "12025550171", does: whatsapptest.Answers, lines: answeredAndClosed(29), want: outcome{windows: 1, sends: 2, business: 1}},
	{name: "Sven", phone: "12025550172", does: whatsapptest.Reads, want: outcome{sends: 1, business: 1}},
	{name: "Tilda", phone: "12025550173", does: whatsapptest.Reads, want: outcome{sends: 1, business: 1}},
	{name: "Ugo", phone: "12025550174", does: whatsapptest.IsUnreachable, want: outcome{sends: 1}}, // accepted, and failed (Z7)
	{name: "Vera", phone: "12025550175", does: whatsapptest.Ignores, want: outcome{sends: 1, business: 1}},
	{name: "Wanda", phone: "12025550176", does: whatsapptest.Answers, lines: answeredAndClosed(29), want: outcome{windows: 1, sends: 2, business: 1}},
	{name: "Xenia", phone: "12025550177", does: whatsapptest.Reads, want: outcome{sends: 1, business: 1}},
	{name: "Zita", phone: "447700900181", does: whatsapptest.Answers, lines: answeredAndClosed(30), want: outcome{windows: 1, sends: 2, business: 1}},
	// He is awake, and says so before his turn: nothing leaves.
	{name: "Aldo", phone: "447700900182", want: outcome{windows: 1, refusals: 1, customer: 1}, lines: []line{
		{at: hm(27, 0), do: writes, text: "STOP"},
		{at: hm(28, 45), do: closed},
	}},
	{name: "Bella", phone: "447700900183", does: whatsapptest.Reads, want: outcome{sends: 1, business: 1}},
}

// everybody is who has a row in the summary.
func everybody() []customer { return slices.Concat(cast, readers) }

// answeredAndClosed is what an agent does for whoever has answered the campaign.
func answeredAndClosed(hour int) []line {
	return []line{{at: hm(hour, 30), do: answered, text: "Gladly: we have put it aside for you."}, {at: hm(hour, 40), do: closed}}
}

// What the file holds, and what the campaign must come to.
var (
	wantImport  = importing.Counts{Rows: 13, New: 12, Invalid: 1, NoOptIn: 1}
	wantResults = campaign.Results{
		Recipients: 11, LeftOut: &campaign.LeftOut{NoOptIn: 1}, Refused: 1, Failed: 1, Accepted: 9, Delivered: 9, Read: 8, Answered: 4,
	}
)
