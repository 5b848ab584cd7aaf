package intake

import (
	"context"

	"reengage/db"
)

// audit says who has told us what is new, if somebody who is known to us has (db.As): the provider's webhooks and workflows are
// nobody. A message is named by its event; of a conversation that was looked for there is a row if it, or a name of its contact, was
// not known.
func (a *attempt) audit(ctx context.Context) error {
	if a.b.source != FromAPI {
		return nil
	}
	for _, e := range a.events {
		if !a.fresh[e.ID] || e.Kind != string(Inbound) && e.Kind != string(Outbound) {
			continue
		}
		facts := db.Facts{"direction": e.Kind, "conversation_id": e.ConversationID}
		if err := a.q.Audit(ctx, "record_message", "event/"+e.ID.String(), facts); err != nil {
			return err
		}
	}
	if a.contacts == nil || len(a.events) > 0 {
		return nil
	}
	for _, c := range a.conversations {
		if err := a.q.Audit(ctx, "find_conversation", "conversation/"+c.ID.String(), nil); err != nil {
			return err
		}
	}
	return nil
}
