package console

import (
	"errors"
	"net/http"
	"strings"

	"reengage/gateway/api"
)

// templateRequest is the API's, of POST /v1/conversations/{id}/templates.
type templateRequest struct {
	api.TemplateRef
	Critical bool `json:"critical,omitempty"`
}

// keepRequest is the API's, of POST /v1/conversations/{id}/kept-replies.
type keepRequest struct {
	Text     string          `json:"text"`
	Template api.TemplateRef `json:"template"`
}

// sendTemplate sends what the form says. Whoever resumes must still hold the claim: of two agents at once, one sends.
func (c *Console) sendTemplate(w http.ResponseWriter, r *http.Request) error {
	filled := filledBy(r)
	d, err := c.dossier(r)
	if err != nil {
		return err
	}
	if !filled.Resume && d.c.Window == nil {
		filled.Resume, err = true, c.resumeInstead(r)
	} else {
		err = c.sendFilled(r, d, filled)
	}
	var p *api.Problem
	switch {
	case err == nil:
		http.Redirect(w, r, hrefOf(d.c.ID.String()), http.StatusSeeOther)
		return nil
	case !errors.As(err, &p) || gone(p):
		return err
	}
	if p.Status != http.StatusServiceUnavailable {
		filled.Key = "" // else the outcome is not known, and the same key makes it safe to try again
	}
	v, unread := c.resumeView(r, filled, noticeOf(p))
	if unread != nil {
		return unread
	}
	return c.resumePage(w, r, statusOf(p), v)
}

func (c *Console) sendFilled(r *http.Request, d dossier, filled filledForm) error {
	t := d.templates.find(ofKey(filled.Template))
	switch {
	case filled.Template == "":
		return wrong("Choose a template first.")
	case t == nil:
		return &api.Problem{Status: http.StatusConflict, Code: "template_not_approved", Detail: "this template can no longer be sent"}
	case filled.Keeping && strings.TrimSpace(filled.Keep) == "":
		return wrong("There is no reply to keep yet: write one, or do not keep any.")
	}
	if filled.Resume && d.c.Window != nil {
		return &api.Problem{Status: http.StatusConflict, Code: "window_open", Detail: "the contact has written meanwhile; no template was sent"}
	}
	if filled.Resume {
		if p, err := c.claim(r); err != nil || p != nil {
			return either(err, p)
		}
	}
	ref := api.TemplateRef{Name: t.Name, Language: t.Language, Parameters: filledParameters(t.Parameters, filled.Values)}
	var err error
	if filled.Keeping {
		err = c.post(r, "/kept-replies", filled.Key, keepRequest{filled.Keep, ref})
	} else {
		err = c.post(r, "/templates", filled.Key, templateRequest{ref, filled.Critical})
	}
	if err == nil && filled.Resume {
		c.letGo(r)
	}
	return err
}

// letGo ends the claim of whoever has sent. If that fails nothing is lost: the claim ends by itself.
func (c *Console) letGo(r *http.Request) {
	if err := c.release(r); err != nil {
		c.log.WarnContext(r.Context(), "console: a claim stays for now", "error", err)
	}
}

// resumeInstead is for a form of the time when the window was still open: what it costs and permits has changed, and another agent
// may be at it. So nothing is sent; the conversation is claimed, and the same form asks again.
func (c *Console) resumeInstead(r *http.Request) error {
	if p, err := c.claim(r); err != nil || p != nil {
		return either(err, p)
	}
	return &api.Problem{Status: http.StatusConflict, Code: "resume_instead", Detail: "the window has closed meanwhile, so no template was sent"}
}

// wrong is what a form says about itself.
func wrong(sentence string) *api.Problem {
	return &api.Problem{Status: http.StatusUnprocessableEntity, Code: "invalid_field", Detail: sentence}
}

func either(err error, p *api.Problem) error {
	if err != nil {
		return err
	}
	return p
}
