package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"reengage/intake"
	"reengage/workflows/contract"
)

// The standard windows: so many messages, half a virtual hour apart, then nobody answers.
var standardWindows = []int{1, 11}

const standardGap = 30 * time.Minute

// measureHistory plays the standard windows on a fast virtual clock and counts their events.
func measureHistory(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "History of a window, with its reminder and its close",
		How: fmt.Sprintf("stored, relayed message by message, reminded 1 h before the end, billed and closed by the real workflow and "+
			"activities, on a virtual clock on which a day lasts %s; messages are %s apart and nobody answers.", n.dayLasts, standardGap),
		Baseline: "the textbook workflow: an activity per message, which also cancels the timer and makes a new one; one to remind, one to close",
	}
	scale := float64(24*time.Hour) / float64(n.dayLasts)
	s, err := g.newStage(ctx, g.temporal, scale)
	if err != nil {
		return group, err
	}
	defer closing(s.close, &err)
	if err := s.workBoth(); err != nil {
		return group, err
	}
	played := make([]struct{ ours, textbook int }, len(standardWindows))
	people := s.traffic.newcomers(len(standardWindows))
	if err := s.write(ctx, people); err != nil {
		return group, err
	}
	err = inParallel(ctx, 2*len(standardWindows), 2*len(standardWindows), func(ctx context.Context, i int) (err error) {
		p := &played[i/2]
		if i%2 == 0 {
			p.ours, err = s.eventsOf(ctx, people[i/2])
		} else {
			p.textbook, err = s.textbookEvents(ctx, standardWindows[i/2])
		}
		return err
	})
	if err != nil {
		return group, err
	}
	reminded, err := s.count(ctx, "reminders")
	if err == nil && reminded != len(standardWindows) {
		err = fmt.Errorf("%d reminders of %d windows", reminded, len(standardWindows))
	}
	for i, messages := range standardWindows {
		group.add(fmt.Sprintf("%d message(s)", messages), "events", float64(played[i].ours), float64(played[i].textbook))
	}
	return group, err
}

// write lets each of the people write as often as their standard window says, and signals each time.
func (s *stage) write(ctx context.Context, people []person) error {
	r := s.relay(s.temporal)
	for sent := 0; ; sent++ {
		var writing []person
		for i, messages := range standardWindows {
			if sent < messages {
				writing = append(writing, people[i])
			}
		}
		if len(writing) == 0 {
			return s.nothingPending(ctx)
		}
		if err := s.take(ctx, []signedBody{s.traffic.body(s.now(), writing...)}, 1); err != nil {
			return err
		}
		if err := r.Drain(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(s.clock.Wait(s.now().Add(standardGap), time.Now())):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// eventsOf waits for the end of a person's conversation.
func (s *stage) eventsOf(ctx context.Context, p person) (int, error) {
	id, err := s.store.Resolve(ctx, time.Now(), phoneNumberID, intake.Identity{Phone: p.phone()})
	if err != nil {
		return 0, err
	}
	return s.temporal.eventsUntilEnd(ctx, contract.ConversationWorkflowID(id))
}

// textbookEvents plays the same with the textbook workflow, in real time: events do not depend on it.
func (s *stage) textbookEvents(ctx context.Context, messages int) (n int, err error) {
	id := "bench/" + uuid.NewString()
	defer closing(func() error { return s.endPlain([]string{id}) }, &err)
	for range messages {
		if _, err := s.temporal.SignalWithStartWorkflow(ctx, id, plainSignal, "hello", client.StartWorkflowOptions{TaskQueue: plainQueue},
			textbookWorkflow, 2*time.Second, 3*time.Second); err != nil {
			return 0, err
		}
		select {
		case <-time.After(250 * time.Millisecond):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return s.temporal.eventsUntilEnd(ctx, id)
}

func (t *temporalServer) eventsUntilEnd(ctx context.Context, workflowID string) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	if err := t.GetWorkflow(ctx, workflowID, "").Get(ctx, nil); err != nil {
		return 0, fmt.Errorf("wait for the window to close: %w", err)
	}
	for history := t.GetWorkflowHistory(ctx, workflowID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); history.HasNext(); n++ {
		if _, err := history.Next(); err != nil {
			return 0, fmt.Errorf("read a history: %w", err)
		}
	}
	return n, nil
}
