package activities

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"reengage/importing"
)

// importFor is how long one activity reads on, in real time: what it has done is told of then.
const importFor = 10 * time.Second

// ImportPieceRequest names the import to go on with.
type ImportPieceRequest struct {
	ImportID uuid.UUID `json:"import_id"`
}

// ImportPiece goes on with an import for some seconds, from where it is.
func (a *Activities) ImportPiece(ctx context.Context, r ImportPieceRequest) (importing.Progress, error) {
	im := &importing.Importer{Pool: a.Pool, Clock: a.Clock, Log: activity.GetLogger(ctx)}
	p, err := im.Work(ctx, r.ImportID, time.Now().Add(importFor), func(p importing.Progress) { activity.RecordHeartbeat(ctx, p.Position) })
	var unreadable importing.Unreadable
	if errors.As(err, &unreadable) {
		return p, temporal.NewNonRetryableApplicationError(unreadable.Error(), "unreadable_file", nil)
	}
	return p, err
}
