package console

import (
	"net/url"
	"time"

	"reengage/campaign"
	"reengage/whatsapp/template"
)

// resultsView is the page of a campaign that has been launched: what has become of it so far.
type resultsView struct {
	ID, Here, Name              string
	Number, Template, Segment   string
	SegmentHref                 string
	State                       campaign.State
	Stopped                     *stopped
	Begins                      *zoned
	Launched                    *moment
	Finished                    *moment
	Progress                    *progress
	SoFar                       string // how many have been chosen, while that goes on
	Pace                        string // how fast, and about until when
	Figures                     []figure
	Funnel                      chart
	Series                      *chart
	Places                      []placeLine
	Reasons                     []reasonGroup
	Costs                       []campaignCost
	LeftOut                     []leftOutLine
	Answered                    int64
	AnsweredName                string // of the segment that can be made of them
	May, MayResume              bool
	Refusal                     string
	MayPause, CanResume, CanEnd bool
	Refreshes                   string // when it asks for itself again, as htmx's trigger
	Shown                       *template.Preview
}

// placeLine is how many recipients are in a state, with the way to them.
type placeLine struct {
	Word, Count, Share, Href string
}

// reasonGroup is why recipients are where they are.
type reasonGroup struct {
	Title string
	Lines []placeLine
}

// campaignCost is what it has cost in a currency so far.
type campaignCost struct{ Total, Each string }

// recipientsHref is where the recipients of a state and code are.
func recipientsHref(here string, state campaign.RecipientState, code string) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if code != "" {
		q.Set("code", code)
	}
	return here + "/recipients" + query(q)
}

// resultsOf fills in what the results say.
func (v *resultsView) resultsOf(r campaign.Results, zone *time.Location) {
	all := int64(r.Recipients)
	if !r.Chosen && r.State == campaign.Running {
		if all > 0 {
			v.SoFar = number(all)
		}
		return
	}
	v.Progress = progressOf(hadTurn(r), all)
	v.Pace = paceOf(r, zone)
	v.Answered = int64(r.Answered)
	v.Funnel = funnelOf(r)
	v.Series = seriesOf(r.Series, zone)
	v.Figures = []figure{
		{"Delivered", number(int64(r.Delivered)), orText(share(int64(r.Delivered), all), "of nobody yet", " of all")},
		{"Answered", number(int64(r.Answered)), orText(share(int64(r.Answered), int64(r.Delivered)), "of nobody yet", " of the delivered")},
		{"Opted out", number(int64(r.OptedOut)), orText(share(int64(r.OptedOut), int64(r.Accepted)), "of nobody yet", " of the accepted")},
	}
	for _, c := range r.Costs {
		cost := campaignCost{Total: money(c.AmountMicros, c.Currency)}
		if c.AnswerMicros != nil {
			cost.Each = money(*c.AnswerMicros, c.Currency)
		}
		v.Costs = append(v.Costs, cost)
	}
	for _, p := range []struct {
		state campaign.RecipientState
		n     int
	}{{campaign.RecipientPending, r.Pending}, {campaign.RecipientHeld, r.Held}, {campaign.RecipientPlanned, r.InProgress}, {campaign.RecipientAccepted, r.Accepted},
		{campaign.RecipientRefused, r.Refused}, {campaign.RecipientFailed, r.Failed}, {campaign.RecipientUnknown, r.Unknown}, {campaign.RecipientNotSent, r.NotSent}} {
		if p.n == 0 {
			continue
		}
		line := placeLine{recipientWords[p.state], number(int64(p.n)), share(int64(p.n), all), recipientsHref(v.Here, p.state, "")}
		if p.state == campaign.RecipientPlanned {
			line.Href = v.Here + "/recipients" // asked, planned and in flight are three states
		}
		v.Places = append(v.Places, line)
	}
	v.reasons("Held back for now", campaign.RecipientHeld, r.HeldBy)
	v.reasons("Refused", campaign.RecipientRefused, r.RefusedBy)
	v.reasons("Failed", campaign.RecipientFailed, r.FailedBy)
	v.reasons("Not sent", campaign.RecipientNotSent, r.NotSentBy)
	if r.LeftOut != nil {
		v.LeftOut = leftOutOf(*r.LeftOut)
	}
}

func (v *resultsView) reasons(title string, state campaign.RecipientState, counts []campaign.CodeCount) {
	if len(counts) == 0 {
		return
	}
	g := reasonGroup{Title: title}
	for _, c := range counts {
		g.Lines = append(g.Lines, placeLine{Word: capital(codeWord(c.Code)), Count: number(int64(c.Recipients)), Href: recipientsHref(v.Here, state, c.Code)})
	}
	v.Reasons = append(v.Reasons, g)
}

// orText is a text with what follows it, or what is said where there is none.
func orText(text, otherwise, after string) string {
	if text == "" {
		return otherwise
	}
	return text + after
}

// paceOf says how fast it goes, and until when.
func paceOf(r campaign.Results, zone *time.Location) string {
	if r.State != campaign.Running || r.Progress.EndsAt == nil {
		return ""
	}
	return "about until " + zonedOf(*r.Progress.EndsAt, zone).Full
}
