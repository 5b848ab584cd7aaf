package tariff

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
	_ "time/tzdata" // a bare machine knows no time zones, and money must not depend on the machine
)

// Options is what `starter rate`, and `starter compare` of a file, are told.
type Options struct {
	Scheme          string
	Timezone        string // IANA name of the account's time zone; empty: UTC
	EntryPointHours int    // length of a free entry point (P5); 0: none. Meta's is 72
	CardsDir        string // a folder of rate cards that replaces the shipped set; empty: the shipped set
}

// mostHours is what a duration can hold, 292 years.
const mostHours = int(math.MaxInt64 / time.Hour)

// entryPoint is the length of a free entry point.
func (o Options) entryPoint() (time.Duration, error) {
	if o.EntryPointHours < 0 || o.EntryPointHours > mostHours {
		return 0, &UsageError{Reason: fmt.Sprintf("the hours of a free entry point cannot be negative or more than %d", mostHours)}
	}
	return time.Duration(o.EntryPointHours) * time.Hour, nil
}

// account is whose events they are.
func (o Options) account() (a Account, err error) {
	if a.Zone, err = timezone(o.Timezone); err != nil {
		return a, err
	}
	if a.EntryPoint, err = o.entryPoint(); err != nil {
		return a, err
	}
	a.Cards, err = cardsOf(o.CardsDir)
	return a, err
}

// RateStream rates the events in JSON lines. Charges go to out and problems to problems, both as JSON lines in their order, and
// both only if everything could be rated: after an error nothing has been written, unless writing itself failed. The error
// says what a command exits with: *MissingPriceError 1; *InputError, *UsageError, *CardError 2.
func RateStream(in io.Reader, out, problems io.Writer, o Options) error {
	scheme, err := Lookup(o.Scheme)
	if err != nil {
		return err
	}
	account, err := o.account()
	if err != nil {
		return err
	}
	events, err := readAll(in)
	if err != nil {
		return err
	}
	r, err := rate(scheme, newTraffic(events), account)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return err
	}
	if err := writeLines(problems, r.Problems, Problem.AppendJSON); err != nil {
		return fmt.Errorf("write problems: %w", err)
	}
	if err := writeLines(out, r.Charges, Charge.AppendJSON); err != nil {
		return fmt.Errorf("write charges: %w", err)
	}
	return nil
}

// timezone refuses "Local", which means another zone on another machine.
func timezone(name string) (*time.Location, error) {
	account, err := time.LoadLocation(name)
	if err != nil || account == time.Local {
		return nil, &UsageError{Reason: fmt.Sprintf("unknown time zone %q; a name like America/Sao_Paulo is needed", name)}
	}
	return account, nil
}

func cardsOf(dir string) (*Cards, error) {
	if dir == "" {
		return ShippedCards()
	}
	return LoadCardsDir(dir)
}

// readAll keeps events in blocks, because a single slice of a million would be copied again and again while it grows.
func readAll(in io.Reader) ([]*Event, error) {
	const block = 4096
	var events []*Event
	r, free := NewReader(in), []Event(nil)
	for {
		if len(free) == 0 {
			free = make([]Event, block)
		}
		err := r.Read(&free[0])
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, err
		}
		events = append(events, &free[0])
		free = free[1:]
	}
}

func writeLines[T any](w io.Writer, items []T, appendJSON func(T, []byte) []byte) error {
	buffered := bufio.NewWriterSize(w, 1<<16)
	var line []byte
	for _, item := range items {
		line = append(appendJSON(item, line[:0]), '\n')
		if _, err := buffered.Write(line); err != nil {
			return err
		}
	}
	return buffered.Flush()
}
