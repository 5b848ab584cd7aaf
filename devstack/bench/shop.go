package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/worker"

	"reengage/activities"
	"reengage/campaign"
	"reengage/db"
	"reengage/engine"
	"reengage/gateway/webhook"
	"reengage/intake"
	"reengage/sending"
	"reengage/whatsapp/cloudapi"
	"reengage/whatsapp/whatsapptest"
	"reengage/workflows"
)

// account is the WhatsApp account of the shop's number.
const account = "102290000000001"

// shop is a stage with a provider: what is sent reaches a simulated Meta over HTTP, whose webhooks come back over HTTP.
type shop struct {
	*stage
	meta      *whatsapptest.Simulator
	servers   []*server
	provider  *cloudapi.Client
	stopRelay func() error
	campaigns *campaign.Campaigns
	engine    engine.Engine

	mu    sync.Mutex
	texts map[uuid.UUID]time.Time // when the provider had taken a free-form message, by its send
}

// openShop opens one with these customers, in real time, as worker and starter wire it.
func (g *ground) openShop(ctx context.Context, connections int, crowds ...whatsapptest.Crowd) (_ *shop, err error) {
	stage, err := g.newStage(ctx, g.temporal, 1)
	if err != nil {
		return nil, err
	}
	s := &shop{stage: stage, texts: map[uuid.UUID]time.Time{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	hooks, err := startServer(webhook.New(webhook.Options{Secrets: []string{appSecret}}, s.store, s.log), connections)
	if err != nil {
		return nil, err
	}
	s.servers = append(s.servers, hooks)
	if s.meta, err = whatsapptest.New(whatsapptest.Config{
		AppSecret: appSecret, WABA: account, Numbers: []whatsapptest.Number{{ID: phoneNumberID, Display: "15550100001"}}, WebhookURL: hooks.url + webhook.Path,
		Now: s.now, Templates: []whatsapptest.Template{{Name: "news", Category: "MARKETING", Components: []whatsapptest.TemplateComponent{
			{Type: "BODY", Text: "Hello {{1}}, the new lamps have come. Reply to this message to see them."}}}},
	}); err != nil {
		return nil, err
	}
	if err := s.meta.SetCrowd(crowds...); err != nil {
		return nil, err
	}
	meta, err := startServer(http.HandlerFunc(s.watchTexts), connections)
	if err != nil {
		return nil, err
	}
	s.servers = append(s.servers, meta)
	if s.provider, err = cloudapi.New(cloudapi.Options{BaseURL: meta.url, AccessToken: "simulated", Log: s.log}); err != nil {
		return nil, err
	}
	s.campaigns = &campaign.Campaigns{Pool: s.serves, Clock: s.clock, Temporal: s.temporal, Log: s.log}
	s.engine = engine.Engine{Temporal: s.temporal, Queries: db.New(s.serves), Clock: s.clock, Patience: time.Minute}
	if err := errors.Join(s.sell(ctx), s.workPlainly()); err != nil {
		return nil, err
	}
	s.stopRelay = s.startRelay(ctx)
	return s, nil
}

// activitiesAtOnce is the worker program's.
const activitiesAtOnce = 256

// sell configures the number, and starts a worker that can send.
func (s *shop) sell(ctx context.Context) error {
	if err := db.New(s.serves).ConfigureNumber(ctx, db.ConfigureNumberParams{
		PhoneNumberID: phoneNumberID, Display: "15550100001", WabaID: account, Settings: []byte("{}"), Now: s.now()}); err != nil {
		return err
	}
	book, err := newLedger(s.works, s.log)
	if err != nil {
		return err
	}
	store := intake.New(s.works, s.clock, s.log)
	sender := sending.New(sending.Options{Pool: s.works, Intake: store, Quoter: book, Provider: s.provider, Clock: s.clock, Log: s.log})
	if _, err := sender.SyncTemplates(ctx); err != nil {
		return err
	}
	w := workflows.NewWorker(s.temporal.Client, worker.Options{Identity: identity, MaxConcurrentActivityExecutionSize: activitiesAtOnce})
	w.RegisterActivity(&activities.Activities{Pool: s.works, Intake: store, Ledger: book, Sending: sender, Clock: s.clock,
		Campaigns: &campaign.Campaigns{Pool: s.works, Clock: s.clock, Temporal: s.temporal, Log: s.log}})
	return s.start(w)
}

// watchTexts is Meta, whose answers to free-form messages are timed.
func (s *shop) watchTexts(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.meta.ServeHTTP(w, r)
	var sent struct {
		Type   string `json:"type"`
		Opaque string `json:"biz_opaque_callback_data"`
	}
	if json.Unmarshal(body, &sent) != nil || sent.Type != "text" {
		return
	}
	name, _, _ := strings.Cut(sent.Opaque, "/")
	if id, err := uuid.Parse(name); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.texts[id] = time.Now()
	}
}

// takenAt is when the provider had taken a free-form message; zero: not yet.
func (s *shop) takenAt(send uuid.UUID) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts[send]
}

// rate sets how many messages the number may send in a second.
func (s *shop) rate(ctx context.Context, perSecond int) error {
	_, err := s.serves.Exec(ctx, "UPDATE business_numbers SET messages_per_second = $1 WHERE phone_number_id = $2", perSecond, phoneNumberID)
	return err
}

// close ends what the stage does not know of, and the stage.
func (s *shop) close() error {
	var failures []error
	if s.meta != nil {
		s.meta.Close()
	}
	if s.stopRelay != nil {
		failures = append(failures, s.stopRelay())
	}
	failures = append(failures, s.stage.close())
	if s.provider != nil {
		s.provider.Close()
	}
	for _, server := range s.servers {
		failures = append(failures, server.close())
	}
	return errors.Join(failures...)
}
