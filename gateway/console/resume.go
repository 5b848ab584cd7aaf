package console

import (
	"errors"
	"net/http"
	"time"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

var resumeRoutes = []route{
	{"GET " + conversationPath + "/resume", access.Send, (*Console).showResume},
	{"POST " + conversationPath + "/resume", access.Send, (*Console).openResume},
	{"POST " + conversationPath + "/resume/renew", access.Send, (*Console).renewClaim},
	{"POST " + conversationPath + "/resume/leave", access.Send, (*Console).leaveResume},
	{"GET " + conversationPath + "/template", access.Send, (*Console).showTemplate},
	{"POST " + conversationPath + "/preview", access.Send, (*Console).showPreview},
	{"POST " + conversationPath + "/templates", access.Send, (*Console).sendTemplate},
}

// resumeView is the page on which a template is chosen, filled in and sent: to resume a closed conversation, which is then claimed
// (W6), or in an open window in place of a message.
type resumeView struct {
	ID     string
	Here   string // the conversation's page
	Name   string
	Resume bool // else the window was open
	Notice *notice
	Claim  *claimView // nil: nobody's
	// RenewEvery is how often an open page renews the claim, in real seconds.
	RenewEvery int
	Form       *templateForm // nil: the claim is not this person's, or the window is open after all
	Open       bool          // there is nothing to resume
	Kept       string        // what somebody has written, where there is no form
}

// renewal is a third of what a claim lasts (W6), in virtual time.
const renewal = 10 * time.Minute / 3

func resumeOf(d dossier, filled filledForm, p *api.TemplatePreview, n *notice) resumeView {
	v := resumeView{ID: d.c.ID.String(), Here: hrefOf(d.c.ID.String()), Name: d.name(), Resume: filled.Resume, Notice: n,
		Claim: claimOf(d, zoneOf(d.number.TimeZone)), RenewEvery: renewEvery(d.scale)}
	switch {
	case filled.Resume && d.c.Window != nil:
		v.Open, v.Kept = true, filled.Keep
	case !filled.Resume || v.Claim != nil && v.Claim.Mine:
		v.Form = templateFormOf(d, filled, p)
	default:
		v.Kept = filled.Keep
	}
	return v
}

// renewEvery is in whole seconds, so on a clock that runs much faster than the real one the claim is not held all the time.
func renewEvery(scale float64) int {
	return int(min(max(renewal.Seconds()/scale, 1), renewal.Seconds()))
}

// resumeView asks for everything that the page shows.
func (c *Console) resumeView(r *http.Request, filled filledForm, n *notice) (resumeView, error) {
	d, err := c.dossier(r)
	if err != nil {
		return resumeView{}, err
	}
	d.again = n != nil && filled.Key == ""
	p, err := c.previewed(r, d, filled)
	return resumeOf(d, filled, p, n), err
}

func (c *Console) resumePage(w http.ResponseWriter, r *http.Request, status int, v resumeView) error {
	title := "Resume · " + v.Name
	if !v.Resume {
		title = "Send a template · " + v.Name
	}
	return c.page(w, r, status, frame{Title: title, Here: "inbox", Page: "conversation/resume", View: v})
}

// openResume claims the conversation, so that the others see that somebody is at it. What was typed in the composer comes along, to
// be kept until the contact answers.
func (c *Console) openResume(w http.ResponseWriter, r *http.Request) error {
	text, status := unix(r.PostFormValue("text")), http.StatusOK
	p, err := c.claim(r)
	switch {
	case err != nil:
		return err
	case p != nil:
		status = p.Status
	case text == "":
		http.Redirect(w, r, hrefOf(r.PathValue("id"))+"/resume", http.StatusSeeOther)
		return nil
	}
	v, err := c.resumeView(r, filledForm{Resume: true, Keep: text, Keeping: text != ""}, nil)
	if err != nil {
		return err
	}
	return c.resumePage(w, r, status, v)
}

// showResume is the page for whoever has claimed the conversation; others see who has, or may claim it. Looking claims nothing.
func (c *Console) showResume(w http.ResponseWriter, r *http.Request) error {
	filled := filledBy(r)
	filled.Resume = true
	v, err := c.resumeView(r, filled, nil)
	if err != nil {
		return err
	}
	return c.resumePage(w, r, http.StatusOK, v)
}

// showTemplate is the page for an open window; in a closed one a template is sent by resuming.
func (c *Console) showTemplate(w http.ResponseWriter, r *http.Request) error {
	found, err := c.conversation(r)
	if err != nil {
		return err
	}
	if found.Window == nil {
		http.Redirect(w, r, hrefOf(found.ID.String())+"/resume", http.StatusSeeOther)
		return nil
	}
	v, err := c.resumeView(r, filledBy(r), nil)
	if err != nil {
		return err
	}
	return c.resumePage(w, r, http.StatusOK, v)
}

// renewClaim holds the claim for as long as somebody sits before the page that is open (resume.js), and says so if it has been lost.
func (c *Console) renewClaim(w http.ResponseWriter, r *http.Request) error {
	if _, err := c.claim(r); err != nil {
		return err
	}
	d, err := c.briefDossier(r)
	if err != nil {
		return err
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Resume", Page: "conversation/claim", View: resumeOf(d, filledForm{Resume: true}, nil, nil)})
}

// leaveResume lets go of the claim.
func (c *Console) leaveResume(w http.ResponseWriter, r *http.Request) error {
	if err := c.release(r); err != nil {
		return err
	}
	http.Redirect(w, r, hrefOf(r.PathValue("id")), http.StatusSeeOther)
	return nil
}

// claim claims, or begins anew with what this person has claimed. The problem is resume_claimed: it is another's.
func (c *Console) claim(r *http.Request) (*api.Problem, error) {
	err := c.ask(r, http.MethodPost, "/resume-claim", "", struct{}{}, nil) // the API knows who asks
	var p *api.Problem
	if errors.As(err, &p) && p.Code == "resume_claimed" {
		return p, nil
	}
	return nil, err
}

// release lets go. Another's claim is not ours to let go of.
func (c *Console) release(r *http.Request) error {
	err := c.ask(r, http.MethodDelete, "/resume-claim", "", struct{}{}, nil)
	var p *api.Problem
	if errors.As(err, &p) && p.Code == "resume_claimed" {
		return nil
	}
	return err
}
