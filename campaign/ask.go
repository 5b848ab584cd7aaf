package campaign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/engine"
	"reengage/intake"
	"reengage/workflows/contract"
)

// tellsAtOnce is how many conversations are told at the same time.
const tellsAtOnce = 16

// How long a question goes without an answer before it is asked again, in real time. A conversation plans within a second or so, but
// a backlog may take its time; one that sends knows by itself when to try again, and only a run that is gone does not.
const (
	askAgainAfter  = time.Minute
	openAgainAfter = 10 * time.Minute
	askAgainMost   = 200
)

// tellAll tells conversations that their recipients' turn has come. Who is not told, because Temporal is away or a process dies, stays
// asked and is asked again after a while. The error is the first that concerns them all.
func (c *Campaigns) tellAll(ctx context.Context, campaign uuid.UUID, all []asked, beat func()) error {
	return c.tellBy(ctx, engine.Teller.Tell, campaign, all, beat)
}

// tell is how one conversation is told.
type tell func(t engine.Teller, ctx context.Context, conversation uuid.UUID, signal string, payload any) error

func (c *Campaigns) tellBy(ctx context.Context, tell tell, campaign uuid.UUID, all []asked, beat func()) error {
	teller := engine.Teller{Temporal: c.Temporal, Queries: db.New(c.Pool), Clock: c.Clock}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(tellsAtOnce)
	for _, a := range all {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			err := tell(teller, ctx, a.conversation, contract.SignalCampaignMessage,
				contract.CampaignMessage{CampaignID: campaign, RecipientID: a.recipient})
			if errors.Is(err, intake.ErrUnknownConversation) {
				return nil // there is nobody to tell; explain shows it as asked
			}
			if err != nil {
				return fmt.Errorf("tell a conversation: %w", err)
			}
			return nil
		})
		beat()
	}
	return group.Wait()
}

// askAgain tells those again of whom nothing has been heard for too long. That changes nothing where they are under way (K3). A send that
// was planned before its conversation became part of another is that one's to end: it gives the recipient back.
func (c *Campaigns) askAgain(ctx context.Context, id uuid.UUID, beat func()) error {
	rows, err := db.New(c.Pool).AskAgain(ctx, db.AskAgainParams{CampaignID: id,
		AskedSeconds: orDefault(c.AskAgainAfter, askAgainAfter).Seconds(),
		OpenSeconds:  orDefault(c.OpenAgainAfter, openAgainAfter).Seconds(), MaxRows: askAgainMost})
	if err != nil || len(rows) == 0 {
		return err
	}
	c.count().again(ctx, len(rows))
	again := make([]asked, len(rows))
	for i, r := range rows {
		again[i] = asked{r.ID, r.ConversationID}
	}
	return c.tellBy(ctx, engine.Teller.TellPart, id, again, beat)
}
