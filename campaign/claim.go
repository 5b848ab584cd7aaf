package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
)

// asked is a recipient whose conversation is to be told.
type asked struct{ recipient, conversation uuid.UUID }

// claimed is what came of a claim.
type claimed struct {
	asked []asked
	held  int // for whom it is night
	// reachAt is when the number may begin with another contact, if that is why nobody was claimed; virtual.
	reachAt time.Time
}

// reachPeriod is Meta's: unique contacts in rolling 24 h (whatsapp.md, "Limits").
const reachPeriod = 24 * time.Hour

// reachRetry is when to look again if the number's contacts of the day are all asked, and none of them planned; virtual.
const reachRetry = time.Minute

// claim takes up to n recipients whose turn has come, and marks them as asked, in one transaction; nobody else gets them (SKIP
// LOCKED). Those for whom it is night are held back instead, which costs no question: the gate would only refuse. Conversations that
// do not exist are made here and not before, because most contacts of a segment have none yet.
func (c *Campaigns) claim(ctx context.Context, s Standing, n int) (claimed, error) {
	var out claimed
	err := db.InTx(ctx, c.Pool, func(tx pgx.Tx) error {
		out = claimed{}
		q := db.New(tx)
		now := c.Clock.At(time.Now())
		room, at, err := reach(ctx, q, s, now)
		if err != nil || room == 0 {
			out.reachAt = at
			return err
		}
		due, err := due(ctx, q, s.ID, now, min(n, room))
		if err != nil || len(due) == 0 {
			return err
		}
		awake, night, err := c.byNight(s, due, now)
		if err != nil {
			return err
		}
		if out.held = len(night); len(night) > 0 {
			if err := q.HoldRecipients(ctx, encode(night)); err != nil {
				return err
			}
		}
		out.asked, err = mark(ctx, q, s, awake, now)
		return err
	})
	return out, err
}

// reach says how many contacts the number may begin with now, and if none, when. Whoever asks holds the lock until its recipients are
// marked, so that two campaigns do not both take the last one.
func reach(ctx context.Context, q *db.Queries, s Standing, now time.Time) (room int, at time.Time, err error) {
	most := s.number.ContactsPerDay
	if most == nil {
		return chunkMost, time.Time{}, nil
	}
	if err := q.LockReach(ctx, s.BusinessNumberID); err != nil {
		return 0, time.Time{}, err
	}
	measured, err := q.MeasureReach(ctx, s.BusinessNumberID, now.Add(-reachPeriod))
	if err != nil {
		return 0, time.Time{}, err
	}
	if room = int(int64(*most) - measured.Contacts); room > 0 {
		return room, time.Time{}, nil
	}
	if at = measured.FirstAt.UTC().Add(reachPeriod); !at.After(now) {
		at = now.Add(reachRetry)
	}
	return 0, at, nil
}

// dueRow is a recipient that has been claimed, with the contact that it is now (W10).
type dueRow struct {
	id      uuid.UUID
	contact db.Contact
}

// due claims those first who have been held back until now: they have waited.
func due(ctx context.Context, q *db.Queries, id uuid.UUID, now time.Time, n int) ([]dueRow, error) {
	var all []dueRow
	held, err := q.ClaimHeldRecipients(ctx, id, now, int32(n))
	if err != nil {
		return nil, err
	}
	for _, r := range held {
		all = append(all, dueRow{r.ID, r.Contact})
	}
	if n -= len(held); n == 0 {
		return all, nil
	}
	pending, err := q.ClaimPendingRecipients(ctx, id, int32(n))
	for _, r := range pending {
		all = append(all, dueRow{r.ID, r.Contact})
	}
	return all, err
}

// heldRow is a recipient that is held back; the names are the columns'.
type heldRow struct {
	ID    uuid.UUID         `json:"id"`
	Code  conversation.Code `json:"code"`
	DueAt time.Time         `json:"due_at"`
}

// byNight tells those apart for whom the quiet hours, the campaign's or else the number's, hold now.
func (c *Campaigns) byNight(s Standing, rows []dueRow, now time.Time) (awake []dueRow, night []heldRow, err error) {
	hours := s.Limits.QuietHours
	if hours == nil {
		settings, err := intake.SettingsOf(s.number, now)
		if err != nil {
			return nil, nil, err
		}
		hours = settings.Reengagement.QuietHours
	}
	if hours == nil {
		return rows, nil, nil
	}
	for _, r := range rows {
		quiet := conversation.Quiet{Hours: *hours, Zone: intake.ZoneOf(r.contact, s.number, now)}
		if until, is := quiet.Until(now); is {
			night = append(night, heldRow{r.id, conversation.QuietHoursNow, until})
		} else {
			awake = append(awake, r)
		}
	}
	return awake, night, nil
}

// mark marks recipients as asked, and says which conversations are to be told.
func mark(ctx context.Context, q *db.Queries, s Standing, rows []dueRow, now time.Time) ([]asked, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids, contacts := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i], contacts[i] = r.id, r.contact.ID
	}
	if err := q.StartConversations(ctx, s.BusinessNumberID, now, contacts); err != nil {
		return nil, err
	}
	marked, err := q.AskRecipients(ctx, ids, contacts, s.BusinessNumberID)
	all := make([]asked, len(marked))
	for i, r := range marked {
		all[i] = asked{r.ID, r.ConversationID}
	}
	return all, err
}
