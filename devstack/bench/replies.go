package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"reengage/conversation"
	"reengage/intake"
	"reengage/whatsapp/whatsapptest"
	"reengage/workflows/contract"
)

// agents reply to conversations whose windows are open, steadily.
type agents struct {
	shop  *shop
	to    []uuid.UUID
	every time.Duration
	next  int // of to
}

// hireAgents has customers write, to whom is replied.
func (s *shop) hireAgents(ctx context.Context, n size) (*agents, error) {
	a := &agents{shop: s, every: time.Duration(float64(time.Second) / n.repliesPerSecond)}
	for i, p := range s.traffic.newcomers(n.repliedTo) {
		if _, err := s.meta.Inbound(ctx, whatsapptest.Inbound{From: p.phone(), Name: fmt.Sprintf("Invented Person %d", i), Text: "Hello?"}); err != nil {
			return nil, err
		}
		id, err := s.store.Resolve(ctx, time.Now(), phoneNumberID, intake.Identity{Phone: p.phone()})
		if err != nil {
			return nil, err
		}
		a.to = append(a.to, id)
	}
	return a, s.billed(ctx, n.repliedTo)
}

// during replies as long as do lasts, and returns how long each reply took.
func (a *agents) during(ctx context.Context, do func(context.Context) error) (took []time.Duration, err error) {
	group, ctx := errgroup.WithContext(ctx)
	done := make(chan struct{})
	group.Go(func() error {
		defer close(done)
		return do(ctx)
	})
	var mu sync.Mutex
	for ticks := time.NewTicker(a.every); ; {
		to := a.to[a.next%len(a.to)]
		a.next++
		group.Go(func() error {
			d, err := a.shop.reply(ctx, to)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, d)
			return err
		})
		select {
		case <-ticks.C:
			continue
		case <-done:
			ticks.Stop()
		}
		err = group.Wait()
		return took, err
	}
}

// reply asks for a free-form message, and returns how long it took until the provider had it.
func (s *shop) reply(ctx context.Context, to uuid.UUID) (time.Duration, error) {
	asked := time.Now()
	answer, err := s.engine.Request(ctx, to, contract.UpdateSendMessage, uuid.NewString(), func(r contract.Request) any {
		return contract.SendMessage{Request: r, Text: "We do, until noon."}
	})
	if err != nil {
		return 0, fmt.Errorf("reply: %w", err)
	}
	if answer.Verdict.Code != conversation.Allowed || answer.SendID == nil {
		return 0, fmt.Errorf("a reply was refused: %s", answer.Verdict.Code)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if at := s.takenAt(*answer.SendID); !at.IsZero() {
			return at.Sub(asked), nil
		}
		if err := sleep(ctx, time.Millisecond); err != nil {
			return 0, fmt.Errorf("a reply has not reached the provider: %w", err)
		}
	}
}

// sleep lets real time pass.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
