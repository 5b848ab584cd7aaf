package whatsapptest

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Config is what a Simulator is made of.
type Config struct {
	// AppSecret signs the webhooks.
	AppSecret string
	// AccessToken is the bearer token that sends must carry; empty: any.
	AccessToken string
	// WABA is the account's id.
	WABA string
	// Numbers are the business numbers; at least one. The first is the default.
	Numbers []Number
	// WebhookURL receives the webhooks. Until it is set (SetWebhookURL), they
	// wait.
	WebhookURL string
	// Now is the virtual clock; time.Now if nil.
	Now func() time.Time
	// Scale is how much faster than ours the virtual clock runs; 1 if zero.
	Scale float64
	// Seed makes the ids that are given out, so that a test can repeat them.
	// Zero takes a random one; a stack that keeps its data across restarts
	// needs that, or its messages would pass for duplicates.
	Seed uint64
	// Templates are known from the start. As long as none is known, any
	// template is accepted.
	Templates []Template
	// SentAfter, DeliveredAfter and ReadAfter are when statuses follow a send,
	// in virtual time; 1 s, 2 s and 5 s if zero.
	SentAfter, DeliveredAfter, ReadAfter time.Duration
}

// Number is a business number.
type Number struct {
	// ID is Meta's phone number id.
	ID string `json:"id"`
	// Display is the number as people write it, mostly its digits.
	Display string `json:"display"`
}

// Simulator plays Meta. It is an http.Handler; see doc.go for what it serves.
// All its methods may be called from several goroutines.
type Simulator struct {
	cfg    Config
	mux    *http.ServeMux
	client *http.Client
	posts  chan struct{} // bounds the webhooks under way

	ctx    context.Context
	cancel context.CancelFunc
	tasks  sync.WaitGroup

	mu         sync.Mutex
	closed     bool
	busy       int           // tasks that are not finished
	calm       chan struct{} // closed when busy falls to zero
	webhookURL string
	random     *rand.Rand
	auto       bool
	rules      []*Rule
	templates  []Template
	threads    map[threadKey]*thread
	delivered  map[allowance]int
	messages   []*Message
	byID       map[string]*Message
	requests   []*Request
	webhooks   []*Webhook

	crowds      []Crowd
	crowdCounts CrowdCounts
	agenda      agenda // has a lock of its own, which is taken after mu
}

// ErrClosed is returned for what would need a Simulator that has been closed.
var ErrClosed = errors.New("the simulator is closed")

// New starts a Simulator. It is to be closed.
func New(cfg Config) (*Simulator, error) {
	if cfg.AppSecret == "" || cfg.WABA == "" || len(cfg.Numbers) == 0 {
		return nil, errors.New("whatsapptest: app secret, access token, account and at least one number are required")
	}
	for _, n := range cfg.Numbers {
		if n.ID == "" {
			return nil, errors.New("whatsapptest: a number without an id")
		}
	}
	if cfg.Scale < 0 {
		return nil, fmt.Errorf("whatsapptest: a clock cannot run at %v times ours", cfg.Scale)
	}
	cfg = withDefaults(cfg)
	s := &Simulator{
		cfg:        cfg,
		client:     newWebhookClient(),
		posts:      make(chan struct{}, maxPosts),
		webhookURL: cfg.WebhookURL,
		random:     rand.New(rand.NewPCG(cfg.Seed, uint64(len(cfg.Numbers)))),
		auto:       true,
		threads:    map[threadKey]*thread{},
		delivered:  map[allowance]int{},
		byID:       map[string]*Message{},
		agenda:     agenda{added: make(chan struct{}, 1)},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, t := range cfg.Templates {
		s.SetTemplate(t)
	}
	s.mux = s.routes()
	return s, nil
}

func withDefaults(cfg Config) Config {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Scale == 0 {
		cfg.Scale = 1
	}
	if cfg.Seed == 0 {
		var b [8]byte
		_, _ = crand.Read(b[:]) // never fails
		cfg.Seed = binary.LittleEndian.Uint64(b[:])
	}
	defaultTo(&cfg.SentAfter, time.Second)
	defaultTo(&cfg.DeliveredAfter, 2*time.Second)
	defaultTo(&cfg.ReadAfter, 5*time.Second)
	return cfg
}

func defaultTo(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

// ServeHTTP serves Meta's paths and, under /_sim/, the control API.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// SetWebhookURL changes where webhooks go, those that wait included.
func (s *Simulator) SetWebhookURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webhookURL = url
}

// Settle waits until everything that is due has been reported and every webhook
// acknowledged, or returns ctx's error.
func (s *Simulator) Settle(ctx context.Context) error {
	for {
		s.mu.Lock()
		if s.busy == 0 {
			s.mu.Unlock()
			return nil
		}
		if s.calm == nil {
			s.calm = make(chan struct{})
		}
		calm := s.calm
		s.mu.Unlock()
		select {
		case <-calm:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close ends all requests that hang and all that is still to be reported, and
// waits for it. What was not acknowledged by then never will be.
func (s *Simulator) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.tasks.Wait()
	s.client.CloseIdleConnections()
}

// start runs task beside the caller; it is to end when s.ctx does.
func (s *Simulator) start(task func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.busy++
	s.tasks.Add(1)
	go func() {
		defer s.tasks.Done()
		task()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.busy--; s.busy == 0 && s.calm != nil {
			close(s.calm)
			s.calm = nil
		}
	}()
	return nil
}

// wait lets d pass on our clock; false if the simulator is closed meanwhile.
func (s *Simulator) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// newID makes an id as unlike a real one as it may be, so that no invented
// message is ever taken for somebody's. To be called with s.mu held.
func (s *Simulator) newID(prefix string) string {
	return fmt.Sprintf("%sTEST%016X", prefix, s.random.Uint64())
}

// number finds a business number; the empty id means the first.
func (s *Simulator) number(id string) (Number, bool) {
	if id == "" {
		return s.cfg.Numbers[0], true
	}
	for _, n := range s.cfg.Numbers {
		if n.ID == id {
			return n, true
		}
	}
	return Number{}, false
}
