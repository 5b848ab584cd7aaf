package sending

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/clock"
	"reengage/db"
	"reengage/intake"
	"reengage/ledger"
	"reengage/whatsapp/cloudapi"
	"reengage/whatsapp/template"
)

// Provider makes one POST and never repeats it; its error is a *cloudapi.SendError. A *cloudapi.Client is one.
type Provider interface {
	Send(ctx context.Context, m cloudapi.Message) (cloudapi.Accepted, error)
	ListTemplates(ctx context.Context, wabaID string) ([]template.Template, error)
}

// Quoter says what one more template would cost. A *ledger.Ledger is one.
type Quoter interface {
	Quote(ctx context.Context, q *db.Queries, r ledger.QuoteRequest) (ledger.Quote, error)
}

// Options are what a Sender works with. Pool, Intake, Quoter, Provider and Log are needed; the rest may be zero.
type Options struct {
	Pool     *pgxpool.Pool
	Intake   *intake.Store
	Quoter   Quoter
	Provider Provider
	Clock    clock.Clock
	Log      *slog.Logger

	UnknownAfter   time.Duration // how long a status is waited for, real; default 5 min
	Margin         time.Duration // how far a free-form message keeps from its window's end, virtual (W5); default 15 s
	RequestTimeout time.Duration // of one POST, real; default 30 s
}

const (
	defaultUnknownAfter   = 5 * time.Minute
	defaultRequestTimeout = 30 * time.Second
)

// Sender plans sends and makes their attempts. It is safe for concurrent use, also by any number of processes on one
// database.
type Sender struct {
	Options
	count instruments
	crasher
}

// New returns a Sender.
func New(o Options) *Sender {
	if o.UnknownAfter <= 0 {
		o.UnknownAfter = defaultUnknownAfter
	}
	if o.RequestTimeout <= 0 {
		o.RequestTimeout = defaultRequestTimeout
	}
	return &Sender{Options: o, count: newInstruments()}
}
