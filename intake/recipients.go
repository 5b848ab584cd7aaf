package intake

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"reengage/db"
)

// RefreshRecipients has the recipients of campaigns follow what is known of their messages, within the caller's transaction, at its
// end: those of conversations, and those of contacts, of whom an opt-out may be news to all of their campaigns.
func RefreshRecipients(ctx context.Context, q *db.Queries, conversations, contacts []uuid.UUID) error {
	ids, err := q.LockRecipients(ctx, nonNil(conversations), nonNil(contacts))
	if err == nil && len(ids) > 0 {
		err = q.RefreshRecipients(ctx, ids)
	}
	if err != nil {
		return fmt.Errorf("refresh recipients: %w", err)
	}
	return nil
}

// refreshRecipients follows what the attempt has stored. Where no campaign has to do with it, it costs nothing here: the rows that were
// locked have said so.
func (a *attempt) refreshRecipients(ctx context.Context) error {
	var conversations, lost, roots []uuid.UUID
	for id, f := range a.locked {
		if f.inCampaign {
			conversations = append(conversations, id)
		}
	}
	for _, m := range a.merged {
		lost, roots = append(lost, m.loser), append(roots, m.root)
	}
	if len(lost) > 0 {
		if err := a.q.MoveRecipients(ctx, lost, roots); err != nil {
			return err
		}
		conversations = append(conversations, roots...)
	}
	if len(conversations)+len(a.optedOut) == 0 {
		return nil
	}
	return RefreshRecipients(ctx, a.q, conversations, a.optedOut)
}
