package sending

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

// resultOf says where a send stands.
func (s *Sender) resultOf(row db.Send, real time.Time) Result {
	r := Result{SendID: row.ID, State: State(row.State), Attempt: int(row.Attempt), Template: row.Type == "template", Critical: row.Critical}
	if row.Reason != nil {
		r.Reason = conversation.Code(*row.Reason)
	}
	if row.ErrorCode != nil {
		r.Code = int(*row.ErrorCode)
	}
	switch r.State {
	case Unknown:
		if !row.Final {
			r.WaitFor = max(time.Millisecond, s.UnknownAfter-real.Sub(*row.UnknownAt))
		}
	case Accepted:
		r.MessageEventID, r.AcceptedAt = row.MessageID.String(), row.AcceptedAt.UTC()
	}
	return r
}

// open reports whether there is something left to do for it, or for the fallback that goes instead.
func (r Result) open() bool {
	switch r.State {
	case Planned, Inflight:
		return true
	case Unknown:
		return r.WaitFor > 0
	}
	return r.Fallback != nil
}

// find says where a send of this conversation stands, with its fallback as long as that is open.
func (l *locked) find(ctx context.Context, id uuid.UUID) (Result, error) {
	row, err := l.q.FindSend(ctx, id, l.id)
	if err != nil {
		return Result{}, unknownSend(err)
	}
	return l.standing(ctx, row)
}

func (l *locked) standing(ctx context.Context, row db.Send) (Result, error) {
	r := l.resultOf(row, l.real)
	if row.ReplacedBy == nil {
		return r, nil
	}
	fallback, err := l.find(ctx, *row.ReplacedBy)
	if err == nil && fallback.open() {
		r.Fallback = &fallback
	}
	return r, err
}

func unknownSend(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrUnknownSend
	}
	return err
}

// templateOf reads a stored template; nil if there is none.
func templateOf(raw []byte) (*contract.Template, error) {
	if raw == nil {
		return nil, nil
	}
	var t contract.Template
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, fmt.Errorf("a stored template: %w", err)
	}
	return &t, nil
}

func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func orZero[T any](v *T) T {
	if v == nil {
		var zero T
		return zero
	}
	return *v
}
