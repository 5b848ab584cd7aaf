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

const (
	grace = "user/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10"
	shops = "key/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f11"
)

func (w *world) audited() string {
	w.Helper()
	return w.one(`SELECT coalesce(string_agg(who || ' ' || action || ' ' || split_part(subject, '/', 1), ', ' ORDER BY id), '') FROM audit`)
}

func TestWhatIsRequestedIsAuditedWithItsAnswerAndOnce(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	message := sending.PlanRequest{ConversationID: id, SendID: uuid.New(), RequestID: "one", RequestedBy: grace, Text: "Hello"}
	planned := w.plans(message)
	require.Equal(t, conversation.Allowed, planned.Answer.Verdict.Code)
	w.plans(message)
	require.Equal(t, grace+" send_message conversation", w.audited(), "a repetition has done nothing")
	require.Equal(t, planned.Answer.SendID.String(), w.one(`SELECT facts ->> 'send_id' FROM audit`))

	w.plans(sending.PlanRequest{ConversationID: id, Text: "A nudge", Origin: sending.FromNudge})
	w.plans(sending.PlanRequest{ConversationID: id, RequestID: "two", RequestedBy: grace, Template: &contract.Template{Name: "none", Language: "en"}})
	w.plans(sending.PlanRequest{ConversationID: id, RequestID: "one", Fingerprint: "another", RequestedBy: grace, Text: "Hi"})
	require.Equal(t, grace+" send_message conversation", w.audited(), "nobody has asked; refused; another question under the same id")

	w.plans(sending.PlanRequest{ConversationID: id, RequestID: "three", Text: "Hello"})
	require.Equal(t, grace+" send_message conversation, workflow send_message conversation", w.audited(), "past the API")
}

func TestKeptRepliesAndClosesAreAudited(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	w.consents(id, "utility", true)
	kept := w.plans(sending.PlanRequest{ConversationID: id, RequestID: "one", RequestedBy: shops, Template: update(), KeepText: "It is here"})
	require.NotNil(t, kept.Kept)
	discard := sending.KeptRequest{ConversationID: id, KeptReplyID: *kept.Answer.KeptReplyID, To: sending.KeptDiscarded, RequestID: "two", RequestedBy: grace}
	for range 2 {
		_, err := w.SettleKept(t.Context(), discard)
		require.NoError(t, err)
	}
	late := discard
	late.RequestID, late.To = "three", sending.KeptExpired
	answer, err := w.SettleKept(t.Context(), late)
	require.NoError(t, err)
	require.NotEmpty(t, answer.Fault)
	_, err = w.RecordDecisions(t.Context(), sending.DecisionsRequest{ConversationID: id, RequestID: "four", RequestedBy: grace, Decisions: []sending.Decision{
		{Key: "close/four", At: time.Now(), Subject: "close", Verdict: conversation.Verdict{Code: conversation.Allowed, Rule: "close", Sentence: "closed"}, Asked: true}}})
	require.NoError(t, err)
	_, err = w.RecordDecisions(t.Context(), sending.DecisionsRequest{ConversationID: id, Decisions: []sending.Decision{
		{Key: "plan", At: time.Now(), Subject: "reengagement", Verdict: conversation.Verdict{Rule: "policy", Sentence: "planned"}}}})
	require.NoError(t, err)
	require.Equal(t, shops+" keep_reply conversation, "+grace+" discard_kept_reply conversation, "+grace+" close_conversation conversation", w.audited())
}

func TestASendThatCannotBeAuditedIsNotPlanned(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	w.exec(`ALTER TABLE audit ADD CHECK (who = 'nobody')`)
	_, err := w.Plan(t.Context(), sending.PlanRequest{ConversationID: id, SendID: uuid.New(), Origin: sending.FromRequest, RequestID: "one", RequestedBy: grace, Text: "Hello"})
	require.Error(t, err)
	require.Equal(t, "0 0", w.one(`SELECT (SELECT count(*) FROM sends) || ' ' || (SELECT count(*) FROM requests)`))
}
