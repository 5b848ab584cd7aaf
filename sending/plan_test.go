package sending_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/ledger"
	"reengage/sending"
	"reengage/tariff"
	"reengage/workflows/contract"
)

func TestEveryRefusalIsRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		ago    time.Duration
		ask    sending.PlanRequest
		code   conversation.Code
		change string
	}{
		"the window is closed":       {25 * time.Hour, sending.PlanRequest{Text: "Hello"}, conversation.WindowClosed, ""},
		"no opt-in":                  {25 * time.Hour, sending.PlanRequest{Template: update()}, conversation.OptInRequired, ""},
		"no such template":           {time.Hour, sending.PlanRequest{Template: &contract.Template{Name: "none", Language: "en"}}, conversation.TemplateNotFound, ""},
		"not in that language":       {time.Hour, sending.PlanRequest{Template: &contract.Template{Name: "order_update", Language: "de"}}, conversation.TemplateNotFound, ""},
		"a removed template":         {time.Hour, sending.PlanRequest{Template: update()}, conversation.TemplateNotFound, `UPDATE templates SET removed_at = now()`},
		"a template that is pending": {time.Hour, sending.PlanRequest{Template: update()}, conversation.TemplateNotApproved, `UPDATE templates SET status = 'pending'`},
		"too few parameters":         {time.Hour, sending.PlanRequest{Template: comeBack(`[]`)}, conversation.TemplateParameters, ""},
		"a parameter with a newline": {time.Hour, sending.PlanRequest{Template: comeBack(`["Ada\nMuster"]`)}, conversation.TemplateParameters, ""},
		"a parameter with a NUL":     {time.Hour, sending.PlanRequest{Template: comeBack(`["Ada\u0000"]`)}, conversation.TemplateParameters, ""},
		"parameters that are none":   {time.Hour, sending.PlanRequest{Template: comeBack(`3`)}, conversation.TemplateParameters, ""},
		"the sender is paused":       {time.Hour, sending.PlanRequest{Text: "Hello"}, conversation.SenderPaused, `UPDATE business_numbers SET sender_paused_at = now(), sender_paused_class = 'manual'`},
		"a template after its time":  {time.Hour, sending.PlanRequest{Template: update(), NotAfter: time.Now().Add(-time.Second)}, conversation.TooLate, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.ask.ConversationID, c.ask.RequestID, c.ask.SendID = w.writes(shop, ada, c.ago), "one", uuid.New()
			if c.change != "" {
				w.exec(c.change)
			}
			result := w.plans(c.ask)
			require.Equal(t, c.code, result.Answer.Verdict.Code, result.Answer.Verdict.Sentence)
			require.NotEmpty(t, result.Answer.Verdict.Sentence)
			require.Nil(t, result.Send)
			require.Equal(t, c.ask.SendID, *result.Answer.SendID)
			require.Equal(t, "refused", w.row(c.ask.SendID).State)
			require.Equal(t, string(c.code), w.row(c.ask.SendID).Reason)
			require.Equal(t, []string{string(c.code)}, w.decisions(c.ask.SendID))
			require.Empty(t, result.Facts.TemplatePending)

			again := w.plans(c.ask)
			require.True(t, again.Answer.Repeated)
			require.Equal(t, result.Answer.Verdict, again.Answer.Verdict)
		})
	}
}

func TestWhatCannotBeMeantIsAFaultAndNoSend(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	for name, r := range map[string]sending.PlanRequest{
		"no text":                 {Text: " "},
		"a text that is too long": {Text: strings.Repeat("a", 4097)},
		"a text with a NUL":       {Text: "a\x00b"},
		"a template without name": {Template: &contract.Template{Language: "en"}},
		"a fallback with a NUL":   {Text: "Hello", Fallback: &contract.Template{Name: "a\x00", Language: "en"}},
		"a kept text of nothing":  {Template: update(), KeepText: "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r.ConversationID, r.RequestID = id, name
			require.Equal(t, contract.FaultInvalidRequest, w.plans(r).Answer.Fault)
		})
	}
	require.Equal(t, "0", w.one(`SELECT count(*)::text FROM sends`))
}

func TestARepetitionGetsTheFirstAnswerAndWhatIsStillOpen(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	ask := sending.PlanRequest{ConversationID: id, SendID: uuid.New(), RequestID: "one", Fingerprint: "hello", Text: "Hello"}
	first := w.plans(ask)
	again := w.plans(ask)
	require.True(t, again.Answer.Repeated)
	require.Equal(t, first.Answer.SendID, again.Answer.SendID)
	require.Equal(t, first.Send, again.Send, "the first answer may have been lost")
	w.sends(id, *first.Send)
	require.Nil(t, w.plans(ask).Send)

	ask.Fingerprint = "another"
	require.Equal(t, contract.FaultRequestReused, w.plans(ask).Answer.Fault)
	require.Equal(t, "1", w.one(`SELECT count(*)::text FROM sends`))
}

func TestTwoPlansOfOneSendAreOne(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	ask := sending.PlanRequest{ConversationID: id, SendID: uuid.New(), Origin: sending.FromRequest, RequestID: "one", Text: "Hello"}
	var both sync.WaitGroup
	results := make(chan sending.PlanResult, 2)
	for range 2 {
		both.Go(func() {
			r, err := w.Plan(t.Context(), ask)
			if err == nil {
				results <- r
			}
		})
	}
	both.Wait()
	close(results)
	repeated := 0
	for r := range results {
		require.Equal(t, ask.SendID, r.Send.SendID)
		if r.Answer.Repeated {
			repeated++
		}
	}
	require.Equal(t, 1, repeated)
}

func TestOfTwoTemplatesAtOnceOneIsRefused(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	var both sync.WaitGroup
	codes := make(chan conversation.Code, 2)
	for range 2 {
		both.Go(func() {
			r, err := w.Plan(t.Context(), sending.PlanRequest{ConversationID: id, SendID: uuid.New(), Origin: sending.FromRequest, Template: update()})
			if err == nil {
				codes <- r.Answer.Verdict.Code
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []conversation.Code{conversation.Allowed, conversation.SendInProgress}, []conversation.Code{<-codes, <-codes})
}

func TestARefusalOfTheWorkflowCountsOnlyIfItKnowsMore(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	for code, want := range map[conversation.Code]conversation.Code{
		conversation.OptedOutOf:   conversation.OptedOutOf, // signalled from outside a moment ago
		conversation.SenderPaused: conversation.Allowed,    // and resumed since
		conversation.WindowClosed: conversation.Allowed,    // and the contact has written since
	} {
		result := w.plans(sending.PlanRequest{ConversationID: id, Text: "Hello", Verdict: conversation.Verdict{Code: code, Rule: "gate"}})
		require.Equal(t, want, result.Answer.Verdict.Code)
	}
}

func TestAMessageToAClosedWindowIsReplacedAtOnce(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	ask := sending.PlanRequest{ConversationID: id, SendID: uuid.New(), RequestID: "one", Text: "Hello", Fallback: update()}
	refused := w.plans(ask)
	require.Equal(t, conversation.OptInRequired, refused.Answer.Verdict.Code, "the template's verdict")
	require.Equal(t, ask.SendID, *refused.Answer.SendID)
	require.Nil(t, refused.Send)

	w.consents(id, "utility", true)
	ask.SendID, ask.RequestID = uuid.New(), "two"
	result := w.plans(ask)
	require.Equal(t, conversation.Allowed, result.Answer.Verdict.Code)
	require.Equal(t, ask.SendID, *result.Answer.SendID)
	require.Equal(t, sending.Failed, result.Send.State)
	require.Equal(t, conversation.WindowClosed, result.Send.Reason)
	require.Equal(t, sending.Planned, result.Send.Fallback.State)
	require.Equal(t, result.Send, w.plans(ask).Send)
	require.Equal(t, result.Send.Fallback.SendID, w.row(ask.SendID).ReplacedBy)
	require.Equal(t, sending.Accepted, w.sends(id, *result.Send.Fallback).State)
	require.Nil(t, w.plans(ask).Send)
}

// reengages plans an attempt of a policy.
func (w *world) reengages(id uuid.UUID, n int, p conversation.Policy, t *contract.Template) sending.PlanResult {
	w.Helper()
	return w.plans(sending.PlanRequest{ConversationID: id, SendID: uuid.NewSHA1(id, fmt.Append(nil, n)), Origin: sending.FromReengagement, Template: t, Policy: &p})
}

func TestAPolicysParametersNameTheContactsFields(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	w.consents(id, "marketing", true)
	for i, c := range []struct{ given, filled string }{
		{`["{{contact.name}}"]`, `["Ada Muster"]`},
		{`["dear {{ contact.first_name }}"]`, `["dear Ada"]`},
		{`["{{contact.language}}"]`, ""},
		{`["{{contact.shoe_size}}"]`, ""},
	} {
		result := w.reengages(id, i, conversation.Policy{MaxPerContact: []conversation.Cap{}}, comeBack(c.given))
		if c.filled == "" {
			require.Equal(t, conversation.TemplateParameters, result.Answer.Verdict.Code)
			require.NotContains(t, result.Answer.Verdict.Sentence, "Muster")
			continue
		}
		require.Equal(t, conversation.Allowed, result.Answer.Verdict.Code)
		require.JSONEq(t, c.filled, string(w.row(*result.Answer.SendID).Template.Parameters))
		require.Equal(t, sending.Accepted, w.sends(id, *result.Send).State)
	}
	w.exec(`UPDATE contacts SET name = '"], "x": ["{{contact.phone}}'`)
	result := w.reengages(id, 9, conversation.Policy{MaxPerContact: []conversation.Cap{}}, comeBack(`["{{contact.name}}"]`))
	require.Equal(t, conversation.Allowed, result.Answer.Verdict.Code)
	w.sends(id, *result.Send)
	posts := w.provider.posts()
	require.Equal(t, `"], "x": ["{{contact.phone}}`, posts[len(posts)-1].Template.Components[0].Parameters[0].Text, "a name stays a text")
}

func TestACapCountsTheTemplatesOfAllNumbers(t *testing.T) {
	w := newWorld(t)
	here, there := w.writes(shop, ada, 25*time.Hour), w.writes(branch, ada, 25*time.Hour)
	w.consents(here, "utility", true)
	agents := w.plans(sending.PlanRequest{ConversationID: there, Template: update()})
	require.NotNil(t, agents.Send)
	result := w.reengages(here, 1, conversation.Policy{}, update())
	require.Equal(t, conversation.FrequencyCapped, result.Answer.Verdict.Code)
	require.Equal(t, 1, result.Answer.Verdict.Facts.Cap.Sent)
	w.exec(`UPDATE sends SET state = 'failed', reason = 'retry' WHERE state = 'planned'`)
	require.Equal(t, conversation.Allowed, w.reengages(here, 2, conversation.Policy{}, update()).Answer.Verdict.Code, "what has failed does not count")
}

func TestTwoNumbersDoNotBothSendTheLastTemplateAllowed(t *testing.T) {
	w := newWorld(t)
	for round := range 5 {
		phone := fmt.Sprintf("4477009002%02d", round)
		ids := []uuid.UUID{w.writes(shop, phone, 25*time.Hour), w.writes(branch, phone, 25*time.Hour)}
		w.consents(ids[0], "utility", true)
		var both sync.WaitGroup
		codes := make(chan conversation.Code, 2)
		for _, id := range ids {
			both.Go(func() {
				r, err := w.Plan(t.Context(), sending.PlanRequest{ConversationID: id, SendID: uuid.New(), Origin: sending.FromReengagement,
					Template: update(), Policy: &conversation.Policy{}})
				if err == nil {
					codes <- r.Answer.Verdict.Code
				}
			})
		}
		both.Wait()
		require.ElementsMatch(t, []conversation.Code{conversation.Allowed, conversation.FrequencyCapped}, []conversation.Code{<-codes, <-codes})
	}
}

func TestABudgetIsReservedFromWhenASendIsPlanned(t *testing.T) {
	w := newWorld(t)
	policy := conversation.Policy{MaxPerContact: []conversation.Cap{}, Budget: &conversation.Budget{DayMicros: 120_000, MonthMicros: 1_000_000}}
	ask := func(n int) sending.PlanResult {
		id := w.writes(shop, fmt.Sprintf("4477009003%02d", n), 25*time.Hour)
		w.consents(id, "utility", true)
		return w.reengages(id, 1, policy, update())
	}
	first := ask(1)
	require.Equal(t, conversation.Allowed, first.Answer.Verdict.Code)
	require.Equal(t, &conversation.BudgetUse{PriceMicros: 50_000, Currency: "EUR", Period: "day", LimitMicros: 120_000}, first.Answer.Verdict.Facts.Budget)
	require.Equal(t, conversation.Allowed, ask(2).Answer.Verdict.Code)
	third := ask(3)
	require.Equal(t, conversation.BudgetExhausted, third.Answer.Verdict.Code)
	require.EqualValues(t, 100_000, third.Answer.Verdict.Facts.Budget.SpentMicros)

	w.exec(`UPDATE sends SET quoted_currency = 'USD' WHERE id = $1`, first.Send.SendID)
	require.Equal(t, conversation.Allowed, ask(4).Answer.Verdict.Code, "another currency's does not count")
	w.exec(`UPDATE sends SET planned_at = planned_at - interval '40 days'`)
	require.Equal(t, conversation.Allowed, ask(5).Answer.Verdict.Code)
	policy.Budget = &conversation.Budget{MonthMicros: 90_000}
	month := ask(6)
	require.Equal(t, conversation.BudgetExhausted, month.Answer.Verdict.Code)
	require.Equal(t, "month", month.Answer.Verdict.Facts.Budget.Period)
}

func TestWhatHasNoPriceIsNotSentUnderABudget(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	w.consents(id, "utility", true)
	w.quotes.err = &ledger.UnpricedError{Missing: tariff.MissingPrice{}}
	capless := conversation.Policy{MaxPerContact: []conversation.Cap{}}
	under := capless
	under.Budget = &conversation.Budget{DayMicros: 1}
	require.Equal(t, conversation.PriceUnknown, w.reengages(id, 1, under, update()).Answer.Verdict.Code)
	require.Equal(t, conversation.Allowed, w.reengages(id, 2, capless, update()).Answer.Verdict.Code)
	require.Equal(t, 2, w.quotes.asked)
}

func TestAnAttemptThatWasRefusedForQuietHoursIsDecidedAnew(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	w.consents(id, "utility", true)
	w.exec(`UPDATE contacts SET time_zone = 'UTC'`)
	now := time.Now().UTC()
	policy := conversation.Policy{QuietHours: &conversation.QuietHours{From: now.Add(-time.Hour).Format("15:04"), To: now.Add(time.Hour).Format("15:04")}}
	refused := w.reengages(id, 1, policy, update())
	require.Equal(t, conversation.QuietHoursNow, refused.Answer.Verdict.Code)
	require.WithinDuration(t, now.Add(time.Hour), refused.Answer.Verdict.Facts.QuietUntil, time.Minute)

	policy.QuietHours = &conversation.QuietHours{From: now.Add(2 * time.Hour).Format("15:04"), To: now.Add(3 * time.Hour).Format("15:04")}
	allowed := w.reengages(id, 1, policy, update())
	require.Equal(t, conversation.Allowed, allowed.Answer.Verdict.Code)
	require.Equal(t, refused.Answer.SendID, allowed.Answer.SendID)
	require.Equal(t, []string{"quiet_hours", "allowed"}, w.decisions(allowed.Send.SendID))
	var end time.Time
	require.NoError(t, w.pool.QueryRow(t.Context(), `SELECT not_after FROM sends`).Scan(&end))
	require.WithinDuration(t, now.Add(2*time.Hour), end, time.Minute, "should it be held up, it does not go in the next quiet hours")
	require.Equal(t, allowed.Send, w.reengages(id, 1, policy, update()).Send, "what was allowed stays allowed")
}

func TestQuietHoursAreTheContactsOwnAsItIsSetNow(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	w.consents(id, "utility", true)
	now := time.Now().UTC()
	policy := conversation.Policy{MaxPerContact: []conversation.Cap{},
		QuietHours: &conversation.QuietHours{From: now.Add(-time.Hour).Format("15:04"), To: now.Add(time.Hour).Format("15:04")}}
	for n, tt := range []struct {
		contact, number string
		want            conversation.Code
	}{
		{"UTC", "Asia/Tokyo", conversation.QuietHoursNow},
		{"Asia/Tokyo", "UTC", conversation.Allowed},
		{"Etc/GMT+12", "UTC", conversation.Allowed},
		{"Africa/Abidjan", "Asia/Tokyo", conversation.QuietHoursNow}, // UTC all year
	} {
		w.exec(`UPDATE contacts SET time_zone = $1`, tt.contact)
		w.exec(`UPDATE business_numbers SET time_zone = $1`, tt.number)
		result := w.reengages(id, n+1, policy, update())
		require.Equal(t, tt.want, result.Answer.Verdict.Code, "%+v", tt)
		if result.Send != nil {
			w.sends(id, *result.Send) // nothing is in progress when the next one comes
		}
	}
}

func TestWhoHasHardlyEverWrittenIsNotChased(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	w.consents(id, "utility", true)
	two := 2
	policy := conversation.Policy{MinPriorInbound: &two}
	result := w.reengages(id, 1, policy, update())
	require.Equal(t, conversation.TooFewInbound, result.Answer.Verdict.Code)
	w.writes(shop, ada, 26*time.Hour)
	require.Equal(t, conversation.Allowed, w.reengages(id, 1, policy, update()).Answer.Verdict.Code)
}

func TestDecisionsNameNobody(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	w.plans(sending.PlanRequest{ConversationID: id, RequestID: "a request of Ada's", Template: comeBack(`["Ada Muster"]`)})
	w.plans(sending.PlanRequest{ConversationID: id, Text: "Ada, your parcel"})
	require.Equal(t, "false", w.one(`SELECT (bool_or(d::text LIKE '%Ada%' OR d::text LIKE '%447700900%'))::text FROM decisions d`))
}

func TestDecisionsOfTheWorkflowAreRecordedOnceAndAnswerARequest(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	verdict := conversation.Verdict{Code: conversation.Allowed, Rule: "close", Sentence: "closed"}
	r := sending.DecisionsRequest{ConversationID: id, RequestID: "one", Fingerprint: "close",
		Decisions: []sending.Decision{{Key: "close/one", At: time.Now(), Subject: "close", Verdict: verdict, Asked: true}}}
	for _, repeated := range []bool{false, true} {
		answer, err := w.RecordDecisions(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, contract.Answer{Verdict: verdict, Repeated: repeated}, answer)
	}
	r.Fingerprint = "another"
	answer, err := w.RecordDecisions(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, contract.FaultRequestReused, answer.Fault)
	require.Equal(t, "1", w.one(`SELECT count(*)::text FROM decisions WHERE allowed`))
}

func TestAPlanIsWrittenDownForThoseWhoListIt(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	end := time.Now().UTC().Truncate(time.Second)
	plan := conversation.Plan{WindowEnd: end, DueAt: end.Add(time.Hour), Next: 1, Policy: conversation.Policy{
		Attempts: []conversation.AttemptPolicy{{Template: "first"}, {Template: "second"}}}}
	for range 2 {
		_, err := w.RecordDecisions(t.Context(), sending.DecisionsRequest{ConversationID: id, Replan: true, Plan: &plan})
		require.NoError(t, err)
		require.Equal(t, "2 2 second", w.one(`SELECT concat_ws(' ', next_attempt, attempts, template_name) FROM reengagement_plans`))
	}
	var kept conversation.Plan
	require.NoError(t, json.Unmarshal([]byte(w.one(`SELECT plan::text FROM reengagement_plans`)), &kept))
	require.Equal(t, plan, kept)
	_, err := w.RecordDecisions(t.Context(), sending.DecisionsRequest{ConversationID: id, Replan: true})
	require.NoError(t, err)
	require.Equal(t, "0", w.one(`SELECT count(*)::text FROM reengagement_plans`))
}
