package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"reengage/gateway/access"
	"reengage/gateway/live"
)

// Events listens to what changes, as server-sent events (docs/events.md).
//
//	GET /v1/events?number=106540352242922
//	Last-Event-ID: AQKgr5...
type Events struct {
	Number      string `query:"number" maxLength:"64" doc:"Phone number id of the business number; empty: all."`
	After       string `query:"after" maxLength:"8192" doc:"The id of the last event that was heard, for clients that cannot send Last-Event-ID, which goes before it. Without either: from now on."`
	LastEventID string `header:"Last-Event-ID" maxLength:"8192" doc:"The id of the last event that was heard."`
}

var eventsOp = huma.Operation{
	OperationID: "events", Method: http.MethodGet, Path: "/v1/events",
	Summary: "Listen to what changes",
	Description: "Server-sent events: each has a name, data that says how things stand now, and, the last one of those that were read " +
		"together, an id to go on from. Everything is told at least once, within about a quarter of a second; what changes several times in " +
		"between is told once. After reset something cannot be told any more: ask for everything anew. The stream ends after " +
		"some minutes and when the gateway stops; connect again with the last id, and nothing is missed.",
	Errors: []int{http.StatusUnprocessableEntity},
}

// eventData are the events by their names, each with an example of its data's type.
var eventData = map[live.Kind]any{
	live.KindStatus: live.StatusEvent{}, live.KindMessage: live.MessageEvent{}, live.KindReminder: live.ReminderEvent{}, live.KindSend: live.SendEvent{},
	live.KindKeptReply: live.KeptReplyEvent{}, live.KindCharge: live.ChargeEvent{}, live.KindCampaign: live.CampaignEvent{}, live.KindTemplate: live.TemplateEvent{}, live.KindReset: live.ResetEvent{},
}

// Execute begins to listen.
func (r *Events) Execute(ctx context.Context, a *API) (*live.Subscription, error) {
	if a.live == nil {
		return nil, notListening()
	}
	field, after := "after", r.After
	if r.LastEventID != "" {
		field, after = "Last-Event-ID", r.LastEventID
	}
	s, err := a.live.Subscribe(ctx, after)
	switch {
	case errors.Is(err, live.ErrCursor):
		return nil, invalid(field, "invalid_cursor", "%s is not the id of an event of this feed", field)
	case errors.Is(err, live.ErrClosed):
		return nil, notListening()
	case errors.Is(err, live.ErrFull):
		p := newProblem(http.StatusServiceUnavailable, "too_many_streams", "too many clients listen at this gateway just now; try again later")
		p.retryAfter = "10"
		return nil, p
	case err != nil:
		return nil, err
	}
	s.Still = a.stillMay
	return s, nil
}

// stillMay is false once the key of who asks is revoked or has expired. While the database is away nobody is sent away.
func (a *API) stillMay(ctx context.Context) bool {
	who, _ := access.From(ctx)
	if who.Kind != access.ByKey || a.stored == nil {
		return true
	}
	holds, err := a.stored.Holds(ctx, who.ID, time.Now())
	return holds || err != nil
}

func notListening() *Problem {
	p := newProblem(http.StatusServiceUnavailable, "gateway_stopping", "this gateway is about to stop; connect again")
	p.retryAfter = "1"
	return p
}

// registerEvents is register for the one endpoint whose answer does not end by itself, and is not cut by the time of a request.
func registerEvents(a *API) {
	op := eventsOp
	op.Security = needs(access.Read)
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The stream.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: eventSchema(a.huma.OpenAPI().Components.Schemas)}},
	}}
	huma.Register(a.huma, op, func(ctx context.Context, in *Events) (*huma.StreamResponse, error) {
		s, err := in.Execute(ctx, a)
		if err != nil {
			return nil, a.problem(ctx, op.OperationID, err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			defer s.Close()
			_, w := humago.Unwrap(ctx)
			in.tell(ctx.Context(), s, live.NewStream(w))
		}}, nil
	})
}

// tell writes what the subscription hears until it ends or the client is gone: either way the client comes again with its last id.
func (r *Events) tell(ctx context.Context, s *live.Subscription, out *live.Stream) {
	for {
		b, err := s.Next(ctx)
		if err != nil {
			return
		}
		r.write(out, b)
		if err := out.Flush(); err != nil {
			return
		}
	}
}

// write writes one batch. Its id comes with its last event, because whoever was cut off in the middle has not heard all of it.
func (r *Events) write(out *live.Stream, b live.Batch) {
	events := slices.DeleteFunc(slices.Clone(b.Events), func(e live.Event) bool {
		_, told := eventData[e.Kind]
		return !told || r.Number != "" && e.Number != "" && e.Number != r.Number
	})
	if len(events) == 0 {
		out.Alive(b.Next)
		return
	}
	for i, e := range events {
		id := ""
		if i == len(events)-1 {
			id = b.Next
		}
		out.Event(string(e.Kind), id, e.Data)
	}
}

// eventSchema describes the stream as OpenAPI can: a list of one of several.
func eventSchema(registry huma.Registry) *huma.Schema {
	var each []*huma.Schema
	for _, kind := range slices.Sorted(maps.Keys(eventData)) {
		each = append(each, &huma.Schema{
			Title: fmt.Sprintf("Event %s", kind), Type: huma.TypeObject, Required: []string{"event", "data"},
			Properties: map[string]*huma.Schema{
				"event": {Type: huma.TypeString, Enum: []any{string(kind)}},
				"id":    {Type: huma.TypeString, Description: "Of the last event of those that were read together."},
				"data":  registry.Schema(reflect.TypeOf(eventData[kind]), true, string(kind)),
			},
		})
	}
	return &huma.Schema{Title: "Server-sent events", Type: huma.TypeArray, Items: &huma.Schema{OneOf: each}}
}
