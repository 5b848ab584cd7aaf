package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"

	"reengage/intake"
	"reengage/workflows/contract"
)

// RecordMessages stores messages that were signalled from outside, before the workflow decides on them: the event log
// has every message, whichever way it came. They are returned as the log has them, also those that it had already.
func (a *Activities) RecordMessages(ctx context.Context, r RecordRequest) (RecordResult, error) {
	var messages []intake.Message
	for _, m := range r.Inbound {
		messages = append(messages, intake.Message{Kind: intake.Inbound, ConversationID: r.ConversationID, ID: m.ID,
			OccurredAt: m.OccurredAt, Type: m.Type, Text: m.Text, EntryPoint: m.EntryPoint})
	}
	for _, m := range r.Outbound {
		messages = append(messages, intake.Message{Kind: intake.Outbound, ConversationID: r.ConversationID, ID: m.ID,
			OccurredAt: m.OccurredAt, Type: m.Type, Category: m.Category})
	}
	stored, err := a.Intake.Messages(ctx, intake.FromSignal, time.Now(), messages)
	switch {
	case errors.Is(err, intake.ErrUnknownConversation):
		return RecordResult{}, temporal.NewNonRetryableApplicationError(err.Error(), "unknown_conversation", nil)
	case errors.Is(err, intake.ErrInvalid) && len(messages) == 1:
		_, reason, _ := strings.Cut(err.Error(), intake.ErrInvalid.Error()+": ")
		return RecordResult{Rejected: []string{reason}}, nil
	case errors.Is(err, intake.ErrInvalid):
		return a.recordEach(ctx, r)
	case err != nil:
		return RecordResult{}, fmt.Errorf("record messages: %w", err)
	}
	return recorded(r, stored), nil
}

// recordEach stores the messages one by one, so that the one which cannot be stored costs none of its neighbours.
func (a *Activities) recordEach(ctx context.Context, r RecordRequest) (RecordResult, error) {
	var all RecordResult
	add := func(place string, one contract.Messages) error {
		result, err := a.RecordMessages(ctx, RecordRequest{ConversationID: r.ConversationID, Messages: one})
		for i := range result.Rejected {
			result.Rejected[i] = place + ": " + result.Rejected[i]
		}
		all.Inbound = append(all.Inbound, result.Inbound...)
		all.Outbound = append(all.Outbound, result.Outbound...)
		all.Rejected = append(all.Rejected, result.Rejected...)
		return err
	}
	for i, m := range r.Inbound {
		if err := add(fmt.Sprintf("inbound message %d", i+1), contract.Messages{Inbound: []contract.InboundMessage{m}}); err != nil {
			return all, err
		}
	}
	for i, m := range r.Outbound {
		if err := add(fmt.Sprintf("outbound message %d", i+1), contract.Messages{Outbound: []contract.OutboundMessage{m}}); err != nil {
			return all, err
		}
	}
	return all, nil
}

// recorded are the messages of the request with what the log says of each; the log keeps their order.
func recorded(r RecordRequest, stored []intake.Stored) RecordResult {
	var result RecordResult
	for i, s := range stored {
		if s.ConversationID != r.ConversationID {
			continue // its id is another conversation's, which knows of it already
		}
		if i < len(r.Inbound) {
			result.Inbound = append(result.Inbound, contract.InboundMessage{EventID: s.EventID.String(),
				OccurredAt: s.OccurredAt, ReceivedAt: s.ReceivedAt, Type: s.Type, Keyword: string(s.Keyword)})
			continue
		}
		result.Outbound = append(result.Outbound, contract.OutboundMessage{EventID: s.EventID.String(),
			OccurredAt: s.OccurredAt, Type: s.Type, Category: r.Outbound[i-len(r.Inbound)].Category})
	}
	return result
}
