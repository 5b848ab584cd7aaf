package sending

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/clock"
	"reengage/db"
	"reengage/intake"
	"reengage/ledger"
	"reengage/whatsapp/cloudapi"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
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
	Notify   bool // whether anybody is told of a paused number

	UnknownAfter time.Duration // how long a status is waited for, real; default 5 min
	Margin       time.Duration // how far a free-form message keeps from its window's end, virtual (W5); default 15 s
}

// Sender plans sends and makes their attempts. It is safe for concurrent use, also by any number of processes on one
// database.
type Sender struct {
	Options
}

// New returns a Sender.
func New(o Options) *Sender { return &Sender{Options: o} }

// Plan records a send, planned or refused, with the answer to the request that asked for it. A repetition gets the first
// answer; only an automatic send that was refused is decided anew, because a policy asks again once the quiet hours are
// over. The error is intake.ErrUnknownConversation or whatever keeps the database away.
func (s *Sender) Plan(ctx context.Context, r PlanRequest) (PlanResult, error) {
	return PlanResult{}, errors.ErrUnsupported
}

// Send makes one attempt, unless the send is past it: then it says where the send stands. An error says nothing about
// whether a message has left; Settle does.
func (s *Sender) Send(ctx context.Context, r SendRequest) (Result, error) {
	return Result{}, errors.ErrUnsupported
}

// Settle says what has become of an attempt whose Send did not answer. After it, that attempt can do nothing any more.
func (s *Sender) Settle(ctx context.Context, r SendRequest) (Result, error) {
	return Result{}, errors.ErrUnsupported
}

// Finish ends the wait for the status of an unknown send: a critical one may be sent once more, any other stays unknown.
func (s *Sender) Finish(ctx context.Context, r SendRequest) (Result, error) {
	return Result{}, errors.ErrUnsupported
}

// RecordDecisions records decisions, each once by its key. With a request id the answer is the last one's verdict, or the
// first answer to that request.
func (s *Sender) RecordDecisions(ctx context.Context, r DecisionsRequest) (contract.Answer, error) {
	return contract.Answer{}, errors.ErrUnsupported
}

// SettleKept ends, or offers, a kept reply.
func (s *Sender) SettleKept(ctx context.Context, r KeptRequest) (contract.Answer, error) {
	return contract.Answer{}, errors.ErrUnsupported
}

// Pause keeps a business number from sending, by hand: class manual. Sends that are planned wait. It reports whether the
// number is known; one that is paused stays as it is.
func Pause(ctx context.Context, pool *pgxpool.Pool, phoneNumberID string, now time.Time) (known bool, err error) {
	return false, errors.ErrUnsupported
}

// Resume lets a business number send again, whatever it was paused for. It reports whether the number is known.
func Resume(ctx context.Context, pool *pgxpool.Pool, phoneNumberID string) (known bool, err error) {
	return false, errors.ErrUnsupported
}

// SyncTemplates brings the templates of every account that a business number belongs to up to date.
func (s *Sender) SyncTemplates(ctx context.Context) (Synced, error) {
	return Synced{}, errors.ErrUnsupported
}
