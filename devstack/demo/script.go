package demo

import (
	"time"

	"reengage/conversation"
	"reengage/devstack/people"
	"reengage/whatsapp/whatsapptest"
)

// A customer is somebody of whom the script tells, and what must come of it.
type customer struct {
	name  string
	phone string // reserved numbers; empty: known by bsuid only
	bsuid string
	lines []line
	want  outcome
	// does is what becomes of the campaign's template, of those who get it.
	does whatsapptest.Does
}

// line is one thing that happens, at a time counted from the beginning.
type line struct {
	at time.Duration
	do act
	// text of a message, or the name of a template that is sent by other means.
	text     string
	template people.Template
	// category that is opted in to.
	category conversation.Category
	// occurred is when the message was written, if it reaches us later than that.
	occurred time.Duration
	// refused is the code with which the business must be refused.
	refused conversation.Code
}

type act string

// What customers do.
const (
	writes      act = "writes"
	writesTwice act = "writes, delivered twice"
	writesLate  act = "wrote, and the message arrives only now"
	reacts      act = "reacts"
)

// What the business does by Reengage's API.
const (
	optsIn    act = "has opted in"
	answered  act = "is answered"
	templated act = "is sent a template"
	kept      act = "is sent a template, and a reply is kept"
	closed    act = "needs nothing more: the conversation is closed"
)

// What it does for many at once.
const (
	imports  act = "imports contacts from lamps.csv, and drafts a campaign for them"
	launches act = "launches the campaign, for tomorrow"
)

// What it does by other means, and reports.
const (
	answeredElsewhere act = "is answered by another system"
	sentElsewhere     act = "is sent a template by another system"
	failingElsewhere  act = "is sent a template by another system, which fails"
)

// outcome is what Postgres must say in the end. Prices are Zenvia Conversion's.
type outcome struct {
	windows       int64
	reminders     int64
	reengagements int64 // templates that were sent to win the contact back
	sends         int64 // everything that Reengage has sent
	refusals      int64
	customer      int64 // charges of sessions opened by the contact or in an open window (Z4, Z5)
	business      int64 // charges of sessions opened by the business (Z6)
}

const (
	customerMicros = 22_000
	businessMicros = 37_000
)

func hm(hours, minutes int) time.Duration {
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
}

// lasts is when everything has happened, the last window's close and what follows from it included.
const lasts = 54 * time.Hour

// The policy of the business number: an hour after a window has closed, contacts are sent come_back, unless it is night where
// they live. That the cast's night falls into these hours of the script is the demo's doing; the next one is after its end.
const (
	comeBackAfter = time.Hour
	nightFrom     = 30 * time.Hour
	nightTo       = 33 * time.Hour
)

// castZone is where all phones of the cast are at home.
const castZone = "America/New_York"

// Unless said otherwise, a customer has never opted in, so that one of the refusals is the come_back that was not sent.
var cast = []customer{
	{name: "Ana", phone: "12025550101", want: outcome{windows: 1, sends: 2, refusals: 1, customer: 2}, lines: []line{
		{at: hm(0, 30), do: writes, text: "Do you have the blue one?"},
		{at: hm(1, 0), do: answered, text: "We do."},
		{at: hm(20, 0), do: writes, text: "I'll take it."},
		// Her first session is over, her window is open: the extended window (Z5).
		{at: hm(26, 0), do: answered, text: "It is on its way."},
	}},
	{name: "Bruno", phone: "12025550102", want: outcome{windows: 1, reminders: 1, refusals: 2, customer: 1}, lines: []line{
		{at: hm(1, 0), do: writes, text: "Anybody there?"}, // nobody is
		{at: hm(26, 30), do: answered, text: "Yes, sorry!", refused: conversation.WindowClosed},
	}},
	{name: "Carla", phone: "12025550103", want: outcome{windows: 2, reminders: 1, sends: 2, refusals: 2, customer: 2}, lines: []line{
		{at: hm(2, 0), do: writes, text: "My parcel has not come."},
		{at: hm(25, 20), do: answered, text: "We are looking for it."}, // saved by the reminder at 25:00
		{at: hm(28, 30), do: writes, text: "Thank you, it is here."},
		{at: hm(28, 50), do: answered, text: "Good!"},
	}},
	{name: "Dario", phone: "12025550104", want: outcome{windows: 1, refusals: 1, customer: 1, business: 1}, lines: []line{
		{at: hm(3, 0), do: sentElsewhere, text: "spring_offer"},
		{at: hm(8, 0), do: writes, text: "Is it still on?"},
		{at: hm(8, 30), do: answeredElsewhere, text: "Until Sunday."},
		{at: hm(28, 0), do: answeredElsewhere, text: "Have you decided?"}, // a session of its own (Z5)
	}},
	{name: "Elsa", phone: "12025550105", want: outcome{windows: 1, reminders: 2, refusals: 1, customer: 1}, lines: []line{
		{at: hm(0, 15), do: writes, text: "Can I change my address?"},
		{at: hm(23, 40), do: writes, text: "Hello?"}, // after the reminder at 23:15: a new deadline, a new reminder
	}},
	{name: "Fabio", phone: "12025550106", want: outcome{refusals: 1, business: 1}, lines: []line{
		{at: hm(4, 0), do: failingElsewhere, text: "old_offer"}, // opens nothing (Z7)
		{at: hm(10, 0), do: sentElsewhere, text: "spring_offer"},
		// What failed says that he cannot be reached (131026): Reengage writes to him no more until he writes.
		{at: hm(12, 0), do: templated, template: people.Template{Name: "come_back", Parameters: []string{"Fabio"}}, refused: conversation.Suppressed},
	}},
	{name: "Gita", phone: "12025550107", want: outcome{windows: 1, sends: 1, refusals: 1, customer: 1}, lines: []line{
		{at: hm(5, 0), do: writesTwice, text: "When do you open?"},
		{at: hm(5, 30), do: answered, text: "At nine."},
	}},
	{name: "Hugo", phone: "12025550108", want: outcome{customer: 1}, lines: []line{
		// Thirty hours late: rated, but no window, no reminder and no plan (W4).
		{at: hm(36, 0), occurred: hm(6, 0), do: writesLate, text: "Good morning!"},
	}},
	{name: "Ines", phone: "12025550109", want: outcome{windows: 1, sends: 1, refusals: 1, customer: 1}, lines: []line{
		{at: hm(7, 0), do: writes, text: "...and how much is it?"},
		{at: hm(7, 40), occurred: hm(6, 50), do: writesLate, text: "I like the lamp."}, // the opener, out of order
		{at: hm(8, 0), do: answered, text: "Forty."},
	}},
	{name: "Jon", bsuid: "US.10155550110", want: outcome{windows: 1, reminders: 1, refusals: 1, customer: 1}, lines: []line{
		{at: hm(9, 0), do: writes, text: "You don't know my number."},
	}},
	{name: "Kim", phone: "12025550111", want: outcome{}, lines: []line{
		{at: hm(11, 0), do: reacts, text: "👍"}, // opens nothing (W2)
	}},
	{name: "Lena", phone: "12025550112", want: outcome{windows: 2, reminders: 1, reengagements: 1, sends: 2, customer: 1, business: 1}, lines: []line{
		{at: hm(0, 0), do: optsIn, category: conversation.Marketing},
		{at: hm(2, 0), do: writes, text: "Could you make it in green?"}, // nobody answers
		// come_back at 27:00 opens a session of the business (Z6); what follows is within it (Z3).
		{at: hm(29, 0), do: writes, text: "Oh yes, I would still like the green one."},
		{at: hm(29, 30), do: answered, text: "We are making it."},
		{at: hm(30, 30), do: closed}, // so nothing follows when this window closes
	}},
	{name: "Milo", phone: "12025550113", want: outcome{windows: 1, sends: 2, refusals: 1, customer: 1}, lines: []line{
		{at: hm(0, 0), do: optsIn, category: conversation.Marketing},
		{at: hm(3, 0), do: writes, text: "How long is the guarantee?"},
		{at: hm(3, 30), do: answered, text: "Two years. By the way, all lamps cost a fifth less."},
		{at: hm(4, 0), do: writes, text: "Stop!"},
		{at: hm(4, 30), do: answered, text: "You will get no more offers."}, // a reply is no marketing
		{at: hm(10, 0), do: templated, template: people.Template{Name: "spring_offer"}, refused: conversation.OptedOutOf},
	}},
	{name: "Nora", phone: "12025550114", want: outcome{windows: 2, reminders: 1, sends: 2, refusals: 2, customer: 1, business: 1}, lines: []line{
		{at: hm(0, 0), do: optsIn, category: conversation.Utility}, // not to marketing, so come_back is not for her
		{at: hm(0, 10), do: writes, text: "Does the lamp come with a bulb?"},
		// Her window has closed at 24:10. The template opens a session of the business (Z6).
		{at: hm(25, 40), do: kept, text: "It does: a warm white one.", template: people.Template{Name: "we_have_an_answer", Parameters: []string{"Nora"}}},
		{at: hm(28, 0), do: writes, text: "Tell me!"}, // the kept reply goes by itself
	}},
	{name: "Olga", phone: "12025550115", want: outcome{windows: 1, reminders: 1, reengagements: 1, sends: 1, customer: 1, business: 1}, lines: []line{
		{at: hm(0, 0), do: optsIn, category: conversation.Marketing},
		{at: hm(5, 30), do: writes, text: "Is it bright enough to read?"}, // come_back waits for the night's end, 33:00
	}},
	{name: "Petra", phone: "12025550116", want: outcome{windows: 1, sends: 2, refusals: 1, customer: 1}, lines: []line{
		{at: hm(0, 0), do: optsIn, category: conversation.Marketing},
		{at: hm(9, 30), do: writes, text: "I'll take two."},
		{at: hm(10, 0), do: answered, text: "They leave today."},
		{at: hm(20, 0), do: templated, template: people.Template{Name: "order_shipped", Parameters: map[string]string{"first_name": "Petra", "order": "4711"}}},
		// At 34:30 come_back would be her second template within 24 h: frequency_capped.
	}},
}
