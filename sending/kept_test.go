package sending_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// keeps sends a template to a closed window and keeps a text for the answer.
func (w *world) keeps(id uuid.UUID, request, text string) sending.PlanResult {
	w.Helper()
	w.consents(id, "utility", true)
	result := w.plans(sending.PlanRequest{ConversationID: id, SendID: uuid.NewSHA1(id, []byte(request)), RequestID: request, Template: update(), KeepText: text,
		KeepFor: time.Hour})
	require.Equal(w, conversation.Allowed, result.Answer.Verdict.Code, result.Answer.Verdict.Sentence)
	require.Equal(w, result.Answer.KeptReplyID.String(), result.Kept.ID)
	w.sends(id, *result.Send)
	return result
}

func (w *world) kept(id *uuid.UUID) string {
	return w.one(`SELECT state FROM kept_replies WHERE id = $1`, id)
}

func (w *world) releases(id uuid.UUID, kept *uuid.UUID, request string) sending.PlanResult {
	return w.plans(sending.PlanRequest{ConversationID: id, SendID: uuid.NewSHA1(*kept, []byte("send")), RequestID: request,
		Origin: sending.FromKeptReply, KeptReplyID: kept})
}

func TestAReplyIsKeptUntilTheContactAnswers(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	first := w.keeps(id, "one", "The parcel is on its way")
	require.Equal(t, time.Hour, first.Kept.Until.Sub(first.Kept.At))
	require.Equal(t, "kept", w.kept(first.Answer.KeptReplyID))
	again := w.plans(sending.PlanRequest{ConversationID: id, RequestID: "one", Template: update(), KeepText: "The parcel is on its way"})
	require.Equal(t, first.Kept, again.Kept, "the first answer may have been lost")

	second := w.keeps(id, "two", "The parcel has arrived")
	require.Equal(t, "superseded", w.kept(first.Answer.KeptReplyID))
	w.writes(shop, ada, time.Minute)
	released := w.releases(id, second.Answer.KeptReplyID, "")
	require.Equal(t, conversation.Allowed, released.Answer.Verdict.Code)
	require.Equal(t, "sent", w.kept(second.Answer.KeptReplyID))
	require.Equal(t, released.Send, w.releases(id, second.Answer.KeptReplyID, "").Send, "the result may have been lost")
	require.Equal(t, sending.Accepted, w.sends(id, *released.Send).State)
	posts := w.provider.posts()
	require.Equal(t, "The parcel has arrived", posts[len(posts)-1].Text)
	require.Nil(t, w.releases(id, second.Answer.KeptReplyID, "").Send)
	require.Equal(t, contract.FaultKeptNotLive, w.releases(id, second.Answer.KeptReplyID, "three").Answer.Fault)
	require.Equal(t, contract.FaultKeptNotLive, w.releases(id, first.Answer.KeptReplyID, "four").Answer.Fault)
	unknown := uuid.New()
	require.Equal(t, contract.FaultUnknownKept, w.releases(id, &unknown, "five").Answer.Fault)
}

func TestNothingIsKeptIfItsTemplateIsRefused(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	result := w.plans(sending.PlanRequest{ConversationID: id, Template: update(), KeepText: "Hello"})
	require.Equal(t, conversation.OptInRequired, result.Answer.Verdict.Code)
	require.Nil(t, result.Kept)
	require.Nil(t, result.Answer.KeptReplyID)
	require.Equal(t, "0", w.one(`SELECT count(*)::text FROM kept_replies`))
}

func TestAKeptReplyThatMayNotGoIsOfferedAndCanGoLater(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 30*time.Hour)
	kept := w.keeps(id, "one", "Hello").Answer.KeptReplyID
	refused := w.releases(id, kept, "")
	require.Equal(t, conversation.WindowClosed, refused.Answer.Verdict.Code)
	require.Nil(t, refused.Send)
	require.Equal(t, "offered", w.kept(kept))
	require.Equal(t, "window_closed", w.one(`SELECT code FROM decisions WHERE subject = 'kept_reply'`))
	require.Equal(t, conversation.WindowClosed, w.releases(id, kept, "by hand").Answer.Verdict.Code)
	require.Equal(t, "offered", w.kept(kept))

	w.writes(shop, ada, time.Minute)
	require.Equal(t, sending.Accepted, w.sends(id, *w.releases(id, kept, "again").Send).State)
	require.Equal(t, "sent", w.kept(kept))
}

func TestAKeptReplyWhoseWindowClosesBeforeItsTurnGoesBackToTheAgent(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 30*time.Hour)
	kept := w.keeps(id, "one", "Hello").Answer.KeptReplyID
	w.writes(shop, ada, time.Minute)
	first := w.releases(id, kept, "")
	w.exec(`UPDATE sends SET not_after = now() WHERE id = $1`, first.Send.SendID)
	require.Equal(t, conversation.WindowClosed, w.sends(id, *first.Send).Reason)
	require.Equal(t, "offered", w.kept(kept))

	second := w.releases(id, kept, "again")
	require.NotEqual(t, first.Send.SendID, second.Send.SendID)
	require.Equal(t, sending.Accepted, w.sends(id, *second.Send).State)
}

func TestAKeptReplyExpiresIsDiscardedOrOffered(t *testing.T) {
	for _, to := range []sending.KeptState{sending.KeptExpired, sending.KeptDiscarded, sending.KeptOffered} {
		t.Run(string(to), func(t *testing.T) {
			w := newWorld(t)
			id := w.writes(shop, ada, 30*time.Hour)
			kept := w.keeps(id, "one", "Hello").Answer.KeptReplyID
			for range 2 {
				answer, err := w.SettleKept(t.Context(), sending.KeptRequest{ConversationID: id, KeptReplyID: *kept, To: to})
				require.NoError(t, err)
				require.Empty(t, answer.Fault)
				require.Equal(t, string(to), w.kept(kept))
			}
			require.Equal(t, "1", w.one(`SELECT count(*)::text FROM decisions WHERE subject = 'kept_reply' AND allowed IS NULL AND code = $1`, to))
			if to == sending.KeptOffered {
				return
			}
			answer, err := w.SettleKept(t.Context(), sending.KeptRequest{ConversationID: id, KeptReplyID: *kept, To: sending.KeptOffered, RequestID: "two"})
			require.NoError(t, err)
			require.Equal(t, contract.FaultKeptNotLive, answer.Fault)
			require.Equal(t, string(to), w.kept(kept))
		})
	}
}
