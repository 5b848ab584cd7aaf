package console

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/workflows/contract"
)

func TestARowSaysWhoAndHowLongAndWhatIsNext(t *testing.T) {
	c := told{name: "Ada Example", phone: "+12025550101", number: shop, status: conversation.Active, wrote: 21 * time.Hour,
		next: conversation.WakeReminder, in: 2 * time.Hour}.conversation(1)
	row := rowOf(c, true, storyTime)
	require.Equal(t, "Ada Example", row.Name)
	require.Equal(t, "+12025550101", row.Detail)
	require.Equal(t, shop.Display, row.Number)
	require.Equal(t, "3:00:00", row.Until.Text)
	require.Equal(t, lastActivity{"Customer wrote", moment{storyTime.Add(-21 * time.Hour), "21 h ago"}}, *row.Last)
	require.Equal(t, upcoming{"reminder", "Reminder", storyTime.Add(2 * time.Hour)}, *row.Next)
	require.True(t, row.Unanswered)
	require.Empty(t, rowOf(c, false, storyTime).Number, "a number that is the only one need not be said")
}

func TestARowSaysWhoHasOpenedResume(t *testing.T) {
	row := rowOf(told{status: conversation.Resuming, wrote: 30 * time.Hour, claim: "Grace Example"}.conversation(1), false, storyTime)
	require.Equal(t, "Grace Example", row.Claim)
}

func TestAClosedRowCountsNothingDown(t *testing.T) {
	for _, status := range []conversation.StatusName{conversation.Resuming, conversation.AwaitingReply, conversation.Expired} {
		row := rowOf(told{status: status, wrote: 30 * time.Hour}.conversation(1), false, storyTime)
		require.Nil(t, row.Until)
	}
}

func TestAContactIsCalledByWhatIsKnownOfIt(t *testing.T) {
	phone, bsuid := "+12025550101", "US.1"
	for _, tt := range []struct {
		contact      api.Contact
		name, detail string
	}{
		{api.Contact{Name: "Ada", Phone: &phone, BSUID: &bsuid}, "Ada", phone},
		{api.Contact{Name: "Ada", BSUID: &bsuid}, "Ada", bsuid},
		{api.Contact{Phone: &phone, BSUID: &bsuid}, phone, ""},
		{api.Contact{BSUID: &bsuid}, bsuid, ""},
		{api.Contact{}, "Unknown contact", ""},
	} {
		name, detail := namesOf(tt.contact)
		require.Equal(t, []string{tt.name, tt.detail}, []string{name, detail})
	}
}

func TestTheLastToWriteIsSaid(t *testing.T) {
	earlier, later := storyTime.Add(-time.Hour), storyTime.Add(-time.Minute)
	require.Nil(t, lastOf(api.Conversation{}, storyTime))
	require.Equal(t, "Customer wrote", lastOf(api.Conversation{LastInboundAt: &later, LastOutboundAt: &earlier}, storyTime).Words)
	require.Equal(t, "We wrote", lastOf(api.Conversation{LastInboundAt: &earlier, LastOutboundAt: &later}, storyTime).Words)
	require.Equal(t, "We wrote", lastOf(api.Conversation{LastInboundAt: &later, LastOutboundAt: &later}, storyTime).Words, "as Unanswered has it")
}

func TestWhatACountdownSaysIsNotSaidAgain(t *testing.T) {
	for _, kind := range []conversation.WakeKind{conversation.WakeExpiring, conversation.WakeCloses} {
		require.Nil(t, upcomingOf(&conversation.Next{Kind: kind, At: storyTime}))
	}
	require.Nil(t, upcomingOf(nil))
}

func TestCountsThatReachTheirBoundSaySo(t *testing.T) {
	counts := func(f inboxFilter) (all []string) {
		for _, s := range statesOf(f, api.ConversationCounts{Most: 1000, Counts: map[conversation.StatusName]int64{"active": 999, "expired": 1000}}) {
			all = append(all, s.Count)
		}
		return all
	}
	require.Equal(t, []string{"", "", "999", "", "", "1000+"}, counts(inboxFilter{}))
	require.Equal(t, []string{"", "", "", "", "", ""}, counts(inboxFilter{Q: "ada"}), "a search is not counted")
}

func TestPagesKeepTheirFilters(t *testing.T) {
	f := inboxFilter{Status: conversation.Expired, Number: "1", Q: "a&b", Cursor: "here"}
	v := inboxOf(f, listOf(told{status: conversation.Expired, number: contract.Number{ID: "1"}}), storyTime)
	require.Equal(t, "/console/inbox?cursor=here&number=1&q=a%26b&status=expired", v.Self)
	require.Equal(t, "/console/inbox?number=1&q=a%26b&status=expired", v.First)
	require.Equal(t, "/console/inbox?cursor=e30&number=1&q=a%26b&status=expired", v.Next)
	first := inboxOf(inboxFilter{}, inboxAnswer{}, storyTime)
	require.Equal(t, []string{"/console/inbox", "", ""}, []string{first.Self, first.First, first.Next})
}

func TestNothingToListIsSaidInWords(t *testing.T) {
	said := map[string]bool{}
	for _, f := range []inboxFilter{{}, {Cursor: "x"}, {Q: "x"}, {Status: conversation.Expiring}, {Status: conversation.Resuming}, {Number: "1"}} {
		empty := inboxOf(f, inboxAnswer{}, storyTime).Empty
		require.NotEmpty(t, empty.Words)
		require.False(t, said[empty.Title], empty.Title)
		said[empty.Title] = true
	}
}

func TestTimesAreSaidAsTheScriptSaysThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0:00:00", 0: "0:00:00", time.Millisecond: "0:00:01", time.Second: "0:00:01", 59*time.Minute + 59*time.Second + 1: "1:00:00",
		23*time.Hour + 59*time.Minute + 59*time.Second: "23:59:59", 72 * time.Hour: "72:00:00"} {
		require.Equal(t, want, timeLeft(d), d)
	}
	for d, want := range map[time.Duration]string{-time.Hour: "just now", 59 * time.Second: "just now", time.Minute: "1 min ago",
		time.Hour - 1: "59 min ago", time.Hour: "1 h ago", 48*time.Hour - 1: "47 h ago", 48 * time.Hour: "2 days ago"} {
		require.Equal(t, want, timeSince(d), d)
	}
}
