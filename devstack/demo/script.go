package demo

import "time"

// A customer is somebody of whom the script tells, and what must come of it.
type customer struct {
	name  string
	phone string // reserved numbers; empty: known by bsuid only
	bsuid string
	lines []line
	want  outcome
}

// line is one thing that happens, at a time counted from the beginning.
type line struct {
	at time.Duration
	do act
	// text of a message, or the template's name.
	text string
	// occurred is when the message was written, if it reaches us later than that.
	occurred time.Duration
}

type act string

const (
	writes          act = "writes"
	writesTwice     act = "writes, delivered twice"
	writesLate      act = "wrote, and the message arrives only now"
	reacts          act = "reacts"
	answered        act = "is answered"
	sentTemplate    act = "is sent a template"
	templateFailing act = "is sent a template that fails"
)

// outcome is what Postgres must say in the end. Prices are Zenvia Conversion's.
type outcome struct {
	windows   int64
	reminders int64
	customer  int64 // charges of sessions opened by the contact or in an open window (Z4, Z5)
	business  int64 // charges of sessions opened by the business (Z6)
}

const (
	customerMicros = 22_000
	businessMicros = 37_000
)

func hm(hours, minutes int) time.Duration {
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
}

// lasts is when everything has happened, the last window's close included.
const lasts = 55 * time.Hour

var cast = []customer{
	{name: "Ana", phone: "12025550101", want: outcome{windows: 1, customer: 2}, lines: []line{
		{at: hm(0, 30), do: writes, text: "Do you have the blue one?"},
		{at: hm(1, 0), do: answered, text: "We do."},
		{at: hm(20, 0), do: writes, text: "I'll take it."},
		// Her first session is over, her window is open: the extended window (Z5).
		{at: hm(26, 0), do: answered, text: "It is on its way."},
	}},
	{name: "Bruno", phone: "12025550102", want: outcome{windows: 1, reminders: 1, customer: 1}, lines: []line{
		{at: hm(1, 0), do: writes, text: "Anybody there?"}, // nobody is
	}},
	{name: "Carla", phone: "12025550103", want: outcome{windows: 2, reminders: 1, customer: 2}, lines: []line{
		{at: hm(2, 0), do: writes, text: "My parcel has not come."},
		{at: hm(25, 20), do: answered, text: "We are looking for it."}, // saved by the reminder at 25:00
		{at: hm(30, 0), do: writes, text: "Thank you, it is here."},
		{at: hm(30, 30), do: answered, text: "Good!"},
	}},
	{name: "Dario", phone: "12025550104", want: outcome{windows: 1, customer: 1, business: 1}, lines: []line{
		{at: hm(3, 0), do: sentTemplate, text: "spring_offer"},
		{at: hm(8, 0), do: writes, text: "Is it still on?"},
		{at: hm(8, 30), do: answered, text: "Until Sunday."},
		{at: hm(28, 0), do: answered, text: "Have you decided?"}, // a session of its own (Z5)
	}},
	{name: "Elsa", phone: "12025550105", want: outcome{windows: 1, reminders: 2, customer: 1}, lines: []line{
		{at: hm(0, 15), do: writes, text: "Can I change my address?"},
		{at: hm(23, 40), do: writes, text: "Hello?"}, // after the reminder at 23:15: a new deadline, a new reminder
	}},
	{name: "Fabio", phone: "12025550106", want: outcome{business: 1}, lines: []line{
		{at: hm(4, 0), do: templateFailing, text: "old_offer"}, // opens nothing (Z7)
		{at: hm(10, 0), do: sentTemplate, text: "spring_offer"},
	}},
	{name: "Gita", phone: "12025550107", want: outcome{windows: 1, customer: 1}, lines: []line{
		{at: hm(5, 0), do: writesTwice, text: "When do you open?"},
		{at: hm(5, 30), do: answered, text: "At nine."},
	}},
	{name: "Hugo", phone: "12025550108", want: outcome{customer: 1}, lines: []line{
		// Thirty hours late: rated, but no window and no reminder (W4).
		{at: hm(36, 0), occurred: hm(6, 0), do: writesLate, text: "Good morning!"},
	}},
	{name: "Ines", phone: "12025550109", want: outcome{windows: 1, customer: 1}, lines: []line{
		{at: hm(7, 0), do: writes, text: "...and how much is it?"},
		{at: hm(7, 40), occurred: hm(6, 50), do: writesLate, text: "I like the lamp."}, // the opener, out of order
		{at: hm(8, 0), do: answered, text: "Forty."},
	}},
	{name: "Jon", bsuid: "US.10155550110", want: outcome{windows: 1, reminders: 1, customer: 1}, lines: []line{
		{at: hm(9, 0), do: writes, text: "You don't know my number."},
	}},
	{name: "Kim", phone: "12025550111", want: outcome{}, lines: []line{
		{at: hm(11, 0), do: reacts, text: "👍"}, // opens nothing (W2)
	}},
}
