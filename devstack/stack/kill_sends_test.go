package stack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/devstack/people"
	"reengage/devstack/stack"
	"reengage/whatsapp/whatsapptest"
)

// TestKilledInTheMiddleOfSendsNoneIsSentTwiceAndEachEnds kills the worker with SIGKILL again and again while agents write,
// whose requests are repeated until they are answered. Of some messages WhatsApp tells nothing but a status, and of some
// nothing at all.
func TestKilledInTheMiddleOfSendsNoneIsSentTwiceAndEachEnds(t *testing.T) {
	t.Parallel()
	const (
		contacts = 12
		replies  = 5
		kills    = 4
	)
	s, _ := startDurableStack(t, func(o *stack.Options) {
		o.Scale, o.Env = 1, []string{"REENGAGE_UNKNOWN_AFTER=2s"}
	})
	phone := func(c int) string { return fmt.Sprintf("1202555%04d", 110+c) } // 0100 is the business itself
	for c := range contacts {
		switch c % 4 {
		case 1: // accepted, and the answer is lost; it takes long enough to be killed meanwhile
			require.NoError(t, s.Simulator.Script(whatsapptest.Rule{Match: whatsapptest.Match{To: phone(c)}, Do: "hang", Accepted: true, Seconds: 0.3, Times: -1}))
		case 2: // not accepted, and nobody can know
			require.NoError(t, s.Simulator.Script(whatsapptest.Rule{Match: whatsapptest.Match{To: phone(c)}, Do: "hang", Seconds: 0.3, Times: -1}))
		}
		_, err := s.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: phone(c), Name: phone(c), Text: "Hello?"})
		require.NoError(t, err)
	}

	business := people.NewBusiness(s)
	var agents sync.WaitGroup
	for c := range contacts {
		agents.Go(func() {
			for i := range replies {
				key := fmt.Sprintf("reply-%d", i)
				for {
					err := business.Reply(t.Context(), people.Recipient{Name: phone(c), Phone: phone(c)}, "We are here.", key)
					var refusal *people.Refusal
					if err == nil || t.Context().Err() != nil {
						break
					}
					if errors.As(err, &refusal) && refusal.Code != "engine_unavailable" {
						t.Errorf("an agent is refused: %v", err)
						return
					}
					wait(t.Context(), 100*time.Millisecond)
				}
			}
		})
	}
	for range kills {
		wait(t.Context(), time.Duration(300+rand.IntN(500))*time.Millisecond)
		s.KillWorker()
		require.NoError(t, s.StartWorker(t.Context()))
	}
	agents.Wait()
	// An attempt that was killed is taken for lost after its minute.
	require.Eventually(t, func() bool {
		return count(t, s, `SELECT count(*) FROM sends WHERE state IN ('planned', 'inflight') OR state = 'unknown' AND NOT final`) == 0
	}, 3*time.Minute, 200*time.Millisecond)
	require.NoError(t, s.Simulator.Settle(t.Context()))

	require.Equal(t, contacts*replies, count(t, s, `SELECT count(*) FROM sends`), "each request is one send, however often it was made")
	sent := map[uuid.UUID]int{}
	for _, m := range s.Simulator.Messages() {
		var body struct {
			Opaque string `json:"biz_opaque_callback_data"`
		}
		require.NoError(t, json.Unmarshal(m.Body, &body))
		id, _, _ := strings.Cut(body.Opaque, "/")
		sent[uuid.MustParse(id)]++
	}
	rows, err := s.Pool.Query(t.Context(), `SELECT id, state FROM sends`)
	require.NoError(t, err)
	states := map[string]int{}
	for rows.Next() {
		var id uuid.UUID
		var state string
		require.NoError(t, rows.Scan(&id, &state))
		states[state]++
		require.LessOrEqual(t, sent[id], 1, "no message is sent twice")
		require.Equal(t, state == "accepted", sent[id] == 1, "what WhatsApp has is accepted, and nothing else is: %s", state)
	}
	require.NoError(t, rows.Err())
	t.Logf("%d kills: %v", kills, states)
}
