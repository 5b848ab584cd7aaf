package stack_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/audience"
	"reengage/campaign"
	"reengage/conversation"
	"reengage/devstack/people"
	"reengage/devstack/stack"
	"reengage/whatsapp/whatsapptest"
)

// memberPrefix begins the phones of all who are in a crowd.
const memberPrefix = "4477009"

func member(i int) string { return fmt.Sprintf("%s%05d", memberPrefix, i) }

// broadcast imports so many contacts, and more without an opt-in, who are left out (K1), and drafts a campaign for them.
func broadcast(t *testing.T, business *people.Business, optedIn, without int) people.Campaign {
	t.Helper()
	file := "phone;name;opt_in;opt_in_source;tags\n"
	for i := range optedIn + without {
		file += fmt.Sprintf("+%s;Person %d;%s;order form;lamps\n", member(i), i, map[bool]string{true: "yes", false: "no"}[i < optedIn])
	}
	took, err := business.Import(t.Context(), "people.csv", []byte(file), "GB", false)
	require.NoError(t, err)
	require.EqualValues(t, optedIn+without, took.Counts.New)
	segment, err := business.Segment(t.Context(), "Lamps", audience.Filter{AllTags: []string{"lamps"}})
	require.NoError(t, err)
	c, err := business.Draft(t.Context(), people.Broadcast{
		Name: "Spring", Segment: segment, Template: people.Template{Name: "come_back", Parameters: []string{"{{contact.first_name|there}}"}},
		Limits: campaign.Limits{MaxFailuresPercent: 100, MaxOptOutsPercent: 100},
	})
	require.NoError(t, err)
	return c
}

// finished waits for a campaign's end, and fails if it pauses instead.
func finished(t *testing.T, business *people.Business, c people.Campaign) {
	t.Helper()
	require.Eventually(t, func() bool {
		now, err := business.Campaign(t.Context(), c.ID)
		require.False(t, err == nil && now.State == campaign.Paused, "it has paused itself: %s", now.Reason)
		return err == nil && now.State == campaign.Finished
	}, 6*time.Minute, 100*time.Millisecond)
}

// TestOfAHundredTemplateMessages25UsersRespondAndThese25AreActive is AiSensy's own example, said word by word of its campaigns.
func TestOfAHundredTemplateMessages25UsersRespondAndThese25AreActive(t *testing.T) {
	t.Parallel()
	s, _ := startDurableStack(t, func(o *stack.Options) { o.Scale = 10 })
	business := people.NewBusiness(s)
	require.NoError(t, s.Simulator.SetCrowd(ofAHundred25Respond(t)))
	c := broadcast(t, business, 100, 0)
	require.NoError(t, business.Tell(t.Context(), c, "launch", ""))
	finished(t, business, c)
	require.NoError(t, s.Simulator.Settle(t.Context()))

	var r campaign.Results
	require.Eventually(t, func() (done bool) {
		var err error
		r, err = business.Results(t.Context(), c.ID)
		return err == nil && r.Answered == 25
	}, time.Minute, 100*time.Millisecond)
	require.Equal(t, []int{100, 100, 100, 100, 25}, []int{r.Recipients, r.Accepted, r.Delivered, r.Read, r.Answered})
	active, err := business.Count(t.Context(), audience.Filter{Number: stack.BusinessNumber, Statuses: []conversation.StatusName{conversation.Active}})
	require.NoError(t, err)
	require.Equal(t, 25, active)
	answered, err := business.Count(t.Context(), audience.Filter{Number: stack.BusinessNumber, Statuses: []conversation.StatusName{conversation.Active},
		Campaign: &audience.CampaignAnswer{ID: uuid.MustParse(c.ID), Answered: true}})
	require.NoError(t, err)
	require.Equal(t, 25, answered, "who is active is who has answered")
}

// ofAHundred25Respond is a crowd in which that happens.
func ofAHundred25Respond(t *testing.T) whatsapptest.Crowd {
	c := whatsapptest.Crowd{Prefix: memberPrefix, Quote: 0.5, Shares: whatsapptest.Shares{Answering: 0.25, Reading: 0.75}, Delays: soon}
	for c.Seed = 1; ; c.Seed++ {
		answers := 0
		for i := range 100 {
			if c.Fate(member(i)).Does == whatsapptest.Answers {
				answers++
			}
		}
		if answers == 25 {
			return c
		}
		require.Less(t, c.Seed, uint64(1000))
	}
}

// soon is a crowd's pace: some seconds of a clock that runs at ten times ours.
var soon = whatsapptest.Delays{
	Sent:      whatsapptest.Span{Least: 3 * time.Second, Most: 5 * time.Second},
	Delivered: whatsapptest.Span{Least: time.Second, Most: 10 * time.Second},
	Read:      whatsapptest.Span{Least: time.Second, Most: 20 * time.Second},
	Written:   whatsapptest.Span{Least: 2 * time.Second, Most: 30 * time.Second},
}
