package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"time"

	"reengage/tariff"
)

// measureRating rates events in memory and from a file, as `starter rate` does.
func measureRating(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "Rating",
		How: fmt.Sprintf("%d events of %d conversations, a third of them delivery statuses, in order and each once. By a scheme: tariff.Rate in "+
			"memory, sorting, deduplication and joining of statuses included, median of %d. "+
			"From a file: what `starter rate --scheme zenvia-conversion` does, charges written to nowhere, once; its peak is Go's memory beyond what this process had, looked at every 2 ms.",
			n.ratedEvents, ratedConversations(n.ratedEvents), n.repetitions),
		Baseline: "by a scheme: grouping the same events by conversation in a map and sorting each group by time; file: decoding each line with encoding/json; memory: the file's size",
	}
	file := filepath.Join(g.private.Path, "events.jsonl")
	defer os.Remove(file)
	events := ratable(n.ratedEvents)
	if err := writeEvents(file, events); err != nil {
		return group, err
	}
	for _, scheme := range tariff.Names() {
		rates, plain, err := rateInMemory(scheme, events, n.repetitions)
		if err != nil {
			return group, err
		}
		group.add("by "+scheme, "events/s", median(rates), median(plain))
	}
	events = nil
	if ctx.Err() != nil {
		return group, ctx.Err()
	}
	decoding, err := timed(func() error { return decodeLines(file) })
	if err != nil {
		return group, err
	}
	var charges lineCounter
	var rating time.Duration
	peak, err := peakMemory(func() (err error) {
		rating, err = timed(func() error { return rateFile(file, &charges) })
		return err
	})
	if err != nil {
		return group, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return group, err
	}
	if charges == 0 {
		return group, fmt.Errorf("rating %d events brought no charge", n.ratedEvents)
	}
	group.add("from a file", "s", rating.Seconds(), decoding.Seconds())
	group.add("peak memory", "MiB", float64(peak)/(1<<20), float64(info.Size())/(1<<20))
	group.note("%d charges", charges)
	return group, nil
}

func ratedConversations(events int) int { return events/50 + 1 }

// ratable is ordinary traffic: 64 conversations at a time, of a few messages within half an hour, which come back days later.
func ratable(n int) []tariff.Event {
	events := make([]tariff.Event, 0, n+1)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := 0; len(events) < n; i++ {
		at := start.Add(time.Duration(i) * 3 * time.Second)
		e := tariff.Event{ID: fmt.Sprintf("0190f000-0000-7000-8000-%012d", i), At: at, Type: tariff.Inbound, Number: "shop", Market: "US",
			Conversation: fmt.Sprintf("0190f000-0000-7000-9000-%012d", (i/512*64+i%64)%ratedConversations(n))}
		switch i % 4 {
		case 1:
			e.Type = tariff.Freeform
		case 3:
			e.Type, e.Category = tariff.Template, "utility"
		}
		events = append(events, e)
		if e.Type.Outbound() {
			events = append(events, tariff.Event{ID: "d" + e.ID, At: at.Add(time.Second), Type: tariff.Delivered, Message: e.ID})
		}
	}
	return events[:n]
}

// line is an event as `starter rate` reads it.
type line struct {
	ID           string    `json:"id"`
	At           time.Time `json:"at"`
	Type         string    `json:"type"`
	Conversation string    `json:"conversation,omitempty"`
	Number       string    `json:"number,omitempty"`
	Market       string    `json:"market,omitempty"`
	Category     string    `json:"category,omitempty"`
	Message      string    `json:"message,omitempty"`
}

func writeEvents(path string, events []tariff.Event) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	lines := json.NewEncoder(out)
	for i := range events {
		e := &events[i]
		if err := lines.Encode(line{e.ID, e.At, e.Type.String(), e.Conversation, e.Number, e.Market, e.Category, e.Message}); err != nil {
			return fmt.Errorf("write events: %w", err)
		}
	}
	return out.Flush()
}

func rateInMemory(name string, events []tariff.Event, repetitions int) (rates, plain []float64, err error) {
	scheme, err := tariff.Lookup(name)
	if err != nil {
		return nil, nil, err
	}
	cards, err := tariff.ShippedCards()
	if err != nil {
		return nil, nil, err
	}
	for range repetitions {
		took, err := timed(func() error {
			_, err := tariff.Rate(scheme, events, tariff.Account{Cards: cards, EntryPoint: tariff.DefaultEntryPoint})
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		rates = append(rates, perSecond(len(events), took))
		took, _ = timed(func() error {
			groupByConversation(events)
			return nil
		})
		plain = append(plain, perSecond(len(events), took))
	}
	return rates, plain, nil
}

// groupByConversation is the least that any rating has to do first.
func groupByConversation(events []tariff.Event) map[string][]*tariff.Event {
	groups := map[string][]*tariff.Event{}
	for i := range events {
		groups[events[i].Conversation] = append(groups[events[i].Conversation], &events[i])
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b *tariff.Event) int { return a.At.Compare(b.At) })
	}
	return groups
}

func decodeLines(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return err
		}
	}
	return lines.Err()
}

func rateFile(path string, charges io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return tariff.RateStream(file, charges, io.Discard, tariff.Options{Scheme: "zenvia-conversion", EntryPointHours: 72})
}

// lineCounter counts lines.
type lineCounter int

func (c *lineCounter) Write(p []byte) (int, error) {
	*c += lineCounter(bytes.Count(p, []byte("\n")))
	return len(p), nil
}

// peakMemory is how much more memory than before Go held at the worst moment, as far as it was looked at.
func peakMemory(do func() error) (bytes int64, err error) {
	debug.FreeOSMemory()
	before := heldMemory()
	peak, err := worstMemory(do)
	return peak - before, err
}

// worstMemory is how much memory Go held at the worst moment, as far as it was looked at.
func worstMemory(do func() error) (bytes int64, err error) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		worst := heldMemory()
		for ticks := time.NewTicker(2 * time.Millisecond); ; {
			select {
			case <-ticks.C:
				worst = max(worst, heldMemory())
			case <-done:
				ticks.Stop()
				peak <- max(worst, heldMemory())
				return
			}
		}
	}()
	err = do()
	close(done)
	return <-peak, err
}

// heldMemory is what Go has from the system and has not given back.
func heldMemory() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}
