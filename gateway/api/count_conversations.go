package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// CountConversations asks how many conversations are in each status.
//
//	GET /v1/conversation-counts?number=106540352242922
type CountConversations struct {
	Number string `query:"number" maxLength:"64" doc:"Phone number id of the business number."`
}

// ConversationCounts says how many there are of each status now.
type ConversationCounts struct {
	Counts map[conversation.StatusName]int64 `json:"counts" doc:"By status (W6)."`
	Most   int64                             `json:"most" doc:"A count of this means: this many or more."`
}

// mostCounted bounds what a count costs: people look at whether there is something to do, and at how much only if it is little.
const mostCounted = 1000

var countConversationsOp = huma.Operation{
	OperationID: "count-conversations", Method: http.MethodGet, Path: "/v1/conversation-counts",
	Summary:     "Count conversations by status",
	Description: "Each up to a bound, so that it costs little however many there are.",
}

// Execute counts.
func (r *CountConversations) Execute(ctx context.Context, a *API, real time.Time) (ConversationCounts, error) {
	now := a.clock.At(real)
	answer := ConversationCounts{map[conversation.StatusName]int64{}, mostCounted}
	number, err := numberID(ctx, a.queries, r.Number)
	if err != nil {
		return answer, err
	}
	for _, status := range conversation.StatusNames {
		if r.Number != "" && number == uuid.Nil {
			answer.Counts[status] = 0
		} else if answer.Counts[status], err = count(ctx, a.queries, status, number, now); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

func count(ctx context.Context, q *db.Queries, status conversation.StatusName, number uuid.UUID, now time.Time) (int64, error) {
	if after, until, open := openRange(status, now); open {
		return q.CountOpenConversations(ctx, db.CountOpenConversationsParams{After: after, Until: until, NumberID: number, MaxRows: mostCounted})
	}
	return q.CountOtherConversations(ctx, db.CountOtherConversationsParams{Now: now, Status: string(status), NumberID: number, MaxRows: mostCounted})
}
