package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"

	"reengage/relay"
)

// measureBacklog stores messages while nobody signals, and then lets the relay catch up.
func measureBacklog(ctx context.Context, g *ground, n size) (Group, error) {
	group := Group{
		Name: "Backlog: Temporal was away and is back",
		How: fmt.Sprintf("%d conversations of %d stored messages each, then one relay drains, %d calls at a time, while a worker "+
			"with the real workflow and activities bills them; the time ends when Temporal has taken the last signal. Median of up to %d repetitions.",
			n.backlogConversations, n.backlogMessages, n.concurrency, n.repetitions),
		Baseline: "one SignalWithStart per message, to as many workflows that only count to the last one, as many calls at a time, a worker running",
	}
	signals, rate, plain, err := g.backlogOn(ctx, g.temporal, n)
	if err != nil {
		return group, err
	}
	group.add("signals per message", "", signals, 1)
	group.add("drained", "messages/s", rate, plain)
	return group, g.alsoOnDisk(ctx, "backlog-on-disk", func(t *temporalServer) error {
		n.backlogConversations, n.repetitions = n.onDisk/n.backlogMessages, 1
		_, rate, plain, err := g.backlogOn(ctx, t, n)
		group.add("drained, "+onDisk, "messages/s", rate, plain)
		group.note("%s: %d conversations, once", onDisk, n.backlogConversations)
		return err
	})
}

// backlogOn returns signals per message, messages per second, and messages per second without gathering.
func (g *ground) backlogOn(ctx context.Context, t *temporalServer, n size) (perMessage, rate, plain float64, err error) {
	s, err := g.newStage(ctx, t, 1)
	if err != nil {
		return 0, 0, 0, err
	}
	defer closing(s.close, &err)
	if err := s.workBoth(); err != nil {
		return 0, 0, 0, err
	}
	total := n.backlogConversations * n.backlogMessages
	signals := &countingSignaller{Signaller: t}
	var rates, plainRates []float64
	err = repeat(n, func() error {
		took, err := s.drainBacklog(ctx, signals, n)
		if err != nil {
			return err
		}
		rates = append(rates, perSecond(total, took))
		// The baseline shall have the machine to itself.
		if err := s.billed(ctx, len(rates)*n.backlogConversations); err != nil {
			return err
		}
		if took, err = s.signalEach(ctx, n); err != nil {
			return err
		}
		plainRates = append(plainRates, perSecond(total, took))
		return nil
	})
	if err != nil {
		return 0, 0, 0, err
	}
	return float64(signals.calls.Load()) / float64(len(rates)*total), median(rates), median(plainRates), nil
}

func (s *stage) drainBacklog(ctx context.Context, signals relay.Signaller, n size) (time.Duration, error) {
	people := s.traffic.newcomers(n.backlogConversations)
	for range n.backlogMessages {
		if err := s.take(ctx, s.traffic.inBodies(time.Now(), people, largeBody), n.concurrency); err != nil {
			return 0, err
		}
	}
	r := s.relay(signals)
	r.Concurrency = n.concurrency
	took, err := timed(func() error { return r.Drain(ctx) })
	if err != nil {
		return 0, err
	}
	return took, s.nothingPending(ctx)
}

// countingSignaller counts calls.
type countingSignaller struct {
	relay.Signaller
	calls atomic.Int64
}

func (s *countingSignaller) SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any,
	options client.StartWorkflowOptions, workflow any, workflowArgs ...any,
) (client.WorkflowRun, error) {
	s.calls.Add(1)
	return s.Signaller.SignalWithStartWorkflow(ctx, workflowID, signalName, signalArg, options, workflow, workflowArgs...)
}

// signalEach is the baseline. It waits for the workflows' ends only after the clock has stopped.
func (s *stage) signalEach(ctx context.Context, n size) (took time.Duration, err error) {
	ids := make([]string, n.backlogConversations)
	for i := range ids {
		ids[i] = "bench/" + strconv.Itoa(i) + "/" + uuid.NewString()
	}
	defer closing(func() error { return s.endPlain(ids) }, &err)
	took, err = timed(func() error {
		return inParallel(ctx, n.backlogConversations*n.backlogMessages, n.concurrency, func(ctx context.Context, i int) error {
			return s.signalPlainly(ctx, ids[i%len(ids)], n.backlogMessages)
		})
	})
	if err != nil {
		return took, err
	}
	return took, inParallel(ctx, len(ids), n.concurrency, func(ctx context.Context, i int) error {
		return s.temporal.GetWorkflow(ctx, ids[i], "").Get(ctx, nil)
	})
}

// signalPlainly tells a receiver of one message, and starts it if need be, to end after so many.
func (s *stage) signalPlainly(ctx context.Context, id string, messages int) error {
	_, err := s.temporal.SignalWithStartWorkflow(ctx, id, plainSignal, "hello", client.StartWorkflowOptions{TaskQueue: plainQueue},
		receiverWorkflow, messages)
	return err
}

// endPlain leaves none of our workflows open on a server of the user's, also when the measuring was cut short.
func (s *stage) endPlain(ids []string) error {
	if s.temporal.server != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), cleanUpWithin)
	defer cancel()
	return inParallel(ctx, len(ids), 16, func(ctx context.Context, i int) error { return s.temporal.end(ctx, ids[i]) })
}
