package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"reengage/conversation"
	"reengage/workflows/contract"
)

// keptDecisions is how many of the latest decisions operators see.
const keptDecisions = 12

func (r *conversationRun) note(decision string) {
	r.decisions = append(r.decisions, decision)
	if extra := len(r.decisions) - keptDecisions; extra > 0 {
		r.decisions = r.decisions[extra:]
	}
}

// announce tells operators where the conversation stands: search attributes only when the status has changed, because
// each costs an event; the current details always, because they cost none.
func (r *conversationRun) announce(ctx workflow.Context) {
	status := conversation.Status(r.state.Facts, r.now(ctx))
	passing := status == conversation.Resuming && r.campaigns.underWay != uuid.Nil && r.announced != "" // a broadcast's moment in between
	if status != r.announced && !passing {
		updates := []temporal.SearchAttributeUpdate{contract.StatusAttribute.ValueSet(string(status))}
		if r.announced == "" {
			updates = append(updates, contract.NumberAttribute.ValueSet(r.loaded.Number.ID))
		}
		if !r.state.Facts.ExpiresAt.IsZero() {
			updates = append(updates, contract.ExpiresAttribute.ValueSet(r.state.Facts.ExpiresAt))
		}
		if err := workflow.UpsertTypedSearchAttributes(ctx, updates...); err != nil {
			workflow.GetLogger(ctx).Error("search attributes not written", "error", err)
		}
		r.announced = status
	}
	workflow.SetCurrentDetails(ctx, r.details(status))
}

func (r *conversationRun) details(status conversation.StatusName) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** · contact %s · number %s\n\n", status, r.loaded.Contact.Label, r.loaded.Number.ID)
	if !r.state.WatchedUntil.IsZero() {
		fmt.Fprintf(&b, "Window closes at **%s**\n\n", r.state.WatchedUntil.Format(time.RFC3339))
	}
	if p := r.state.Plan; p != nil {
		fmt.Fprintf(&b, "Re-engagement %d of %d at **%s**\n\n", p.Next+1, len(p.Policy.Attempts), p.DueAt.Format(time.RFC3339))
	}
	if k := r.state.Kept; k != nil {
		fmt.Fprintf(&b, "A reply is kept until **%s**\n\n", k.Until.Format(time.RFC3339))
	}
	if len(r.effects.pending) > 0 {
		fmt.Fprintf(&b, "Under way: %s\n\n", strings.Join(r.effects.pending, ", "))
	}
	for _, d := range r.decisions {
		fmt.Fprintf(&b, "- %s\n", d)
	}
	return b.String()
}

func (r *conversationRun) snapshot(ctx workflow.Context) contract.Snapshot {
	now, f := r.now(ctx), r.state.Facts
	s := contract.Snapshot{
		ID:             r.id,
		Number:         r.loaded.Number,
		Contact:        r.loaded.Contact,
		Status:         conversation.Status(f, now),
		Window:         conversation.WindowAt(f, now),
		LastInboundAt:  orNil(f.LastInboundAt),
		LastOutboundAt: orNil(f.LastOutboundAt),
		Unanswered:     f.Unanswered(),
		CanSend:        conversation.SendableAt(conversation.Circumstances{Facts: f, Permissions: r.state.Permissions}, now),
		Next:           conversation.NextOf(r.state, now),
		AsOf:           now,
		Decisions:      slices.Clone(r.decisions),
	}
	if s.Decisions == nil {
		s.Decisions = []string{} // a list to every language, also when empty
	}
	return s
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
