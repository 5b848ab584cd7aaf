package intake

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// facts are a locked conversation's, before and after, and what else must be asked to know them.
type facts struct {
	number        uuid.UUID
	contact       uuid.UUID
	stopWords     json.RawMessage    // the number's own; nil: none
	before, start conversation.Facts // start: with what has been merged into it
	after         conversation.Facts
	market        string
	searchOpened  bool // a message arrived out of order (W1)
	united        bool // another conversation has been merged into it
	inCampaign    bool // it has been a campaign's recipient
	sumOutbound   bool // a message failed, or did not after all
}

// windowDisputed is the type of the notice that the provider considers a window closed; reEngagement its error for that.
const (
	windowDisputed = "window_disputed"
	reEngagement   = 131047
)

// changedFacts is a conversation's row as far as messages decide it.
type changedFacts struct {
	ID uuid.UUID `json:"id"`
	conversation.Facts
}

// follow works out what follows from the messages among these events, as far as the rows alone can tell; it reports
// whether that is all there is to know.
func (a *attempt) follow(counts func(event) bool) (all bool) {
	for _, f := range a.locked {
		f.after, f.searchOpened = f.start, f.united && !f.start.LastInboundAt.IsZero()
	}
	for _, e := range a.events {
		f := a.locked[e.ConversationID]
		switch {
		case f == nil || !counts(e):
		case e.OpensWindow:
			next, search := f.after.WithInbound(e.OccurredAt)
			f.after, f.searchOpened = next, f.searchOpened || search
		case e.Kind == string(Outbound) && !f.sumOutbound:
			f.after = f.after.WithOutbound(e.OccurredAt, e.Type == "template")
		}
	}
	for _, f := range a.locked {
		if f.searchOpened || f.sumOutbound {
			return false
		}
	}
	return true
}

// changed lists the conversations whose facts are no longer what they were.
func (a *attempt) changed() []changedFacts {
	var changed []changedFacts
	for id, f := range a.locked {
		if f.after != f.before {
			changed = append(changed, changedFacts{id, f.after})
		}
	}
	return changed
}

func idsOf(changed []changedFacts) []uuid.UUID {
	ids := make([]uuid.UUID, len(changed))
	for i, c := range changed {
		ids[i] = c.ID
	}
	return ids
}

// complete asks for what the row alone cannot tell.
func (a *attempt) complete(ctx context.Context, id uuid.UUID, f *facts) error {
	if f.searchOpened {
		opened, err := a.q.FindOpened(ctx, id)
		if err != nil {
			return err
		}
		f.after.OpenedAt = opened.UTC()
	}
	if !f.sumOutbound {
		return nil
	}
	sum, err := a.q.SumOutbound(ctx, id)
	if err != nil {
		return err
	}
	f.after.LastOutboundAt, f.after.TemplateAcceptedAt = sum.LastOutboundAt.UTC(), sum.TemplateAcceptedAt.UTC()
	if at := sum.DisputedAt.UTC(); at.After(f.after.DisputedAt) {
		if f.openAt(at) {
			a.disputes = append(a.disputes, a.dispute(id, f, sum.DisputedBy, at))
		}
		f.after.DisputedAt = at
	}
	return nil
}

// openAt reports whether the window was open for us at that time, which may be before the contact's last message.
func (f *facts) openAt(at time.Time) bool {
	return f.after.WindowOpen(at) && !at.Before(f.after.OpenedAt)
}

// dispute is the event window_disputed (W9): the provider refused a message because it considers a window closed that was
// open for us. Its id follows from the status that says so.
func (a *attempt) dispute(id uuid.UUID, f *facts, status uuid.UUID, at time.Time) event {
	return event{ID: eventKey(status[:]).id(windowDisputed), Kind: kindNotice, Type: windowDisputed, Source: a.b.source,
		BusinessNumberID: f.number, ConversationID: id, OccurredAt: at, Market: f.market, ErrorCode: reEngagement}
}
