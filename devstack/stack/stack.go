package stack

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	temporallog "go.temporal.io/sdk/log"

	"reengage/clock"
	"reengage/db"
	"reengage/devstack/folder"
	"reengage/devstack/postgres"
	"reengage/devstack/process"
	"reengage/devstack/ready"
	"reengage/devstack/receiver"
	"reengage/devstack/temporal"
	"reengage/ledger"
	"reengage/tariff"
	"reengage/whatsapp/whatsapptest"
)

// The stack's one business number, from the range reserved for fiction, with the tariff that it keeps.
const (
	BusinessNumber = "105550100"
	// AccessToken is what our own senders carry; the simulator takes any.
	AccessToken = "simulated"
	display     = "+1 202-555-0100"
	waba        = "100555010000"
	scheme      = "zenvia-conversion"
)

// Stack is a running system.
type Stack struct {
	Ready     ready.Ready
	Clock     clock.Clock
	Pool      *pgxpool.Pool
	Temporal  client.Client
	Simulator *whatsapptest.Simulator
	// Receiver is where reminders are posted to.
	Receiver *receiver.Receiver
	// First says that the stack's data did not exist before.
	First bool

	options         Options
	lock            *folder.FileLock
	postgres        *postgres.Server
	temporalServer  *temporal.Server
	simulator       *http.Server
	worker, gateway *child
	stopSeen        context.CancelFunc
	notifySecret    string
}

// Now is the virtual time.
func (s *Stack) Now() time.Time { return s.Clock.At(time.Now()) }

// Start starts everything, in the order in which it depends on each other, and returns when all of it answers. If
// something does not start, what runs already is stopped, and the error is one sentence.
func Start(ctx context.Context, o Options) (_ *Stack, err error) {
	lock, err := take(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Stack{options: o, lock: lock}
	defer func() {
		if err != nil {
			s.Stop(context.WithoutCancel(ctx))
		}
	}()
	for _, start := range []func(context.Context) error{
		s.startPostgres, s.startTemporal, s.resumeClock, s.startSimulator, s.startReceiver, s.tellClock, s.startWorker, s.startGateway,
		s.awaitTemplates, s.openConsole,
	} {
		if err := start(ctx); err != nil {
			return nil, err
		}
	}
	s.Simulator.SetWebhookURL(s.Ready.API + "/webhooks/whatsapp")
	return s, nil
}

func (s *Stack) startPostgres(ctx context.Context) error {
	s.options.step("starting Postgres")
	_, err := os.Stat(filepath.Join(s.options.Dir, "postgres"))
	s.First = errors.Is(err, os.ErrNotExist)
	s.postgres, err = postgres.Start(ctx, postgres.Options{
		Dir: filepath.Join(s.options.Dir, "postgres"), Port: s.options.port(portPostgres), Database: "reengage",
		Durable: s.options.Durable, Log: s.options.Log,
	})
	if err != nil {
		return err
	}
	s.Ready.Database = s.postgres.URL()
	if err := db.Migrate(ctx, s.Ready.Database); err != nil {
		return err
	}
	if s.Pool, err = db.Open(ctx, s.Ready.Database); err != nil {
		return err
	}
	return s.configureNumber(ctx)
}

// configureNumber sets the business number up and assigns its tariff, from always on. One that has been set up before keeps
// the settings that somebody may have given it since.
func (s *Stack) configureNumber(ctx context.Context) error {
	s.Ready.BusinessNumber = BusinessNumber
	q := db.New(s.Pool)
	_, err := q.GetNumberByPhoneID(ctx, BusinessNumber)
	if errors.Is(err, pgx.ErrNoRows) {
		err = q.ConfigureNumber(ctx, db.ConfigureNumberParams{
			PhoneNumberID: BusinessNumber, Display: display, WabaID: waba, Settings: []byte("{}"), Now: time.Now(),
		})
	}
	if err != nil {
		return fmt.Errorf("configure the business number: %w", err)
	}
	cards, err := tariff.ShippedCards()
	if err != nil {
		return err
	}
	return ledger.New(s.Pool, cards, tariff.DefaultEntryPoint, s.options.Log).Assign(ctx, ledger.Assignment{PhoneNumberID: BusinessNumber, Scheme: scheme})
}

func (s *Stack) startTemporal(ctx context.Context) (err error) {
	s.options.step("starting Temporal")
	s.temporalServer, err = temporal.Start(ctx, temporal.Options{
		Dir: filepath.Join(s.options.Dir, "temporal"), Durable: s.options.Durable, Port: s.options.port(portTemporal),
		UI: s.options.UI, UIPort: s.options.port(portTemporalUI), Log: s.options.Log,
	})
	if err != nil {
		return err
	}
	s.Ready.Temporal, s.Ready.TemporalUI = s.temporalServer.Address(), s.temporalServer.UIURL()
	s.Temporal, err = client.DialContext(ctx, client.Options{
		HostPort: s.temporalServer.Address(), Namespace: s.temporalServer.Namespace(), Logger: temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	return err
}

func (s *Stack) startSimulator(context.Context) error {
	s.options.step("starting the WhatsApp simulator")
	s.Ready.AppSecret, s.Ready.VerifyToken, s.Ready.APIKey = rand.Text(), rand.Text(), "rk_"+rand.Text()
	var err error
	s.Simulator, err = whatsapptest.New(whatsapptest.Config{
		AppSecret: s.Ready.AppSecret, WABA: waba,
		Numbers: []whatsapptest.Number{{ID: BusinessNumber, Display: display}},
		Now:     s.Now, Scale: s.options.Scale, Templates: templates,
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(s.options.port(portSimulator)))
	if err != nil {
		return &process.PortTakenError{Program: "the WhatsApp simulator", Port: s.options.port(portSimulator)}
	}
	s.Ready.Simulator = "http://" + listener.Addr().String()
	s.simulator = &http.Server{Handler: s.Simulator, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.simulator.Serve(listener) }()
	return nil
}

func (s *Stack) startReceiver(context.Context) (err error) {
	s.notifySecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(rand.Text()))
	s.Receiver, err = receiver.Start(s.notifySecret)
	return err
}

func (s *Stack) startWorker(ctx context.Context) error {
	s.options.step("starting the worker")
	port, err := s.ownPort(portWorkerOps, "the worker's metrics")
	if err != nil {
		return err
	}
	s.Ready.WorkerOps = "http://" + port
	s.worker = &child{name: "the worker", path: filepath.Join(s.options.Bin, "worker"), log: logFile(s.options.Dir, "worker"),
		env: s.environment("REENGAGE_OPS_ADDR=" + port), ready: "http://" + port + "/readyz"}
	return s.worker.start(ctx)
}

func (s *Stack) startGateway(ctx context.Context) error {
	s.options.step("starting the gateway")
	api, err := s.ownPort(portAPI, "the gateway")
	if err != nil {
		return err
	}
	ops, err := s.ownPort(portOps, "the gateway's metrics")
	if err != nil {
		return err
	}
	s.Ready.API, s.Ready.Ops = "http://"+api, "http://"+ops
	s.gateway = &child{name: "the gateway", path: filepath.Join(s.options.Bin, "starter"), args: []string{"serve"},
		log: logFile(s.options.Dir, "gateway"), ready: s.Ready.Ops + "/readyz",
		env: s.environment("REENGAGE_CONSOLE_URL="+s.Ready.API, "REENGAGE_CONSOLE_STORIES=true", "REENGAGE_HTTP_ADDR="+api, "REENGAGE_OPS_ADDR="+ops, "REENGAGE_API_KEYS="+s.Ready.APIKey,
			"WHATSAPP_APP_SECRETS="+s.Ready.AppSecret, "WHATSAPP_VERIFY_TOKEN="+s.Ready.VerifyToken)}
	return s.gateway.start(ctx)
}

// awaitTemplates waits until the worker has asked the simulator for the account's templates: none can be sent before.
func (s *Stack) awaitTemplates(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		known, err := db.New(s.Pool).CountTemplates(ctx, waba)
		if err == nil && len(known) > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the worker does not learn which templates there are")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// environment is what both programs are told; the user's own variables of the same names do not count.
func (s *Stack) environment(more ...string) []string {
	return append([]string{
		"DATABASE_URL=" + s.Ready.Database,
		"TEMPORAL_ADDRESS=" + s.Ready.Temporal, "TEMPORAL_NAMESPACE=" + s.temporalServer.Namespace(), "TEMPORAL_CONFIG_FILE=" + os.DevNull,
		"TEMPORAL_UI_URL=" + s.Ready.TemporalUI,
		"WHATSAPP_API_URL=" + s.Ready.Simulator, "WHATSAPP_ACCESS_TOKEN=" + AccessToken,
		"REENGAGE_TIME_SCALE=" + strconv.FormatFloat(s.options.Scale, 'g', -1, 64),
		"REENGAGE_NOTIFY_URL=" + s.Receiver.URL, "REENGAGE_NOTIFY_SECRET=" + s.notifySecret, "REENGAGE_NOTIFY_ALLOW_PRIVATE=true",
	}, append(more, s.options.Env...)...)
}

// ownPort is the address of one of our programs. With a port base its port must be free now: the program would name a
// variable that the user has not set.
func (s *Stack) ownPort(n int, what string) (string, error) {
	port := s.options.port(n)
	if port == 0 {
		free, err := process.FreePort()
		if err != nil {
			return "", err
		}
		port = free
	} else if process.PortTaken(port) {
		return "", &process.PortTakenError{Program: what, Port: port}
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), nil
}

// KillWorker ends the worker as a crash would.
func (s *Stack) KillWorker() { s.worker.kill() }

// StartWorker starts a killed worker again.
func (s *Stack) StartWorker(ctx context.Context) error { return s.worker.start(ctx) }

// KillGateway ends the gateway and its relay as a crash would.
func (s *Stack) KillGateway() { s.gateway.kill() }

// StartGateway starts a killed gateway again.
func (s *Stack) StartGateway(ctx context.Context) error { return s.gateway.start(ctx) }

// KillPostgres ends Postgres as a crash would.
func (s *Stack) KillPostgres() { s.postgres.Kill() }

// RestartPostgres starts a killed Postgres again, on the same data.
func (s *Stack) RestartPostgres(ctx context.Context) error { return s.postgres.Restart(ctx) }

// KillTemporal ends Temporal as a crash would.
func (s *Stack) KillTemporal() { s.temporalServer.Kill() }

// RestartTemporal starts a killed Temporal again, on the same data.
func (s *Stack) RestartTemporal(ctx context.Context) error { return s.temporalServer.Restart(ctx) }

// Supervise returns when Postgres or Temporal ends by itself, with an error that says so, or when ctx ends. A worker or
// gateway that ends is started again, as an operator's process manager would, and told of.
func (s *Stack) Supervise(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.postgres.Done():
			return ended("Postgres", s.postgres.Err())
		case <-s.temporalServer.Done():
			return ended("Temporal", s.temporalServer.Err())
		case <-s.worker.process.Done():
			s.options.step("the worker ended; starting it again")
			if err := s.worker.start(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		case <-s.gateway.process.Done():
			s.options.step("the gateway ended; starting it again")
			if err := s.gateway.start(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

func ended(name string, cause error) error {
	if cause == nil {
		cause = errors.New("nobody here told it to")
	}
	return fmt.Errorf("%s ended by itself: %w", name, cause)
}

// Stop ends everything: gateway, worker, Temporal, Postgres. Data stays.
func (s *Stack) Stop(ctx context.Context) {
	report := func(what string, err error) {
		if err != nil {
			s.options.step("stopping %s: %v", what, err)
		}
	}
	if s.gateway != nil {
		report("the gateway", s.gateway.stop(ctx))
	}
	if s.worker != nil {
		report("the worker", s.worker.stop(ctx))
	}
	if s.Simulator != nil {
		s.Simulator.Close()
	}
	if s.simulator != nil {
		report("the simulator", s.simulator.Close())
	}
	if s.Receiver != nil {
		report("the receiver of reminders", s.Receiver.Close())
	}
	s.seen(context.WithoutCancel(ctx))
	if s.Temporal != nil {
		s.Temporal.Close()
	}
	if s.temporalServer != nil {
		report("Temporal", s.temporalServer.Stop(ctx))
	}
	if s.Pool != nil {
		s.Pool.Close()
	}
	if s.postgres != nil {
		report("Postgres", s.postgres.Stop(ctx))
	}
	s.lock.Unlock()
}
