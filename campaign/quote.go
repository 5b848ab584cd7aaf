package campaign

import (
	"time"

	"reengage/conversation"
	"reengage/whatsapp/template"
)

// Quote says before the launch what a campaign would come to, over the segment as it stands (K5). Recipients and LeftOut add up to
// Contacts; the markets' Contacts add up to Recipients without those whom a hole keeps out.
type Quote struct {
	AsOf       time.Time `json:"as_of" doc:"Virtual: prices and the segment are of this moment."`
	Contacts   int       `json:"contacts" doc:"Of the segment."`
	Recipients int       `json:"recipients" doc:"Contacts who would get a place in the campaign (K1)."`
	LeftOut    LeftOut   `json:"left_out" doc:"Contacts who would not, by the first reason that holds."`
	Incomplete int       `json:"incomplete" doc:"Recipients who would be refused as template_parameters, because a field of theirs that has no fallback is empty."`
	Holes      []Hole    `json:"holes" nullable:"false" doc:"Which fields those are. One contact may lack several."`

	Scheme      string        `json:"scheme" doc:"By which the number owes now; empty: it cannot be applied."`
	Markets     []MarketQuote `json:"markets" nullable:"false" doc:"By market, the dearest first, those without a price last."`
	Totals      []Total       `json:"totals" nullable:"false" doc:"By currency; currencies are never added together."`
	Unpriced    int           `json:"unpriced" doc:"Recipients in markets without a price, which no total holds."`
	MayCostLess int           `json:"may_cost_less" doc:"Of those who are priced: with how many there has been something lately, so that an open session, window or entry point may make their message free or cheaper."`
	UpperBound  bool          `json:"upper_bound" doc:"Somebody may cost less (may_cost_less): all are priced as if nothing was going on with anybody. false: as things stand, the prices are exact."`
	WithWindow  int           `json:"with_window" doc:"Recipients whose window is open now."`

	Pace     Pace           `json:"pace"`
	Template QuotedTemplate `json:"template"`
	Warnings []Warning      `json:"warnings" nullable:"false" doc:"What somebody should know before the launch."`
}

// Hole counts the recipients who lack a field that the parameters name without a fallback.
type Hole struct {
	Field    string `json:"field" example:"city"`
	Contacts int    `json:"contacts"`
}

// MarketQuote is what the recipients of one market would cost.
type MarketQuote struct {
	Market       string `json:"market" example:"BR" doc:"Of the contacts; empty: not known."`
	Contacts     int    `json:"contacts"`
	PriceMicros  *int64 `json:"price_micros" doc:"Of one message; null: no rate card states it."`
	AmountMicros *int64 `json:"amount_micros" doc:"Of all of them; null without a price."`
	Currency     string `json:"currency" doc:"Empty without a price."`
	Rule         string `json:"rule" example:"P2" doc:"By which each is charged; empty without a price."`
	Missing      string `json:"missing,omitempty" doc:"Without a price: card, market and category for which none is stated."`
}

// Total is what a campaign would cost in one currency.
type Total struct {
	Currency     string `json:"currency" example:"USD"`
	AmountMicros int64  `json:"amount_micros"`
	Contacts     int    `json:"contacts"`
}

// Pace says how long the campaign would take. It goes by what holds everybody up, not by what becomes of each.
type Pace struct {
	MessagesPerSecond float64    `json:"messages_per_second" doc:"The campaign's share of the number's rate, in real time."`
	ContactsPerDay    *int32     `json:"contacts_per_day" doc:"How many contacts the number may begin with in any 24 h; null: as many as it likes."`
	Seconds           int64      `json:"seconds" doc:"From its start to the last message, virtual, quiet hours taken into account roughly: as if everybody lived in the number's time zone."`
	StartsAt          time.Time  `json:"starts_at"`
	EndsAt            *time.Time `json:"ends_at" doc:"null: never, as things stand."`
	BoundBy           string     `json:"bound_by" enum:"rate,contacts_per_day" doc:"What makes it take that long."`
}

// QuotedTemplate is the template as it stands.
type QuotedTemplate struct {
	Name     string                `json:"name"`
	Language string                `json:"language"`
	Found    bool                  `json:"found" doc:"The number's account has it."`
	Status   string                `json:"status" doc:"approved, or why it cannot be sent; empty unless found."`
	Quality  string                `json:"quality" doc:"green, yellow, red, unknown, or empty: not known yet."`
	Category conversation.Category `json:"category" doc:"Empty unless found."`
	Findings []template.Finding    `json:"findings" nullable:"false" doc:"Of the linter: rules of the provider that it breaks."`
}

// Warning is something that somebody should know before the launch.
type Warning struct {
	Code     WarningCode `json:"code" enum:"nobody,template_not_found,template_not_approved,template_parameters,template_quality,account_unknown,number_not_configured,sender_paused,unpriced,incomplete,budget_too_small,ends_too_early,never_ends,caps_and_hold_back,number_budget"`
	Sentence string      `json:"sentence"`
	Contacts *int        `json:"contacts,omitempty" doc:"Of budget_too_small and ends_too_early: how many it would reach; of incomplete and unpriced: how many are concerned."`
}

// WarningCode names a warning; it does not change.
type WarningCode string

// The warnings.
const (
	WarnNobody              WarningCode = "nobody"
	WarnTemplateNotFound    WarningCode = "template_not_found"
	WarnTemplateNotApproved WarningCode = "template_not_approved"
	WarnTemplateParameters  WarningCode = "template_parameters"
	WarnTemplateQuality     WarningCode = "template_quality"
	WarnAccountUnknown      WarningCode = "account_unknown"
	WarnNumberNotConfigured WarningCode = "number_not_configured"
	WarnSenderPaused        WarningCode = "sender_paused"
	WarnUnpriced            WarningCode = "unpriced"
	WarnIncomplete          WarningCode = "incomplete"
	WarnBudgetTooSmall      WarningCode = "budget_too_small"
	WarnEndsTooEarly        WarningCode = "ends_too_early"
	WarnNeverEnds           WarningCode = "never_ends"
	WarnNotPredicted        WarningCode = "caps_and_hold_back"
	WarnNumberBudget        WarningCode = "number_budget"
)
