package campaign_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/whatsapp/template"
)

func TestADraftIsChangedAtItsVersionAndDeleted(t *testing.T) {
	w := newWorld(t)
	c := w.draft()
	require.Equal(t, campaign.Draft, c.State)
	require.Equal(t, 1, c.Version)
	require.Equal(t, "everybody", c.SegmentName)
	require.EqualValues(t, "marketing", c.Category, "as listed")

	d := w.definition()
	d.Name, d.StartAt = "Autumn", time.Date(2030, 9, 1, 9, 0, 0, 0, time.UTC)
	c, err := w.Change(w.as(), c.ID, 1, d)
	require.NoError(t, err)
	require.Equal(t, d, c.Definition, "it is what was asked for")
	require.Equal(t, 2, c.Version)
	_, err = w.Change(w.as(), c.ID, 1, d)
	require.ErrorIs(t, err, campaign.ErrVersion)
	_, err = w.Change(w.as(), uuid.New(), 1, d)
	require.ErrorIs(t, err, campaign.ErrUnknown)

	require.NoError(t, w.Delete(w.as(), c.ID))
	_, err = w.Get(t.Context(), c.ID)
	require.ErrorIs(t, err, campaign.ErrUnknown)
	require.Equal(t, []string{"create_campaign", "change_campaign", "delete_campaign"}, w.audit(c.ID))
	require.Empty(t, w.temporal.told, "a draft needs no run")
}

func TestWhatIsNotThereIsSaidWhenADraftIsStored(t *testing.T) {
	w := newWorld(t)
	d := w.definition()
	d.Number, d.SegmentID = "106540000000009", uuid.New()
	_, err := w.Create(w.as(), uuid.New(), d, ada)
	require.EqualError(t, err, "number: there is no such business number\nsegment: there is no such segment")
}

func TestASegmentThatIsDeletedIsForNoCampaignAnyMore(t *testing.T) {
	w := newWorld(t)
	draft := w.draft()
	w.exec(`UPDATE segments SET deleted_at = now()`)
	_, err := w.Create(w.as(), uuid.New(), w.definition(), ada)
	require.EqualError(t, err, "segment: there is no such segment")
	_, err = w.Change(w.as(), draft.ID, 1, w.definition())
	require.EqualError(t, err, "segment: there is no such segment")
	_, err = w.Launch(w.as(), draft.ID, ada)
	require.EqualError(t, err, "segment: there is no such segment")
}

func TestADraftKeepsItsSegmentFromBeingDeletedMeanwhile(t *testing.T) {
	w := newWorld(t)
	deleting := must(w.pool.Begin(t.Context()))
	_, err := db.New(deleting).LockSegment(t.Context(), w.segment)
	require.NoError(t, err)
	made := make(chan error)
	go func() {
		_, err := w.Create(w.as(), uuid.New(), w.definition(), ada)
		made <- err
	}()
	require.Eventually(t, func() bool { return dbtest.LockAwaited(t, w.pool) }, time.Minute, 5*time.Millisecond, "it waits for whoever deletes")
	require.NoError(t, db.New(deleting).DeleteSegment(t.Context(), time.Now(), w.segment))
	require.NoError(t, deleting.Commit(t.Context()))
	require.EqualError(t, <-made, "segment: there is no such segment")
}

func TestALaunchBeginsAtOnceOrAtItsStart(t *testing.T) {
	w := newWorld(t)
	now, err := w.Launch(w.as(), w.draft().ID, ada)
	require.NoError(t, err)
	require.Equal(t, campaign.Running, now.State)
	require.Equal(t, ada, now.LaunchedBy)
	later, err := w.Launch(w.as(), w.draft(func(d *campaign.Definition) { d.StartAt = time.Now().Add(time.Hour) }).ID, ada)
	require.NoError(t, err)
	require.Equal(t, campaign.Scheduled, later.State)
	require.Equal(t, []string{"campaign_changed campaign/" + now.ID.String(), "campaign_changed campaign/" + later.ID.String()}, w.temporal.told)

	_, err = w.Launch(w.as(), now.ID, ada)
	var refused *campaign.StateError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, campaign.Running, refused.State)
	_, err = w.Change(w.as(), now.ID, 1, w.definition())
	require.ErrorAs(t, err, &refused, "what is launched does not change any more")
	require.ErrorAs(t, w.Delete(w.as(), now.ID), &refused)
}

func TestWhatKeepsACampaignFromItsLaunchIsAllSaidAtOnce(t *testing.T) {
	w := newWorld(t)
	w.template("paused_one", "marketing", "paused", "Hello {{1}}.")
	c := w.draft(func(d *campaign.Definition) { d.Template, d.EndAt = "paused_one", time.Now().Add(-time.Hour) })
	w.exec(`UPDATE business_numbers SET configured = false`)
	_, err := w.Launch(w.as(), c.ID, ada)
	require.EqualError(t, err, "number: the business number has not been set up\nend_at: it is over already\ntemplate: the template is paused")
	require.Equal(t, "campaign_invalid", campaign.CodeOf(err))
	w.exec(`UPDATE business_numbers SET configured = true, sender_paused_at = now(), sender_paused_class = 'manual'`)
	_, err = w.Launch(w.as(), w.draft(func(d *campaign.Definition) { d.Parameters = template.Parameters{} }).ID, ada)
	require.EqualError(t, err, "number: the business number is paused\nparameters.body: Text: 1 value is needed.")
	_, err = w.Launch(w.as(), w.draft(func(d *campaign.Definition) { d.Template = "no_such" }).ID, ada)
	require.ErrorContains(t, err, "template: the number's account has no such template")
	require.Equal(t, campaign.Draft, must(w.Get(t.Context(), c.ID)).State)
	require.Empty(t, w.temporal.told)
}

func TestPauseResumeAndCancelAreToldOnceAndMayBeAskedTwice(t *testing.T) {
	w := newWorld(t)
	c := must(w.Launch(w.as(), w.draft().ID, ada))
	for _, step := range []struct {
		do     func() (campaign.Campaign, error)
		state  campaign.State
		reason campaign.Reason
	}{
		{func() (campaign.Campaign, error) { return w.Pause(w.as(), c.ID) }, campaign.Paused, campaign.ByHand},
		{func() (campaign.Campaign, error) { return w.Resume(w.as(), c.ID) }, campaign.Running, ""},
		{func() (campaign.Campaign, error) { return w.Cancel(w.as(), c.ID) }, campaign.Cancelled, ""},
	} {
		for range 2 {
			c, err := step.do()
			require.NoError(t, err)
			require.Equal(t, step.state, c.State)
			require.Equal(t, step.reason, c.Reason)
		}
	}
	require.False(t, must(w.Get(t.Context(), c.ID)).FinishedAt.IsZero())
	require.Equal(t, []string{"create_campaign", "launch_campaign", "pause_campaign", "resume_campaign", "cancel_campaign"}, w.audit(c.ID))
	require.Len(t, w.temporal.told, 4, "a launch and three changes")
	_, err := w.Resume(w.as(), c.ID)
	require.EqualError(t, err, "a campaign that is cancelled cannot be resumed")
	_, err = w.Pause(w.as(), uuid.New())
	require.ErrorIs(t, err, campaign.ErrUnknown)
}

func TestALaunchWhileTemporalIsAwayIsWantedUntilItHasARun(t *testing.T) {
	w := newWorld(t)
	w.temporal.offline = true
	c := must(w.Launch(w.as(), w.draft().ID, ada))
	w.draft() // wants nothing
	require.Equal(t, campaign.Running, c.State, "the row is the truth")
	wanted, err := w.Wanted(t.Context())
	require.NoError(t, err)
	require.Len(t, wanted, 1)
	require.Equal(t, "campaign/"+c.ID.String(), wanted[0].ID)
	must(w.Cancel(w.as(), c.ID))
	wanted, err = w.Wanted(t.Context())
	require.NoError(t, err)
	require.Empty(t, wanted, "nobody is left to be written off")
}

func TestCampaignsAreListedLatestFirstByPages(t *testing.T) {
	w := newWorld(t)
	var ids []uuid.UUID
	for range 5 {
		ids = append(ids, w.draft().ID)
	}
	must(w.Launch(w.as(), ids[2], ada))
	var listed []uuid.UUID
	var r campaign.ListRequest
	for r.Limit = 2; ; {
		page, err := w.List(t.Context(), r)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			listed = append([]uuid.UUID{c.ID}, listed...)
			r.BeforeCreatedAt, r.BeforeID = c.CreatedAt, c.ID
		}
	}
	require.Equal(t, ids, listed)
	running, err := w.List(t.Context(), campaign.ListRequest{State: campaign.Running, Limit: 9})
	require.NoError(t, err)
	require.Len(t, running, 1)
	require.Equal(t, ids[2], running[0].ID)
}

func (w *world) audit(id uuid.UUID) (actions []string) {
	w.Helper()
	return ask[[]string](w, `SELECT array_agg(action ORDER BY id) FROM audit WHERE subject = 'campaign/' || $1::uuid`, id)
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}
