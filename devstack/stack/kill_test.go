package stack_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"reengage/conversation"
	"reengage/db"
	"reengage/devstack/folder"
	"reengage/devstack/people"
	"reengage/devstack/stack"
	"reengage/ledger"
	"reengage/tariff"
	"reengage/whatsapp/whatsapptest"
	"reengage/workflows/contract"
)

// A day lasts half a minute, so that windows close within the test.
const testScale = float64(24*time.Hour) / float64(30*time.Second)

// programs compiles what is shipped, once for all tests.
var programs = sync.OnceValues(func() (string, error) {
	root, err := folder.Checkout()
	if err != nil {
		return "", err
	}
	bin, err := os.MkdirTemp("", "reengage-programs")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "./worker", "./starter")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return bin, fmt.Errorf("%w: %s", err, out)
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	flag.Parse()
	// A stack mostly waits for its clock, so all may run at once.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	defer func() {
		if bin, _ := programs(); bin != "" {
			os.RemoveAll(bin)
		}
	}()
	m.Run()
}

// startStack runs a stack that is gone after the test.
func startStack(t *testing.T) *stack.Stack {
	t.Helper()
	s, _ := startDurableStack(t)
	return s
}

// startDurableStack also returns how to stop the stack and start it again on its data.
func startDurableStack(t *testing.T, but ...func(*stack.Options)) (*stack.Stack, func() *stack.Stack) {
	t.Helper()
	bin, err := programs()
	require.NoError(t, err)
	base, err := folder.Base()
	require.NoError(t, err)
	private, err := folder.Private(t.Context(), base, "stack-test")
	require.NoError(t, err)
	var s *stack.Stack
	start := func() *stack.Stack {
		t.Helper()
		o := stack.Options{
			Dir: private.Path, Bin: bin, Scale: testScale, Durable: true, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Progress: t.Output(),
		}
		for _, change := range but {
			change(&o)
		}
		var err error
		s, err = stack.Start(t.Context(), o)
		require.NoError(t, err)
		return s
	}
	t.Cleanup(func() {
		if t.Failed() {
			for _, name := range []string{"worker.log", "gateway.log"} {
				log, _ := os.ReadFile(filepath.Join(private.Path, name))
				t.Logf("%s:\n%s", name, log[max(0, len(log)-4000):])
			}
		}
		if s != nil {
			s.Stop(context.Background())
		}
		require.NoError(t, private.Remove())
	})
	return start(), func() *stack.Stack {
		s.Stop(t.Context())
		return start()
	}
}

// TestKilledInTheMiddleOfTrafficNothingIsLostAndNothingHappensTwice kills worker and gateway with SIGKILL again and again
// while customers write, then lets everything settle and accounts for every message.
func TestKilledInTheMiddleOfTrafficNothingIsLostAndNothingHappensTwice(t *testing.T) {
	t.Parallel()
	const (
		contacts = 30
		messages = 300
		kills    = 10
	)
	s := startStack(t)
	traffic, done := context.WithCancel(t.Context())
	var killer sync.WaitGroup
	killer.Go(func() {
		for i := 0; traffic.Err() == nil; i++ {
			wait(traffic, time.Duration(200+rand.IntN(600))*time.Millisecond)
			kill, start := s.KillWorker, s.StartWorker
			if i%2 == 1 {
				kill, start = s.KillGateway, s.StartGateway
			}
			if i < kills {
				kill()
				if err := start(t.Context()); err != nil {
					t.Errorf("start again: %v", err)
					return
				}
			}
		}
	})

	business := people.NewBusiness(s)
	sent := map[string]int{} // messages per contact
	for i := range messages {
		c := rand.IntN(contacts)
		phone := fmt.Sprintf("1202555%04d", 100+c)
		wamid, err := s.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: phone, Name: phone, Text: "Hello?"})
		require.NoError(t, err)
		sent[phone]++
		if i%7 == 0 { // the provider delivers it once more
			_, err = s.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: phone, Name: phone, Text: "Hello?", ID: wamid})
			require.NoError(t, err)
		}
		if c%3 == 0 {
			// Whether the report arrives is the business's concern; that it counts once is ours.
			_ = business.TextElsewhere(t.Context(), people.Recipient{Name: phone, Phone: phone}, "We are here.")
		}
		wait(t.Context(), time.Duration(rand.IntN(30))*time.Millisecond)
	}
	done()
	killer.Wait()
	require.NoError(t, s.Simulator.Settle(t.Context()), "every webhook is acknowledged in the end")
	settle(t, s)

	stored := map[string]int{}
	rows, err := s.Pool.Query(t.Context(), `SELECT p.phone, count(*) FROM events e JOIN conversations c ON c.id = e.conversation_id
		JOIN contacts p ON p.id = c.contact_id WHERE e.kind = 'inbound' GROUP BY p.phone`)
	require.NoError(t, err)
	for rows.Next() {
		var phone string
		var n int
		require.NoError(t, rows.Scan(&phone, &n))
		stored[phone] = n
	}
	require.NoError(t, rows.Err())
	require.Equal(t, sent, stored, "every message is stored once")
	accountFor(t, s)
}

// accountFor holds what the system did against what follows from the stored events: the charges against the tariff, and
// one reminder for every window that closed unanswered.
func accountFor(t *testing.T, s *stack.Stack) {
	t.Helper()
	q := db.New(s.Pool)
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	book := ledger.New(s.Pool, cards, tariff.DefaultEntryPoint, slog.New(slog.DiscardHandler))
	conversations, err := q.ListConversationFacts(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, conversations)
	reminders := 0
	for _, c := range conversations {
		owed, err := book.Check(t.Context(), c.Conversation.ID)
		require.NoError(t, err)
		require.Zero(t, owed, "the ledger and the event log agree")

		var charges, recorded int
		require.NoError(t, s.Pool.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE reverses IS NULL) - count(*) FILTER (WHERE reverses IS NOT NULL)
			FROM charges WHERE conversation_id = $1`, c.Conversation.ID).Scan(&charges))
		require.Positive(t, charges, "whoever wrote is billed")
		require.NoError(t, s.Pool.QueryRow(t.Context(), `SELECT count(*) FROM reminders WHERE conversation_id = $1 AND deadline = $2`,
			c.Conversation.ID, c.Conversation.ExpiresAt).Scan(&recorded))
		want := 0
		if c.Conversation.Facts().Unanswered() {
			want = 1
		}
		require.Equal(t, want, recorded, "a window that closed unanswered has one reminder: sent, late or missed")
		require.Equal(t, conversation.Expired, conversation.Status(c.Conversation.Facts(), s.Now()))
	}
	var sent int
	require.NoError(t, s.Pool.QueryRow(t.Context(), `SELECT count(*) FROM reminders WHERE outcome <> 'missed'`).Scan(&sent))
	came := s.Receiver.Came()
	require.Len(t, came, sent, "every reminder reaches the team, under an id of its own")
	require.Zero(t, s.Receiver.Forged())
	for _, n := range came {
		require.True(t, json.Valid(n.Data))
		reminders += n.Arrived
	}
	t.Logf("%d conversations, %d reminders posted, %d of them once more after a kill", len(conversations), sent, reminders-sent)
}

// settle waits until all windows have closed, no run waits any more and everything is signalled, billed and posted. The windows
// are asked for because a run is counted only some time after it has started.
func settle(t *testing.T, s *stack.Stack) {
	t.Helper()
	require.Eventually(t, func() bool {
		var windows int
		err := s.Pool.QueryRow(t.Context(), `SELECT count(*) FROM conversations WHERE expires_at > $1`, s.Now()).Scan(&windows)
		if err != nil || windows > 0 {
			return false
		}
		open, err := s.Temporal.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{
			Query: fmt.Sprintf("WorkflowType = %q AND ExecutionStatus = 'Running'", contract.ConversationWorkflow)})
		if err != nil {
			return false
		}
		left, err := db.New(s.Pool).CountUnfinished(t.Context())
		return err == nil && open.Count == 0 && left.Unsignalled+left.Dirty+left.Unposted == 0
	}, 3*time.Minute, 200*time.Millisecond)
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
