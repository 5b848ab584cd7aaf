package bench

import (
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"reengage/config"
)

// Options say what to measure on, and where to write.
type Options struct {
	// DatabaseURL names a Postgres whose account may create databases; scratch databases are made beside the one it names
	// and dropped again. Empty: a durable server of
	// our own.
	DatabaseURL string
	// Temporal names a server and a namespace of it that has our search attributes and no worker on our task queue; what is
	// started there is terminated again. Nil: dev servers of our own, with their
	// state in memory and, for less, on disk.
	Temporal *client.Options
	// Only names the groups to measure (Groups); empty: all.
	Only []string
	// Short measures so little that only the presence of the figures means something: for the test of the bench itself.
	Short bool
	// JSON writes one JSON object instead of the table.
	JSON bool
	// Out gets the report, Progress a line per step and what is logged as a warning; nil: nobody.
	Out, Progress io.Writer
}

// FromEnvironment returns the options that the environment asks for: DATABASE_URL, and a Temporal server if
// TEMPORAL_ADDRESS, TEMPORAL_PROFILE or TEMPORAL_CONFIG_FILE is set. A profile that merely lies in its default place does
// not count: nobody should load a server that he has not named.
func FromEnvironment(log *slog.Logger) (Options, error) {
	o := Options{DatabaseURL: os.Getenv("DATABASE_URL"), Out: os.Stdout, Progress: os.Stderr}
	named := func(variable string) bool { return os.Getenv(variable) != "" }
	if !slices.ContainsFunc([]string{"TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"}, named) {
		return o, nil
	}
	temporal, err := config.Temporal(log)
	if err != nil {
		return o, err
	}
	o.Temporal = &temporal
	return o, nil
}

// size is how much is measured.
type size struct {
	repetitions        int           // at most; the median counts
	timeForRepetitions time.Duration // when it is over no further one begins, so that a slow machine is not kept for ever
	concurrency        int

	knownContacts int
	singleBodies  int // bodies of one update, per repetition
	largeBodies   int // bodies of largeBody updates, per repetition

	backlogConversations int
	backlogMessages      int // of each

	windows int // per repetition

	dayLasts time.Duration // on the virtual clock of the histories

	openConversations int

	onDisk int // signals on a server that syncs every write, which is slow

	ratedEvents int

	monthMessages      int // of one number
	monthConversations int

	charges        int // of a year, before reversals
	chargedAgain   int // that come later
	chargeContacts int // each in one conversation; a report by contact lists no more than 20,000
	reportCalls    int // of one report, at most

	inboxConversations int
	inboxCalls         int // of one page, at most
	inboxWrites        int // rows at once

	recipients       int // of a campaign
	bareRecipients   int // of its baseline
	recipientsAtPace int // of one at a number's usual rate
	repliedTo        int // other conversations
	repliesPerSecond float64
	repliesAlone     time.Duration // how long replies are measured without a campaign
	importRows       int           // of a file of contacts
	notedRows        int           // of one whose contacts have a note of a thousand bytes
}

// largeBody is how many updates a large body has; the provider's own limit is 1,000.
const largeBody = 100

func (o Options) size() size {
	s := size{
		repetitions: 3, timeForRepetitions: 15 * time.Second, concurrency: 16,
		knownContacts: 10_000, singleBodies: 1_000, largeBodies: 40,
		backlogConversations: 200, backlogMessages: 20,
		windows: 200, dayLasts: 12 * time.Second, openConversations: 500, onDisk: 100, ratedEvents: 1_000_000,
		monthMessages: 1_000_000, monthConversations: 20_000,
		charges: 10_000_000, chargedAgain: 10_000, chargeContacts: 15_000, reportCalls: 30,
		inboxConversations: 100_000, inboxCalls: 300, inboxWrites: 2_000, importRows: 1_000_000, notedRows: 1 << 20,
		recipients: 10_000, bareRecipients: 2_000, recipientsAtPace: 1_000, repliedTo: 100, repliesPerSecond: 5, repliesAlone: 30 * time.Second,
	}
	if o.Short {
		s = size{
			repetitions: 1, concurrency: 4,
			knownContacts: 100, singleBodies: 40, largeBodies: 2,
			backlogConversations: 5, backlogMessages: 4,
			windows: 10, dayLasts: 5 * time.Second, openConversations: 30, onDisk: 12, ratedEvents: 5_000,
			monthMessages: 3_000, monthConversations: 60,
			charges: 20_000, chargedAgain: 100, chargeContacts: 60, reportCalls: 2,
			inboxConversations: 5_000, inboxCalls: 3, inboxWrites: 50, importRows: 3_000, notedRows: 1_000,
			// Few replies: they come whether or not the machine keeps up, and under the race detector it hardly does.
			recipients: 40, bareRecipients: 40, recipientsAtPace: 20, repliedTo: 10, repliesPerSecond: 1, repliesAlone: 2 * time.Second,
		}
	}
	if o.Temporal != nil {
		// A server gathers timers for up to a second if nobody tells it otherwise, and the reminder's hour must be longer.
		s.dayLasts = max(s.dayLasts, time.Minute)
	}
	return s
}
