package console

import (
	"net/url"

	"reengage/campaign"
)

// campaignsPath is where campaigns are listed; each has its page below.
const campaignsPath = Path + "/campaigns"

// campaignParts are the pages of this part of the console.
func campaignParts(here string) []choice {
	return []choice{
		{"Campaigns", campaignsPath, here == campaignsPath},
		{"Templates", templatesPath, here == templatesPath},
	}
}

// campaignsView is the list, the latest first.
type campaignsView struct {
	Parts       []choice
	Self        string
	States      []stateLink
	State       campaign.State // empty: all
	Rows        []campaignRow
	First, Next string
	May         bool // begin one
	Moving      bool // one of them changes by itself, so the list is asked for again
	Segments    bool // there is one to begin with
}

// stateLink is one of the states to look at; the empty one is all of them.
type stateLink struct {
	State  campaign.State
	Href   string
	Chosen bool
}

// campaignRow is one of them.
type campaignRow struct {
	ID, Href, Name                    string
	Number, Template, Segment, Reason string
	State                             campaign.State
	Started                           *moment
	Begins                            *moment // of one that is scheduled
	Progress                          *progress
	Answered                          string // share of those who got it; empty: nobody did yet
}

// progress is how many of all recipients are done with.
type progress struct {
	Done, All int64
	Text      string
}

func progressOf(done, all int64) *progress {
	if all <= 0 {
		return nil
	}
	return &progress{done, all, number(done) + " of " + number(all)}
}

// hadTurn is how many are done with because they had their turn: whom a campaign that was cancelled, or has come to its end, leaves
// out has not had it, and its bar does not fill.
func hadTurn(r campaign.Results) int64 { return int64(r.Progress.Done - r.NotSent) }

// stateLinks lead to the campaigns of a state each.
func stateLinks(chosen campaign.State) []stateLink {
	links := []stateLink{{"", campaignsPath, chosen == ""}}
	for _, s := range campaignStates {
		links = append(links, stateLink{s, campaignsHref(s, ""), chosen == s})
	}
	return links
}

// campaignsHref is where a page of the list is.
func campaignsHref(state campaign.State, cursor string) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	return campaignsPath + query(q)
}

func campaignHref(id string) string { return campaignsPath + "/" + url.PathEscape(id) }
