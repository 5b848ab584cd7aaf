package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"reengage/activities"
	"reengage/campaign"
	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/devstack/temporal/temporaltest"
	"reengage/engine"
	"reengage/gateway/webhook"
	"reengage/intake"
	"reengage/ledger"
	"reengage/relay"
	"reengage/sending"
	"reengage/tariff"
	"reengage/whatsapp/cloudapi"
	"reengage/whatsapp/whatsapptest"
	"reengage/workflows/contract"
)

// shop is the whole way of a message, both ways, with nothing left out but processes: a simulated Meta, the webhook, intake, the
// relay, a real Temporal server, the worker and Postgres.
type shop struct {
	*testing.T
	clock     clock.Clock
	pool      *pgxpool.Pool
	meta      *whatsapptest.Simulator
	store     *intake.Store
	engine    engine.Engine
	campaigns *campaign.Campaigns
}

const (
	shopNumber = "106540000000001"
	shopWABA   = "102290000000001"
)

// openShop opens a shop whose clock runs at scale.
func openShop(t *testing.T, scale float64) *shop {
	log := slog.New(slog.DiscardHandler)
	pool, ns := dbtest.New(t), temporaltest.New(t)
	s := &shop{T: t, pool: pool, clock: clock.Clock{Anchor: time.Now().UTC(), Wall: time.Now(), Scale: scale}}
	s.store = intake.New(pool, s.clock, log)
	s.engine = engine.Engine{Temporal: ns.Client, Queries: db.New(pool), Clock: s.clock, Patience: time.Minute}
	require.NoError(t, db.New(pool).ConfigureNumber(t.Context(), db.ConfigureNumberParams{
		PhoneNumberID: shopNumber, Display: "+1 202-555-0100", WabaID: shopWABA, Settings: []byte("{}"), Now: s.now()}))

	hooks := httptest.NewServer(webhook.New(webhook.Options{Secrets: []string{"secret"}}, s.store, log))
	t.Cleanup(hooks.Close)
	var err error
	s.meta, err = whatsapptest.New(whatsapptest.Config{AppSecret: "secret", AccessToken: "token", WABA: shopWABA, Now: s.now, Scale: scale,
		Numbers: []whatsapptest.Number{{ID: shopNumber, Display: "12025550100"}}, WebhookURL: hooks.URL, Templates: []whatsapptest.Template{
			{Name: "order_update", Category: "UTILITY", Components: body("Your order is on its way.")},
			{Name: "come_back", Category: "MARKETING", Components: body("Hello {{1}}, we have something for you.")}}})
	require.NoError(t, err)
	t.Cleanup(s.meta.Close)
	api := httptest.NewServer(s.meta)
	t.Cleanup(api.Close)

	provider, err := cloudapi.New(cloudapi.Options{BaseURL: api.URL, AccessToken: "token", Log: log})
	require.NoError(t, err)
	t.Cleanup(provider.Close)
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	book := ledger.New(pool, cards, tariff.DefaultEntryPoint, log)
	sender := sending.New(sending.Options{Pool: pool, Intake: s.store, Quoter: book, Provider: provider, Clock: s.clock, Log: log})
	_, err = sender.SyncTemplates(t.Context())
	require.NoError(t, err)
	s.campaigns = &campaign.Campaigns{Pool: pool, Clock: s.clock, Temporal: ns.Client, Log: log}
	w := newWorker(ns.Client, &activities.Activities{Campaigns: s.campaigns, Pool: pool, Intake: s.store, Ledger: book, Sending: sender, Clock: s.clock}, make(chan error, 1))
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- relay.New(relay.Options{Pool: pool, Temporal: ns.Client, Clock: s.clock, Log: log}).Run(ctx)
	}()
	t.Cleanup(func() { stop(); <-ended })
	return s
}

func body(text string) []whatsapptest.TemplateComponent {
	return []whatsapptest.TemplateComponent{{Type: "BODY", Text: text}}
}

func (s *shop) now() time.Time { return s.clock.At(time.Now()) }

// writes has a customer write, some virtual time ago, and returns the conversation.
func (s *shop) writes(phone, text string, ago time.Duration) uuid.UUID {
	_, err := s.meta.Inbound(s.Context(), whatsapptest.Inbound{From: phone, Text: text, At: s.now().Add(-ago)})
	require.NoError(s, err)
	id, err := s.store.Resolve(s.Context(), time.Now(), shopNumber, intake.Identity{Phone: phone})
	require.NoError(s, err)
	return id
}

func (s *shop) asks(id uuid.UUID, update string, ask engine.Ask) contract.Answer {
	answer, err := s.engine.Request(s.Context(), id, update, uuid.NewString(), ask)
	require.NoError(s, err)
	return answer
}

func (s *shop) says(id uuid.UUID, text string, fallback *contract.Template) uuid.UUID {
	answer := s.asks(id, contract.UpdateSendMessage, func(q contract.Request) any {
		return contract.SendMessage{Request: q, Text: text, Fallback: fallback}
	})
	require.Equal(s, conversation.Allowed, answer.Verdict.Code, answer.Verdict.Sentence)
	return *answer.SendID
}

// send is what Postgres says of a send.
type send struct {
	state, reason string
	replacedBy    *uuid.UUID
}

func (s *shop) read(id uuid.UUID) (got send) {
	require.NoError(s, s.pool.QueryRow(s.Context(), `SELECT state, coalesce(reason, ''), replaced_by FROM sends WHERE id = $1`, id).
		Scan(&got.state, &got.reason, &got.replacedBy))
	return got
}

func (s *shop) becomes(id uuid.UUID, state string) send {
	s.Helper()
	var got send
	if !assert.Eventually(s, func() bool { got = s.read(id); return got.state == state }, time.Minute, 10*time.Millisecond) {
		require.Failf(s, "it is another", "the send is %s (%s), not %s", got.state, got.reason, state)
	}
	return got
}

// posts are the types of the messages that were posted to a phone, with what became of them.
func (s *shop) posts(phone string) (posts []string) {
	for _, r := range s.meta.Requests() {
		var sent struct{ To, Type string }
		if json.Unmarshal(r.Body, &sent) == nil && sent.To == "+"+phone {
			posts = append(posts, sent.Type+" "+r.Outcome)
		}
	}
	return posts
}

// consents records that the contact of a conversation has opted in.
func (s *shop) consents(id uuid.UUID, category conversation.Category) {
	_, err := s.store.RecordConsent(s.Context(), time.Now(), []intake.ConsentChange{{ConversationID: id, Category: category, OptedIn: true,
		Source: "form", OccurredAt: s.now()}})
	require.NoError(s, err)
}

func (s *shop) until(at time.Time) { <-time.After(s.clock.Wait(at, time.Now())) }

// A retry that would fall after 24:00:00 is decided anew, and the message is not sent free-form (W5).
func TestAReplyWhoseRetryFallsAfterTheWindowIsNotSentFreeForm(t *testing.T) {
	for name, fallback := range map[string]*contract.Template{
		"its fallback goes": {Name: "order_update", Language: "en_US"}, "it has no fallback": nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t, 40) // the first retry comes after a second, which is 40 s here
			var customer string
			var got send
			for i := 0; len(s.posts(customer)) == 0; i++ { // on a busy machine even the first attempt may come too late
				require.Less(t, i, 30, "no first attempt has come in time")
				customer = fmt.Sprintf("120255501%02d", 30+i)
				require.NoError(t, s.meta.Script(whatsapptest.Rule{Match: whatsapptest.Match{To: customer, Type: "text"}, Do: "error", Code: 131016, Times: -1}))
				closes := s.now().Add(2 * time.Minute)
				id := s.writes(customer, "Is it on its way?", 24*time.Hour-2*time.Minute)
				s.consents(id, conversation.Utility)
				s.until(closes.Add(-30 * time.Second)) // 23:59:30
				answer := s.asks(id, contract.UpdateSendMessage, func(q contract.Request) any {
					return contract.SendMessage{Request: q, Text: "It is.", Fallback: fallback}
				})
				if answer.Verdict.Allows() {
					got = s.becomes(*answer.SendID, "failed")
				}
			}
			require.Equal(t, "window_closed", got.reason)
			if fallback == nil {
				require.Nil(t, got.replacedBy)
				require.Equal(t, []string{"text error"}, s.posts(customer))
				return
			}
			require.NotNil(t, got.replacedBy)
			s.becomes(*got.replacedBy, "accepted")
			require.Equal(t, []string{"text error", "template accepted"}, s.posts(customer))
		})
	}
}

func TestAStopBetweenThePlanAndTheSendKeepsItBack(t *testing.T) {
	s := openShop(t, 1)
	const customer = "12025550161"
	id := s.writes(customer, "Hello", 30*time.Hour)
	s.consents(id, conversation.Marketing)
	// The number's next slot is far enough away for the send to wait for its turn.
	_, err := s.pool.Exec(t.Context(), `INSERT INTO send_rates (business_number_id, next_at)
		SELECT id, clock_timestamp() + interval '3 seconds' FROM business_numbers`)
	require.NoError(t, err)
	answer := s.asks(id, contract.UpdateSendTemplate, func(q contract.Request) any {
		return contract.SendTemplate{Request: q, Template: contract.Template{Name: "come_back", Language: "en_US", Parameters: json.RawMessage(`["Ada"]`)}}
	})
	require.Equal(t, conversation.Allowed, answer.Verdict.Code, answer.Verdict.Sentence)
	require.Equal(t, "planned", s.read(*answer.SendID).state)
	s.writes(customer, "Stop!", 0)
	require.Equal(t, "opted_out", s.becomes(*answer.SendID, "refused").reason)
	require.Empty(t, s.posts(customer))
}

func TestAnAnswerThatIsLostIsSettledByTheStatus(t *testing.T) {
	s := openShop(t, 1)
	const customer = "12025550162"
	id := s.writes(customer, "Hello", 0)
	require.NoError(t, s.meta.Script(whatsapptest.Rule{Match: whatsapptest.Match{To: customer}, Do: "reset_after_accept"}))
	sent := s.says(id, "Good morning", nil)
	s.becomes(sent, "accepted")
	require.Equal(t, []string{"text reset_after_accept"}, s.posts(customer))
	require.Len(t, s.meta.Messages(), 1)
}
