package conversation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/conversation"
)

// opens is when the contact of these tests has written; its window lasts a day.
var opens = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func written() conversation.Facts {
	f, _ := conversation.Facts{}.WithInbound(opens)
	return f
}

// moments are the window's states as the gate tells them apart, at one second either side of their edges.
var moments = []struct {
	name             string
	facts            conversation.Facts
	at               time.Time
	open, freeform   bool
	rule             string // of a refused free-form message
	expires, expired time.Time
}{
	{"before anything", conversation.Facts{}, opens, false, false, "W1", time.Time{}, time.Time{}},
	{"as the contact writes", written(), opens, true, true, "", closes, time.Time{}},
	{"16 s before the end", written(), closes.Add(-16 * time.Second), true, true, "", closes, time.Time{}},
	{"15 s before the end", written(), closes.Add(-15 * time.Second), true, false, "W5", closes, time.Time{}},
	{"14 s before the end", written(), closes.Add(-14 * time.Second), true, false, "W5", closes, time.Time{}},
	{"1 s before the end", written(), closes.Add(-time.Second), true, false, "W5", closes, time.Time{}},
	{"at the end", written(), closes, false, false, "W5", time.Time{}, closes},
	{"1 s after the end", written(), closes.Add(time.Second), false, false, "W5", time.Time{}, closes},
	{"disputed", disputed(opens.Add(time.Hour)), opens.Add(2 * time.Hour), false, false, "W9", time.Time{}, opens.Add(time.Hour)},
	{"disputed in the second of the message", disputed(opens), opens.Add(time.Hour), false, false, "W9", time.Time{}, opens},
	{"disputed a second before the message", disputed(opens.Add(-time.Second)), opens.Add(time.Hour), true, true, "", closes, time.Time{}},
	{"disputed after its own end", disputed(closes.Add(time.Second)), closes.Add(time.Minute), false, false, "W5", time.Time{}, closes},
}

var closes = opens.Add(conversation.WindowLength)

func disputed(at time.Time) conversation.Facts {
	f := written()
	f.DisputedAt = at
	return f
}

// The table of sending.md, every cell of it, for every category.
func TestGate(t *testing.T) {
	for _, m := range moments {
		t.Run("FreeForm/"+m.name, func(t *testing.T) {
			v := conversation.Gate(conversation.Circumstances{Facts: m.facts}, conversation.Wish{}, m.at)
			require.NotEmpty(t, v.Sentence)
			require.Equal(t, conversation.VerdictFacts{ExpiresAt: m.expires, ExpiredAt: m.expired}, v.Facts)
			if m.freeform {
				require.Equal(t, []any{conversation.Allowed, "W5", true}, []any{v.Code, v.Rule, v.Allows()})
				return
			}
			require.Equal(t, []any{conversation.WindowClosed, m.rule, false}, []any{v.Code, v.Rule, v.Allows()})
		})
		for _, category := range conversation.Categories {
			for _, held := range []conversation.Consent{conversation.NoConsent, conversation.OptedIn, conversation.OptedOut} {
				t.Run(fmt.Sprintf("%s/consent %q/%s", category, held, m.name), func(t *testing.T) {
					// The other categories hold the opposite: they must not matter.
					var p conversation.Permissions
					for _, other := range conversation.Categories {
						p = p.WithConsent(other, other == category == (held == conversation.OptedIn))
					}
					if held == conversation.NoConsent {
						p = without(p, category)
					}
					v := conversation.Gate(conversation.Circumstances{Facts: m.facts, Permissions: p}, approved(category), m.at)
					want := conversation.Allowed
					facts := conversation.VerdictFacts{Consent: held, Category: category, ExpiresAt: m.expires, ExpiredAt: m.expired}
					switch {
					case held == conversation.OptedOut:
						want, facts.ExpiresAt, facts.ExpiredAt = conversation.OptedOutOf, time.Time{}, time.Time{}
					case held == conversation.NoConsent && !m.open:
						want = conversation.OptInRequired
					}
					require.Equal(t, want, v.Code)
					require.Equal(t, "gate", v.Rule)
					require.Equal(t, facts, v.Facts)
					require.NotEmpty(t, v.Sentence)
					require.Equal(t, want == conversation.Allowed, v.Allows())
				})
			}
		}
	}
}

func approved(category conversation.Category) conversation.Wish {
	return conversation.Wish{Template: true, Known: true, Found: true, Category: category, Status: "approved"}
}

func without(p conversation.Permissions, category conversation.Category) conversation.Permissions {
	switch category {
	case conversation.Marketing:
		p.Marketing = conversation.NoConsent
	case conversation.Utility:
		p.Utility = conversation.NoConsent
	case conversation.Authentication:
		p.Authentication = conversation.NoConsent
	}
	return p
}

// obstacles stand in the way of one send, all at once; the gate names them in this order. Each entry clears its own.
var obstacles = []struct {
	code  conversation.Code
	rule  string
	facts conversation.VerdictFacts
	clear func(*conversation.Circumstances, *conversation.Wish)
}{
	{conversation.SenderPaused, "gate", conversation.VerdictFacts{SenderPaused: "auth"},
		func(c *conversation.Circumstances, _ *conversation.Wish) { c.Permissions.SenderPaused = "" }},
	{conversation.Suppressed, "gate", conversation.VerdictFacts{Suppression: "manual"},
		func(c *conversation.Circumstances, _ *conversation.Wish) { c.Permissions.Suppressed = "" }},
	{conversation.Suppressed, "gate", conversation.VerdictFacts{Suppression: "experiment", Category: conversation.Marketing},
		func(c *conversation.Circumstances, _ *conversation.Wish) { c.Permissions.SuppressedMarketing = "" }},
	{conversation.TemplateNotFound, "gate", conversation.VerdictFacts{},
		func(_ *conversation.Circumstances, w *conversation.Wish) { w.Found = true }},
	{conversation.TemplateNotApproved, "gate", conversation.VerdictFacts{Status: "paused"},
		func(_ *conversation.Circumstances, w *conversation.Wish) { w.Status = "approved" }},
	{conversation.TemplateParameters, "gate", conversation.VerdictFacts{},
		func(_ *conversation.Circumstances, w *conversation.Wish) { w.Parameters = "" }},
	{conversation.SendInProgress, "W6", conversation.VerdictFacts{Pending: "inflight"},
		func(c *conversation.Circumstances, _ *conversation.Wish) { c.Facts.TemplatePending = "" }},
	{conversation.OptedOutOf, "gate", conversation.VerdictFacts{Consent: conversation.OptedOut, Category: conversation.Marketing},
		func(c *conversation.Circumstances, _ *conversation.Wish) {
			c.Permissions.Marketing = conversation.NoConsent
		}},
	{conversation.OptInRequired, "gate", conversation.VerdictFacts{Category: conversation.Marketing, ExpiredAt: closes},
		func(c *conversation.Circumstances, _ *conversation.Wish) {
			c.Permissions.Marketing = conversation.OptedIn
		}},
	{conversation.TooFewInbound, "policy", conversation.VerdictFacts{Prior: &conversation.PriorInbound{Min: 2, Messages: 1}},
		func(_ *conversation.Circumstances, w *conversation.Wish) {
			w.Prior = &conversation.PriorInbound{Min: 2, Messages: 2}
		}},
	{conversation.FrequencyCapped, "policy", conversation.VerdictFacts{Cap: &conversation.CapUse{Max: 2, Per: week, Sent: 2}},
		func(_ *conversation.Circumstances, w *conversation.Wish) {
			w.Caps = []conversation.CapUse{{Max: 1, Per: aDay, Sent: 0}, {Max: 2, Per: week, Sent: 1}}
		}},
	{conversation.QuietHoursNow, "policy", conversation.VerdictFacts{QuietUntil: closes.Add(2 * time.Hour)},
		func(_ *conversation.Circumstances, w *conversation.Wish) {
			w.Quiet = &conversation.Quiet{Hours: conversation.QuietHours{From: "07:00", To: "10:00"}}
		}},
	{conversation.PriceUnknown, "policy", conversation.VerdictFacts{},
		func(_ *conversation.Circumstances, w *conversation.Wish) { w.Unpriced = "" }},
	{conversation.BudgetExhausted, "policy", conversation.VerdictFacts{Budget: budget(51)},
		func(_ *conversation.Circumstances, w *conversation.Wish) { w.Budget = budget(50) }},
}

const (
	aDay = conversation.Duration(24 * time.Hour)
	week = 7 * aDay
)

func budget(spent int64) *conversation.BudgetUse {
	return &conversation.BudgetUse{PriceMicros: 50, Currency: "USD", Period: "month", LimitMicros: 100, SpentMicros: spent}
}

// everything that can stand in the way of an automatic marketing template, an hour after the window's end.
func everything() (conversation.Circumstances, conversation.Wish, time.Time) {
	f := written()
	f.TemplatePending = conversation.TemplateInflight
	c := conversation.Circumstances{Facts: f, Permissions: conversation.Permissions{
		SenderPaused: "auth", Suppressed: "manual", SuppressedMarketing: "experiment", Marketing: conversation.OptedOut}}
	w := conversation.Wish{Template: true, Automatic: true, Known: true, Category: conversation.Marketing, Status: "paused",
		Parameters: "the body has 2 variables, and 1 parameter was given",
		Prior:      &conversation.PriorInbound{Min: 2, Messages: 1},
		Caps:       []conversation.CapUse{{Max: 1, Per: aDay, Sent: 0}, {Max: 2, Per: week, Sent: 2}},
		Quiet:      &conversation.Quiet{Hours: conversation.QuietHours{From: "07:00", To: "11:00"}},
		Unpriced:   "marketing, Brazil", Budget: budget(51)}
	return c, w, closes.Add(time.Hour)
}

func TestGateNamesOneObstacleAtATimeAndThePausedSenderAndSuppressedContactFirst(t *testing.T) {
	c, w, at := everything()
	for i, o := range obstacles {
		v := conversation.Gate(c, w, at)
		require.Equal(t, o.code, v.Code, "obstacle %d", i)
		require.Equal(t, o.rule, v.Rule, o.code)
		require.Equal(t, o.facts, v.Facts, o.code)
		require.NotEmpty(t, v.Sentence, o.code)
		o.clear(&c, &w)
	}
	v := conversation.Gate(c, w, at)
	require.Equal(t, conversation.Allowed, v.Code, v.Sentence)
	require.Equal(t, budget(50), v.Facts.Budget)
}

func TestEachObstacleAloneRefusesWithItsOwnCode(t *testing.T) {
	for i, alone := range obstacles {
		c, w, at := everything()
		for j, other := range obstacles {
			if j != i {
				other.clear(&c, &w)
			}
		}
		if alone.code == conversation.OptedOutOf { // clearing the missing opt-in has cleared it, too
			c.Permissions.Marketing = conversation.OptedOut
		}
		if alone.code == conversation.OptInRequired {
			c.Permissions.Marketing = conversation.NoConsent
		}
		v := conversation.Gate(c, w, at)
		require.Equal(t, alone.code, v.Code)
		require.Equal(t, alone.facts, v.Facts)
	}
}

// The rules of a policy are for what goes by itself; an agent is held up by none of them.
func TestWhatAnAgentSendsKnowsNeitherCapsNorQuietHoursNorBudget(t *testing.T) {
	c, w, at := everything()
	for _, o := range obstacles {
		if o.rule != "policy" {
			o.clear(&c, &w)
		}
	}
	w.Automatic = false
	require.Equal(t, conversation.Allowed, conversation.Gate(c, w, at).Code)
}

func TestFreeFormMessagesAreKeptBackOnlyByTheWindowTheSenderAndAWholeSuppression(t *testing.T) {
	c, w, _ := everything()
	w.Template, w.Automatic = false, false
	inTime := closes.Add(-16 * time.Second)
	require.Equal(t, conversation.SenderPaused, conversation.Gate(c, w, inTime).Code)
	c.Permissions.SenderPaused = ""
	require.Equal(t, conversation.Suppressed, conversation.Gate(c, w, inTime).Code)
	c.Permissions.Suppressed = ""
	require.Equal(t, conversation.Allowed, conversation.Gate(c, w, inTime).Code)
	require.Equal(t, conversation.WindowClosed, conversation.Gate(c, w, inTime.Add(time.Second)).Code)
}

func TestTheSuppressionOfMarketingIsOfMarketingAlone(t *testing.T) {
	c := conversation.Circumstances{Facts: written(), Permissions: conversation.Permissions{SuppressedMarketing: "experiment"}}
	for _, category := range conversation.Categories {
		want := conversation.Allowed
		if category == conversation.Marketing {
			want = conversation.Suppressed
		}
		require.Equal(t, want, conversation.Gate(c, approved(category), opens).Code, category)
	}
}

func TestTheMarginIsConfigurable(t *testing.T) {
	c := conversation.Circumstances{Facts: written(), Margin: time.Minute}
	require.Equal(t, conversation.Allowed, conversation.Gate(c, conversation.Wish{}, closes.Add(-61*time.Second)).Code)
	require.Equal(t, conversation.WindowClosed, conversation.Gate(c, conversation.Wish{}, closes.Add(-60*time.Second)).Code)
}

func TestASendIsNotInItsOwnWay(t *testing.T) {
	for _, stage := range []conversation.TemplatePending{conversation.TemplatePlanned, conversation.TemplateInflight, conversation.TemplateUnknown} {
		f := written()
		f.TemplatePending = stage
		c, w := conversation.Circumstances{Facts: f}, approved(conversation.Utility)
		refused := conversation.Gate(c, w, opens)
		require.Equal(t, conversation.SendInProgress, refused.Code)
		require.Equal(t, string(stage), refused.Facts.Pending)
		w.Pending = true
		require.Equal(t, conversation.Allowed, conversation.Gate(c, w, opens).Code)
	}
}

func TestEveryStatusButApprovedKeepsATemplateBack(t *testing.T) {
	for _, status := range []string{"pending", "rejected", "paused", "disabled", ""} {
		w := approved(conversation.Utility)
		w.Status = status
		v := conversation.Gate(conversation.Circumstances{Facts: written()}, w, opens)
		require.Equal(t, conversation.TemplateNotApproved, v.Code, status)
		require.Equal(t, status, v.Facts.Status)
	}
}

// The workflow does not know the template: what it finds holds until the transaction that plans the send asks again.
func TestOfATemplateNothingIsHeldAgainstItUntilItIsKnown(t *testing.T) {
	c := conversation.Circumstances{Facts: written(), Permissions: conversation.Permissions{Marketing: conversation.OptedOut}}
	v := conversation.Gate(c, conversation.Wish{Template: true}, closes.Add(time.Hour))
	require.Equal(t, conversation.Allowed, v.Code)
	require.NotContains(t, v.Sentence, "window is open")
}

func TestCapsAndBudgetsAreUsedUpToTheLast(t *testing.T) {
	c := conversation.Circumstances{Facts: written()}
	for _, x := range []struct {
		name string
		with func(*conversation.Wish)
		code conversation.Code
	}{
		{"one below the cap", func(w *conversation.Wish) { w.Caps = []conversation.CapUse{{Max: 2, Per: aDay, Sent: 1}} }, conversation.Allowed},
		{"at the cap", func(w *conversation.Wish) { w.Caps = []conversation.CapUse{{Max: 2, Per: aDay, Sent: 2}} }, conversation.FrequencyCapped},
		{"one above the cap", func(w *conversation.Wish) { w.Caps = []conversation.CapUse{{Max: 2, Per: aDay, Sent: 3}} }, conversation.FrequencyCapped},
		{"the last micro of the budget", func(w *conversation.Wish) { w.Budget = budget(50) }, conversation.Allowed},
		{"one micro more", func(w *conversation.Wish) { w.Budget = budget(51) }, conversation.BudgetExhausted},
		{"as often as it must have written", func(w *conversation.Wish) { w.Prior = &conversation.PriorInbound{Min: 1, Messages: 1} }, conversation.Allowed},
		{"never written", func(w *conversation.Wish) { w.Prior = &conversation.PriorInbound{Min: 1} }, conversation.TooFewInbound},
	} {
		t.Run(x.name, func(t *testing.T) {
			w := approved(conversation.Marketing)
			w.Automatic = true
			x.with(&w)
			require.Equal(t, x.code, conversation.Gate(c, w, opens).Code)
		})
	}
}
