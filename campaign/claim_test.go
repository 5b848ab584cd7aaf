package campaign_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"reengage/campaign"
	"reengage/conversation"
)

func TestEightWorkersClaimEachRecipientOnce(t *testing.T) {
	w := newWorld(t)
	c := w.running(2000)
	var group errgroup.Group
	got := make([][]uuid.UUID, 8)
	for i := range got {
		group.Go(func() error {
			for {
				ids, err := w.Claim(t.Context(), c.ID, 37)
				if err != nil {
					return err
				}
				if len(ids) == 0 { // the others may still hold what is left, and will mark it
					return nil
				}
				got[i] = append(got[i], ids...)
			}
		})
	}
	require.NoError(t, group.Wait())
	all := slices.Concat(got...)
	slices.SortFunc(all, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	require.Equal(t, 2000, len(all))
	require.Equal(t, 2000, len(slices.Compact(all)), "nobody twice")
	require.Equal(t, map[string]int{"asked": 2000}, w.states(c.ID))
	require.EqualValues(t, 2000, ask[int64](w, `SELECT count(*) FROM conversations`), "made when they are asked")
}

func TestWhoIsAsleepIsHeldUntilTheMorningAndNotAsked(t *testing.T) {
	w := newWorld(t)
	hour := time.Now().UTC().Truncate(time.Hour)
	clock := func(d time.Duration) string { return hour.Add(d).Format("15:04") }
	c := w.running(3, func(d *campaign.Definition) {
		d.Limits.QuietHours = &conversation.QuietHours{From: clock(-time.Hour), To: clock(2 * time.Hour)}
	})
	w.exec(`UPDATE contacts SET time_zone = 'Etc/GMT+8' WHERE phone = '12025550101'`) // eight hours behind, where it is not night
	w.exec(`UPDATE contacts SET time_zone = 'UTC' WHERE phone <> '12025550101'`)
	ids, err := w.Claim(t.Context(), c.ID, 10)
	require.NoError(t, err)
	require.Len(t, ids, 1)
	require.Equal(t, map[string]int{"asked": 1, "held quiet_hours": 2}, w.states(c.ID))
	require.WithinDuration(t, hour.Add(2*time.Hour), ask[time.Time](w, `SELECT max(due_at) FROM campaign_recipients`), 0)

	w.exec(`UPDATE contacts SET time_zone = 'Etc/GMT+8'`)
	w.exec(`UPDATE campaign_recipients SET due_at = now() WHERE state = 'held'`)
	ids, err = w.Claim(t.Context(), c.ID, 10)
	require.NoError(t, err)
	require.Len(t, ids, 2, "asked again when it is due")
}

func TestANumberBeginsWithNoMoreContactsADayThanItsTierAllows(t *testing.T) {
	w := newWorld(t)
	c := w.running(10)
	other := w.running(0)
	w.exec(`UPDATE business_numbers SET contacts_per_day = 5`)
	first, err := w.Claim(t.Context(), c.ID, 2)
	require.NoError(t, err)
	require.Len(t, first, 2)
	// Two templates to one contact count once; one that was refused does not count.
	at := time.Now().Add(-20 * time.Hour).UTC().Truncate(time.Second)
	w.sent(at, "planned", "12025550109")
	w.sent(at.Add(-2*time.Hour), "planned", "12025550109")
	w.sent(at, "refused", "12025550108")
	w.sent(at.Add(-5*time.Hour), "planned", "12025550107") // more than a day ago

	var group errgroup.Group
	for i := range 6 {
		group.Go(func() error {
			for {
				if ids, err := w.Claim(t.Context(), []uuid.UUID{c.ID, other.ID}[i%2], 1); err != nil || len(ids) == 0 {
					return err
				}
			}
		})
	}
	require.NoError(t, group.Wait())
	require.EqualValues(t, 5, ask[int64](w, `SELECT count(DISTINCT contact_id) FROM (
		SELECT contact_id FROM campaign_recipients WHERE state = 'asked'
		UNION SELECT contact_id FROM sends WHERE state = 'planned' AND planned_at > now() - interval '1 day') u`),
		"two campaigns do not both take the last one")
	require.WithinDuration(t, at.Add(24*time.Hour), w.turn(c.ID).NextAt, time.Second, "when the first of them ceases to count")
}

// sent is a template to a contact some time ago.
func (w *world) sent(at time.Time, state, phone string) {
	w.Helper()
	w.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at)
		SELECT gen_random_uuid(), (SELECT id FROM business_numbers), id, now() FROM contacts WHERE phone = $1 ON CONFLICT DO NOTHING`, phone)
	w.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, critical, state, planned_at, not_after, reason, accepted_at, message_id)
		SELECT gen_random_uuid(), v.id, v.business_number_id, v.contact_id, 'request', 'template', '{}', 'come_back', false, $2::text, $3::timestamptz, $3,
		       CASE $2 WHEN 'refused' THEN 'opted_out' END, NULL, NULL
		FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE c.phone = $1`, phone, state, at)
}
