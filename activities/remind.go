package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.temporal.io/sdk/temporal"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
	"reengage/notify"
)

var reminderLateness, _ = otel.Meter("reengage/activities").Float64Histogram("reengage_reminder_lateness",
	metric.WithUnit("s"), metric.WithDescription("Virtual time between the moment at which a reminder was due and the one at which it fired"))

// Remind records a reminder and queues its notification in one transaction (W7). What the row knows by now counts: a
// window that was extended or answered since the decision is not warned of, and one that has closed is recorded as
// missed. The same reminder asked for again changes nothing.
func (a *Activities) Remind(ctx context.Context, r RemindRequest) (RemindResult, error) {
	now := a.Clock.At(time.Now())
	var result RemindResult
	err := db.InTxByKey(ctx, a.Pool, func(tx pgx.Tx) error {
		var err error
		result, err = remindAt(ctx, db.New(tx), r, now, a.Notify)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return result, temporal.NewNonRetryableApplicationError(intake.ErrUnknownConversation.Error(), "unknown_conversation", err)
	}
	if err != nil {
		return result, fmt.Errorf("remind: %w", err)
	}
	if result.Recorded && result.Outcome != conversation.Missed {
		reminderLateness.Record(ctx, max(0, now.Sub(r.Remind.DueAt)).Seconds())
	}
	return result, nil
}

func remindAt(ctx context.Context, q *db.Queries, r RemindRequest, now time.Time, post bool) (RemindResult, error) {
	row, err := q.LockConversationFacts(ctx, r.ConversationID)
	if err != nil {
		return RemindResult{}, err
	}
	// The message that gave the window its deadline. By now the row may speak of another window already.
	last := r.Remind.Deadline.Add(-conversation.WindowLength)
	since, err := q.FindWhatFollowed(ctx, r.ConversationID, last, r.Remind.Deadline)
	if err != nil {
		return RemindResult{}, err
	}
	disputed := row.Facts().DisputedAt
	switch {
	case since.Extended:
		return RemindResult{Why: "the window has been extended"}, nil
	case !disputed.Before(last) && disputed.Before(r.Remind.Deadline):
		return RemindResult{Why: "the provider considers the window closed"}, nil
	case since.Answered && !r.Remind.Always:
		return RemindResult{Why: "the business has answered"}, nil
	}
	outcome := conversation.OutcomeAt(r.Remind.DueAt, r.Remind.Deadline, now, r.LateAfter)
	id, err := uuid.NewV7()
	if err != nil {
		return RemindResult{}, err
	}
	recorded, err := q.RecordReminder(ctx, db.RecordReminderParams{
		ID: id, ConversationID: r.ConversationID, Deadline: r.Remind.Deadline, LeadsSeconds: seconds(r.Remind.Leads),
		DueAt: r.Remind.DueAt, FiredAt: now, Outcome: string(outcome),
	})
	if err != nil || recorded == 0 {
		return RemindResult{Why: "it has been recorded before"}, err
	}
	if post && outcome != conversation.Missed {
		err = notify.Enqueue(ctx, q, reminderKey(r), "reminder.due", reminderDue{
			ReminderID: id, ConversationID: r.ConversationID, ContactID: row.ContactID, Deadline: r.Remind.Deadline,
			LeadSeconds: seconds(r.Remind.Leads)[0], DueAt: r.Remind.DueAt, Late: outcome == conversation.Late,
		})
	}
	return RemindResult{Recorded: true, Outcome: outcome}, err
}

// reminderDue is the data of the notification. It names no person: who receives it asks the API for the conversation.
type reminderDue struct {
	ReminderID     uuid.UUID `json:"reminder_id"`
	ConversationID uuid.UUID `json:"conversation_id"`
	ContactID      uuid.UUID `json:"contact_id"`
	Deadline       time.Time `json:"deadline"`
	LeadSeconds    int32     `json:"lead_seconds"`
	DueAt          time.Time `json:"due_at"`
	Late           bool      `json:"late"`
}

// reminderKey is the reminder's key (W7) as a webhook id, the same whenever the reminder is asked for.
func reminderKey(r RemindRequest) string {
	return fmt.Sprintf("reminder_%s_%d_%d", r.ConversationID, r.Remind.Deadline.UnixMicro(), seconds(r.Remind.Leads)[0])
}

func seconds(leads []time.Duration) []int32 {
	s := make([]int32, len(leads))
	for i, l := range leads {
		s[i] = int32(l / time.Second)
	}
	return s
}
