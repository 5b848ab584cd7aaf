package conversation

import (
	"fmt"
	"time"
)

// Code says why something may not be sent, in a word that does not change (sending.md, "What may be sent"); Allowed if it
// may.
type Code string

// Everything that the gate can say.
const (
	Allowed             Code = "allowed"
	WindowClosed        Code = "window_closed"         // free-form: the window is closed, or too close to its end (W5)
	OptInRequired       Code = "opt_in_required"       // a template out of the window, without the contact's opt-in
	OptedOutOf          Code = "opted_out"             // the contact has opted out of the template's category
	Suppressed          Code = "suppressed"            // the contact cannot be, or does not want to be, written to
	SenderPaused        Code = "sender_paused"         // the business number sends nothing
	SendInProgress      Code = "send_in_progress"      // another template is on its way
	TemplateNotFound    Code = "template_not_found"    // no such template in that language
	TemplateNotApproved Code = "template_not_approved" // pending, rejected, paused, disabled
	TemplateParameters  Code = "template_parameters"   // they do not fit the template
	FrequencyCapped     Code = "frequency_capped"      // the contact has been sent as many as the policy allows
	QuietHoursNow       Code = "quiet_hours"           // automatic sends: it is night where the contact lives
	BudgetExhausted     Code = "budget_exhausted"      // automatic sends: the policy's budget does not reach
	TooFewInbound       Code = "min_prior_inbound"     // re-engagement: the contact has hardly ever written
	TooLate             Code = "too_late"              // it could not be sent before its not_after
	PriceUnknown        Code = "price_unknown"         // automatic sends under a budget: no rate card states a price
	WaitADay            Code = "wait_24h"              // the provider chose not to deliver, and would again (131049)
	PlanEnded           Code = "plan_ended"            // re-engagement: the contact has answered, or the plan was stopped
	ConversationMerged  Code = "conversation_merged"   // the contact has become part of another (W10)
	AgentAtWork         Code = "agent_at_work"         // campaigns: the contact waits for an answer of ours (K4)
	CampaignStopped     Code = "campaign_stopped"      // campaigns: it does not run, or has come to its end
	AlreadySent         Code = "already_sent"          // campaigns: this person gets it already, as another recipient (K3)
)

// Circumstances are what the gate's verdict rests on beside what is to be sent.
type Circumstances struct {
	Facts       Facts
	Permissions Permissions
	// Margin is how far from the window's end a free-form message must keep; zero: SendMargin.
	Margin time.Duration
}

func (c Circumstances) margin() time.Duration {
	if c.Margin == 0 {
		return SendMargin
	}
	return c.Margin
}

// Wish is what somebody, or a policy, wants to send.
type Wish struct {
	Template  bool // else free-form
	Automatic bool // by a policy: then caps, quiet hours and budget hold as well
	// Pending is how far this very send has got, if it has been planned: it is not in its own way.
	Pending bool
	// Of a campaign's. NeedsOptIn: an open window is no opt-in (K1). HoldBack: not while the contact waits for an answer of ours (K4).
	NeedsOptIn, HoldBack bool
	// Stopped is the campaign's state if it does not run, or why it is to stop (CampaignEnded, TemplateRecategorised); AlreadySent: the same person gets it
	// as another recipient.
	Stopped     string
	AlreadySent bool
	// What is known of the template. Unknown: the transaction that plans the send looks it up and asks again.
	Known      bool
	Found      bool
	Category   Category
	Status     string // approved, or why not
	Parameters string // what is wrong with them, a sentence; empty if they fit
	// Of automatic sends.
	Caps     []CapUse
	Quiet    *Quiet
	Budget   *BudgetUse
	Prior    *PriorInbound
	Unpriced string // which price is missing, if a budget asks for one
	// UnpricedForAll: no price of the number's is known, whatever the contact's market.
	UnpricedForAll bool
}

// CapUse is a cap with what has been sent within its period.
type CapUse struct {
	Max  int      `json:"max"`
	Per  Duration `json:"per"`
	Sent int      `json:"sent"`
}

// BudgetUse is what one more send would cost, and what is left for it in the day and the month.
type BudgetUse struct {
	PriceMicros int64  `json:"price_micros"`
	Currency    string `json:"currency"`
	Period      string `json:"period"` // day, month or campaign, whichever is exhausted first
	LimitMicros int64  `json:"limit_micros"`
	SpentMicros int64  `json:"spent_micros"` // what is reserved counts
}

// PriorInbound is how often the contact has written, and how often it must have.
type PriorInbound struct {
	Min      int `json:"min"`
	Messages int `json:"messages"`
}

// Verdict is what the gate says: whether it may be sent, the rule that decided, one sentence for people and the facts that
// it rests on.
type Verdict struct {
	Code     Code         `json:"code"`
	Rule     string       `json:"rule"`
	Sentence string       `json:"sentence"`
	Facts    VerdictFacts `json:"facts,omitzero"`
}

// Allows reports whether it may be sent.
func (v Verdict) Allows() bool { return v.Code == Allowed }

// VerdictFacts are the facts that mattered; the others are left out.
type VerdictFacts struct {
	ExpiresAt    time.Time     `json:"expires_at,omitzero"` // the window's end, in the future
	ExpiredAt    time.Time     `json:"expired_at,omitzero"` // the same in the past, or when it was disputed (W9)
	Consent      Consent       `json:"consent,omitempty"`
	Category     Category      `json:"category,omitempty"`
	Suppression  string        `json:"suppression,omitempty"`
	SenderPaused string        `json:"sender_paused,omitempty"`
	Status       string        `json:"status,omitempty"` // of the template
	Pending      string        `json:"pending,omitempty"`
	Cap          *CapUse       `json:"cap,omitempty"`
	QuietUntil   time.Time     `json:"quiet_until,omitzero"`
	Budget       *BudgetUse    `json:"budget,omitempty"`
	Prior        *PriorInbound `json:"prior,omitempty"`
	Campaign     string        `json:"campaign,omitempty"` // its state, of one that does not run, or why it is to stop
	// UnpricedForAll: of a price that is not known, that it is so for all, whatever their markets.
	UnpricedForAll bool      `json:"unpriced_for_all,omitempty"`
	WaitingSince   time.Time `json:"waiting_since,omitzero"` // the contact's message that nobody has answered (K4)
}

// Gate decides whether something may be sent at now: the one function that the workflow, the activities, the API and the
// console ask. The obstacles are looked at in one order, and the first one found is the answer.
func Gate(c Circumstances, w Wish, now time.Time) Verdict {
	order := inOrder
	if w.NeedsOptIn {
		order = inCampaignOrder
	}
	for _, look := range order {
		if refused := look(c, w, now); refused != nil {
			return *refused
		}
	}
	return allowed(c, w, now)
}

// A campaign asks again where an obstacle passes by itself. So what will not pass goes before that: who will never get it hears
// so at once, and is not held first.
var (
	inOrder         = []look{senderAndContact, template, inProgress, window, consent, often, quiet, money}
	inCampaignOrder = []look{stopped, senderAndContact, template, consent, sentAlready, often, inProgress, atWork, quiet, money}
)

type look func(c Circumstances, w Wish, now time.Time) *Verdict

func refuse(code Code, rule string, facts VerdictFacts, sentence string, args ...any) *Verdict {
	return &Verdict{Code: code, Rule: rule, Facts: facts, Sentence: fmt.Sprintf(sentence, args...)}
}

// senderAndContact: a paused sender and a suppressed contact go before everything else.
func senderAndContact(c Circumstances, w Wish, _ time.Time) *Verdict {
	p := c.Permissions
	switch {
	case p.SenderPaused != "":
		return refuse(SenderPaused, "gate", VerdictFacts{SenderPaused: p.SenderPaused}, "the business number sends nothing at the moment")
	case p.Suppressed != "":
		return refuse(Suppressed, "gate", VerdictFacts{Suppression: p.Suppressed}, "nothing is sent to this contact")
	case p.SuppressedMarketing != "" && w.Template && w.Category == Marketing:
		return refuse(Suppressed, "gate", VerdictFacts{Suppression: p.SuppressedMarketing, Category: Marketing},
			"no marketing is sent to this contact")
	}
	return nil
}

func template(_ Circumstances, w Wish, _ time.Time) *Verdict {
	switch {
	case !w.Template || !w.Known:
		return nil
	case !w.Found:
		return refuse(TemplateNotFound, "gate", VerdictFacts{}, "there is no such template in that language")
	case w.Status != "approved":
		return refuse(TemplateNotApproved, "gate", VerdictFacts{Status: w.Status}, "the template is %s, not approved", w.Status)
	case w.Parameters != "":
		return refuse(TemplateParameters, "gate", VerdictFacts{}, "%s", w.Parameters)
	}
	return nil
}

// inProgress: one template at a time, else a contact gets two because somebody could not wait.
func inProgress(c Circumstances, w Wish, _ time.Time) *Verdict {
	if !w.Template || w.Pending || c.Facts.TemplatePending == "" {
		return nil
	}
	return refuse(SendInProgress, "W6", VerdictFacts{Pending: string(c.Facts.TemplatePending)},
		"another template is on its way, and it is not known yet what becomes of it")
}

func window(c Circumstances, w Wish, now time.Time) *Verdict {
	switch {
	case w.Template || c.Facts.FreeformAllowed(now, c.margin()):
		return nil
	case c.Facts.LastInboundAt.IsZero():
		return refuse(WindowClosed, "W1", VerdictFacts{}, "the contact has never written, so only a template may be sent")
	case c.Facts.Disputed() && c.Facts.DisputedAt.Before(c.Facts.ExpiresAt):
		return refuse(WindowClosed, "W9", VerdictFacts{ExpiredAt: expiredAt(c.Facts)},
			"the provider considers the window closed, so only a template may be sent")
	case c.Facts.WindowOpen(now):
		return refuse(WindowClosed, "W5", VerdictFacts{ExpiresAt: c.Facts.ExpiresAt},
			"the window is too close to its end, so only a template may be sent")
	}
	return refuse(WindowClosed, "W5", VerdictFacts{ExpiredAt: expiredAt(c.Facts)}, "the window has closed, so only a template may be sent")
}

// expiredAt is when the window that is closed now did close: by itself or, before that, by a dispute (W9).
func expiredAt(f Facts) time.Time {
	if f.Disputed() {
		return earlier(f.ExpiresAt, f.DisputedAt)
	}
	return f.ExpiresAt
}

// consent: whoever talks to us has opted in as long as the window lasts, unless to what it has opted out of. To a campaign it has
// not (K1).
func consent(c Circumstances, w Wish, now time.Time) *Verdict {
	if !w.Template || w.Category == "" {
		return nil
	}
	held := c.Permissions.Consent(w.Category)
	facts := VerdictFacts{Consent: held, Category: w.Category}
	switch {
	case held == OptedOut:
		return refuse(OptedOutOf, "gate", facts, "the contact has opted out of %s messages", w.Category)
	case held == OptedIn || c.Facts.WindowOpen(now) && !w.NeedsOptIn:
		return nil
	case w.NeedsOptIn:
		return refuse(OptInRequired, "K1", facts, "the contact has not opted in to %s messages, and a campaign goes to nobody else", w.Category)
	}
	facts.ExpiredAt = expiredAt(c.Facts)
	return refuse(OptInRequired, "gate", facts, "the window is closed and the contact has not opted in to %s messages", w.Category)
}

// often: of what goes by itself, how often the contact has written, and been written to.
func often(_ Circumstances, w Wish, _ time.Time) *Verdict {
	if !w.Automatic {
		return nil
	}
	if p := w.Prior; p != nil && p.Messages < p.Min {
		return refuse(TooFewInbound, "policy", VerdictFacts{Prior: p}, "messages that the contact has written: %d; the policy asks for %d", p.Messages, p.Min)
	}
	for _, use := range w.Caps {
		if use.Sent >= use.Max {
			return refuse(FrequencyCapped, "policy", VerdictFacts{Cap: &use}, "templates that the contact has been sent within %s h: %d; the policy allows %d",
				hours(time.Duration(use.Per)), use.Sent, use.Max)
		}
	}
	return nil
}

func quiet(_ Circumstances, w Wish, now time.Time) *Verdict {
	if !w.Automatic {
		return nil
	}
	if until, quiet := w.Quiet.Until(now); quiet {
		return refuse(QuietHoursNow, "policy", VerdictFacts{QuietUntil: until}, "it is outside the hours in which the contact may be written to")
	}
	return nil
}

func money(_ Circumstances, w Wish, _ time.Time) *Verdict {
	if !w.Automatic {
		return nil
	}
	switch b := w.Budget; {
	case w.Unpriced != "":
		facts := VerdictFacts{UnpricedForAll: w.UnpricedForAll}
		if w.UnpricedForAll {
			return refuse(PriceUnknown, "policy", facts, "no price can be held against the budget: %s", w.Unpriced)
		}
		return refuse(PriceUnknown, "policy", facts, "no rate card states its price: %s", w.Unpriced)
	case b != nil && b.SpentMicros+b.PriceMicros > b.LimitMicros:
		return refuse(BudgetExhausted, "policy", VerdictFacts{Budget: b}, "the budget of the %s does not reach for it", b.Period)
	}
	return nil
}

func allowed(c Circumstances, w Wish, now time.Time) Verdict {
	v := Verdict{Code: Allowed, Rule: "W5", Sentence: "the window is open"}
	if c.Facts.WindowOpen(now) {
		v.Facts.ExpiresAt = c.Facts.ExpiresAt
	} else {
		v.Facts.ExpiredAt = expiredAt(c.Facts)
	}
	if w.Template {
		v.Rule, v.Facts.Category, v.Facts.Consent = "gate", w.Category, c.Permissions.Consent(w.Category)
		switch {
		case v.Facts.Consent == OptedIn:
			v.Sentence = fmt.Sprintf("the contact has opted in to %s messages", w.Category)
		case w.Category == "":
			v.Sentence = "nothing that is known so far stands in its way"
		default:
			v.Sentence = "the window is open, which is an opt-in as long as it lasts"
		}
		v.Facts.Budget = w.Budget
	}
	return v
}
