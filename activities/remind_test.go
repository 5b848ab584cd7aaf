package activities

import (
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db/dbtest"
	"reengage/intake"
)

// reminding is a conversation whose contact wrote at the given time on the real clock, and a request for its reminder an
// hour before the end.
func reminding(t *testing.T, pool *pgxpool.Pool, wrote time.Time) (*Activities, RemindRequest) {
	a := &Activities{Pool: pool, Intake: intake.New(pool, clock.Clock{}, slog.New(slog.DiscardHandler)), Notify: true}
	stored, err := a.Intake.Messages(t.Context(), intake.FromAPI, time.Now(), []intake.Message{{
		Kind: intake.Inbound, PhoneNumberID: "shop", Who: intake.Identity{Phone: "+15550101"}, ID: "first", OccurredAt: wrote, Type: "text"}})
	require.NoError(t, err)
	deadline := stored[0].OccurredAt.Add(conversation.WindowLength)
	return a, RemindRequest{ConversationID: stored[0].ConversationID, LateAfter: time.Minute, Remind: conversation.Remind{
		Deadline: deadline, Leads: []time.Duration{time.Hour}, DueAt: deadline.Add(-time.Hour), Outcome: conversation.Sent}}
}

func wroteAgo(d time.Duration) time.Time { return time.Now().Add(-d).UTC().Truncate(time.Second) }

type reminderRow struct {
	outcome string
	leads   []int32
}

func reminders(t *testing.T, pool *pgxpool.Pool) (rows []reminderRow) {
	found, err := pool.Query(t.Context(), "SELECT outcome, leads_seconds FROM reminders")
	require.NoError(t, err)
	for found.Next() {
		var r reminderRow
		require.NoError(t, found.Scan(&r.outcome, &r.leads))
		rows = append(rows, r)
	}
	require.NoError(t, found.Err())
	return rows
}

func notifications(t *testing.T, pool *pgxpool.Pool) (ids []string) {
	found, err := pool.Query(t.Context(), "SELECT id FROM notifications")
	require.NoError(t, err)
	for found.Next() {
		var id string
		require.NoError(t, found.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(t, found.Err())
	return ids
}

func TestAReminderIsOneRowAndOneNotificationHoweverOftenItIsAskedFor(t *testing.T) {
	pool := dbtest.New(t)
	a, request := reminding(t, pool, wroteAgo(23*time.Hour))
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			_, err := a.Remind(t.Context(), request)
			if err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	require.Equal(t, []reminderRow{{"sent", []int32{3600}}}, reminders(t, pool))
	require.Equal(t, []string{reminderKey(request)}, notifications(t, pool))
	var due reminderDue
	var raw []byte
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT payload FROM notifications").Scan(&raw))
	require.NoError(t, json.Unmarshal(raw, &due))
	require.Equal(t, request.ConversationID, due.ConversationID)
	require.NotContains(t, string(raw), "15550101")
}

func TestAReminderDependsOnWhatTheRowKnowsByNow(t *testing.T) {
	for name, c := range map[string]struct {
		wrote   time.Duration
		then    func(*testing.T, *Activities, *RemindRequest)
		outcome string
		posted  int
		why     string
	}{
		"a minute late is in time":                 {wrote: 23*time.Hour + 50*time.Second, outcome: "sent", posted: 1},
		"more than that is late":                   {wrote: 23*time.Hour + 65*time.Second, outcome: "late", posted: 1},
		"after the close it is missed, not posted": {wrote: 24 * time.Hour, outcome: "missed"},
		"an extended window is not warned of": {wrote: 23 * time.Hour, why: "the window has been extended",
			then: func(t *testing.T, a *Activities, r *RemindRequest) { says(t, a, r, intake.Inbound, "text") }},
		"an answered one neither": {wrote: 23 * time.Hour, why: "the business has answered",
			then: func(t *testing.T, a *Activities, r *RemindRequest) {
				says(t, a, r, intake.Outbound, "freeform")
			}},
		"unless the policy says always": {wrote: 23 * time.Hour, outcome: "sent", posted: 1,
			then: func(t *testing.T, a *Activities, r *RemindRequest) {
				says(t, a, r, intake.Outbound, "freeform")
				r.Remind.Always = true
			}},
		"a disputed window is closed (W9)": {wrote: 23 * time.Hour, why: "the provider considers the window closed",
			then: func(t *testing.T, a *Activities, r *RemindRequest) {
				_, err := a.Pool.Exec(t.Context(), "UPDATE conversations SET disputed_at = now()")
				require.NoError(t, err)
			}},
		"nobody to post to": {wrote: 23 * time.Hour, outcome: "sent",
			then: func(t *testing.T, a *Activities, r *RemindRequest) { a.Notify = false }},
	} {
		t.Run(name, func(t *testing.T) {
			pool := dbtest.New(t)
			a, request := reminding(t, pool, wroteAgo(c.wrote))
			if c.then != nil {
				c.then(t, a, &request)
			}
			result, err := a.Remind(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, c.why, result.Why)
			require.Equal(t, c.outcome, string(result.Outcome))
			require.Len(t, notifications(t, pool), c.posted)
			if c.outcome == "" {
				require.Empty(t, reminders(t, pool))
			} else {
				require.Equal(t, []reminderRow{{c.outcome, []int32{3600}}}, reminders(t, pool))
			}
		})
	}
}

func says(t *testing.T, a *Activities, r *RemindRequest, kind intake.Kind, messageType string) {
	_, err := a.Intake.Messages(t.Context(), intake.FromAPI, time.Now(), []intake.Message{{
		Kind: kind, ConversationID: r.ConversationID, ID: "second", OccurredAt: wroteAgo(time.Minute), Type: messageType}})
	require.NoError(t, err)
}

func TestLeadsThatFallTogetherAreOneRow(t *testing.T) {
	pool := dbtest.New(t)
	a, request := reminding(t, pool, wroteAgo(23*time.Hour))
	request.Remind.Leads = []time.Duration{3 * time.Hour, time.Hour}
	_, err := a.Remind(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, []reminderRow{{"sent", []int32{10800, 3600}}}, reminders(t, pool))
}

func TestARemovedConversationIsNoReasonToTryForever(t *testing.T) {
	a := &Activities{Pool: dbtest.New(t)}
	_, err := a.Remind(t.Context(), RemindRequest{ConversationID: uuid.New()})
	requireNonRetryable(t, err, "unknown_conversation")
}
