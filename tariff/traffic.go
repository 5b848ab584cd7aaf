package tariff

import (
	"fmt"
	"slices"
)

// message is a message as a scheme sees it: with all its statuses.
type message struct {
	*Event
	deliveries []*Event // its "delivered" events, in order: the first is its delivery time
	failed     bool     // a "failed" arrived and no "delivered" did
}

// traffic is a set of events put in order: each event once, messages by conversation, statuses joined to their messages.
type traffic struct {
	conversations [][]message // each in order; the conversations by their first message
	problems      []Problem
}

// newTraffic puts events in order. It reorders the slice it is given, and keeps the events.
//
// Everything is addressed by number, in a few large allocations: events that are in order and distinct, which is how a ledger
// keeps them, must cost little more than looking at them.
func newTraffic(events []*Event) *traffic {
	t := &traffic{}
	if !slices.IsSortedFunc(events, compareEvents) {
		slices.SortFunc(events, compareEvents)
	}
	byID := t.distinct(events)
	events = byID.events

	// place says where the message of each event went; for a status, where the message went that it concerns.
	place := make([]int32, len(events))
	messages := t.group(events, place)
	t.join(byID, place, messages)
	return t
}

// join gives each message its statuses.
func (t *traffic) join(byID *index, place []int32, messages []message) {
	events := byID.events
	arrived := make([]int32, len(messages)) // how many "delivered" each message has
	delivered := 0
	for i, e := range events {
		if !e.Type.status() {
			continue
		}
		about := byID.find(e.Message)
		if about < 0 || !events[about].Type.Outbound() {
			t.withoutMessage(e, about >= 0)
			place[i] = -1
			continue
		}
		place[i] = place[about] // from here on a status has the place of its message
		if e.Type == Delivered {
			arrived[place[i]]++
			delivered++
		}
	}
	all := make([]*Event, delivered)
	for i, n := range arrived {
		messages[i].deliveries, all = all[:0:n], all[n:]
	}
	for i, e := range events {
		if !e.Type.status() || place[i] < 0 {
			continue
		}
		m := &messages[place[i]]
		if e.Type == Delivered {
			m.deliveries = append(m.deliveries, e)
		} else {
			m.failed = arrived[place[i]] == 0 // with both, it was delivered, whichever came first
		}
	}
}

// distinct keeps the first copy of each event, in place.
func (t *traffic) distinct(events []*Event) *index {
	x := newIndex(len(events), events[:0])
	var conflicting map[string]bool // reported already
	for _, e := range events {
		first := x.put(e)
		if first < 0 || x.events[first].same(e) || conflicting[e.ID] {
			continue
		}
		if conflicting == nil {
			conflicting = map[string]bool{}
		}
		conflicting[e.ID] = true
		t.problems = append(t.problems, Problem{ConflictingDuplicate, e.ID, "copies of this event differ; the first in order counts"})
	}
	return x
}

// group lays the messages out conversation by conversation, in order within each, and notes where each event's message went.
func (t *traffic) group(events []*Event, place []int32) []message {
	number := map[string]int32{} // of conversations, by their first message
	var sizes []int32
	last, lastID := int32(-1), ""
	for i, e := range events {
		if e.Type.status() {
			continue
		}
		if last < 0 || e.Conversation != lastID {
			n, known := number[e.Conversation]
			if !known {
				n = int32(len(sizes))
				number[e.Conversation] = n
				sizes = append(sizes, 0)
			}
			last, lastID = n, e.Conversation
		}
		place[i] = last
		sizes[last]++
	}
	starts, total := make([]int32, len(sizes)), int32(0)
	for n, size := range sizes {
		starts[n] = total
		total += size
	}
	messages := make([]message, total)
	t.conversations = make([][]message, len(sizes))
	for n, size := range sizes {
		t.conversations[n] = messages[starts[n] : starts[n]+size : starts[n]+size]
	}
	for i, e := range events {
		if e.Type.status() {
			continue
		}
		n := place[i]
		place[i] = starts[n]
		messages[starts[n]].Event = e
		starts[n]++
	}
	return messages
}

func (t *traffic) withoutMessage(e *Event, known bool) {
	detail := fmt.Sprintf("message %q is unknown; the status is ignored", e.Message)
	if known {
		detail = fmt.Sprintf("event %q is not an outbound message; the status is ignored", e.Message)
	}
	t.problems = append(t.problems, Problem{StatusWithoutMessage, e.ID, detail})
}
