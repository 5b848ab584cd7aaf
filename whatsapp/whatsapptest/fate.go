package whatsapptest

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Fate is what becomes of a template at a customer of a crowd: the same for
// each that is sent there. Times count from its acceptance, in virtual time.
type Fate struct {
	Does Does
	// Quotes says that the answer, if any, quotes the message.
	Quotes bool
	// SentAfter is also when an unreachable one fails.
	SentAfter, DeliveredAfter, ReadAfter, WritesAfter time.Duration
	// Text is what is written, if anything.
	Text string
}

// Does is what somebody of a crowd does with a template.
type Does string

// What they do, each as its share of Shares says.
const (
	IsUnreachable Does = "unreachable"
	HasStopped    Does = "stopped"
	Blocks        Does = "blocking"
	SaysStop      Does = "saying_stop"
	Answers       Does = "answering"
	Reads         Does = "reading"
	Ignores       Does = "ignoring"
)

// doers are in the order of Shares.list.
var doers = []Does{IsUnreachable, HasStopped, Blocks, SaysStop, Answers, Reads}

// answers are what people write; none of them is a word that opts out.
var answers = []string{"Yes, please!", "How much is it?", "Is it still on?", "Thank you", "Where can I see it?", "I'll come by on Saturday."}

// Accepted reports whether a marketing template to this customer is taken.
func (f Fate) Accepted() bool { return f.Does != HasStopped }

// Delivered reports whether it reaches the customer.
func (f Fate) Delivered() bool {
	return f.Does == Ignores || f.Read()
}

// Read reports whether the customer reads it.
func (f Fate) Read() bool {
	return f.Does == Reads || f.Writes()
}

// Writes reports whether the customer writes, STOP included.
func (f Fate) Writes() bool { return f.Does == Answers || f.Does == SaysStop }

// Fate is what becomes of a template at this phone: a function of the crowd and
// the phone alone, so that what a broadcast must result in is known before.
func (c Crowd) Fate(phone string) Fate {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(digits(phone))) // never fails
	random := rand.New(rand.NewPCG(c.Seed, sum.Sum64()))
	// The same draws for everybody, so that one share does not change another.
	dealt, quote, text := random.Float64(), random.Float64(), random.IntN(len(answers))
	f := Fate{Does: Ignores, Text: answers[text]}
	for i, share := range c.Shares.list() {
		if dealt -= share; dealt < 0 {
			f.Does = doers[i]
			break
		}
	}
	delays := c.Delays
	if delays == (Delays{}) {
		delays = usualDelays
	}
	f.SentAfter = delays.Sent.at(random.Float64())
	f.DeliveredAfter = f.SentAfter + delays.Delivered.at(random.Float64())
	f.ReadAfter = f.DeliveredAfter + delays.Read.at(random.Float64())
	f.WritesAfter = f.ReadAfter + delays.Written.at(random.Float64())
	switch f.Does {
	case Answers:
		f.Quotes = quote < c.Quote
	case SaysStop:
		f.Text = "STOP"
	default:
		f.Text = ""
	}
	return f
}

// course is what Meta reports of a message at somebody of a crowd.
func (f Fate) course() []step {
	chain := []step{{state: "sent", after: f.SentAfter}}
	if f.Does == IsUnreachable {
		return []step{{state: "failed", after: f.SentAfter, code: 131026}}
	}
	if f.Delivered() {
		chain = append(chain, step{state: "delivered", after: f.DeliveredAfter})
	}
	if f.Read() {
		chain = append(chain, step{state: "read", after: f.ReadAfter})
	}
	return chain
}
