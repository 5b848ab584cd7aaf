package console

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

var accountRoutes = []route{
	{"GET " + Path + "/account", access.Read, (*Console).account},
	{"POST " + Path + "/account/password", access.Read, (*Console).setPassword},
	{"POST " + Path + "/account/sessions/{id}/end", access.Read, (*Console).endSession},
}

// accountView is what somebody who has signed in sees of itself. Its times are real.
type accountView struct {
	Name, Role    string
	HasPassword   bool
	NeedsPassword bool // the current one must be told
	Saved         bool // the password has just been set
	Refusal       string
	Sessions      []sessionView
}

type sessionView struct {
	ID               uuid.UUID
	Here             bool // it is this browser's
	Began, Seen, End time.Time
	ByLink           bool
}

// roleWords are what roles may, in words.
var roleWords = map[access.Role]string{
	access.Viewer:        "Viewer: sees conversations and business numbers",
	access.Agent:         "Agent: sees conversations and business numbers, and writes to contacts",
	access.Accountant:    "Billing: sees conversations, business numbers and costs",
	access.Administrator: "Admin: may do everything",
}

func (c *Console) account(w http.ResponseWriter, r *http.Request) error {
	return c.accountPage(w, r, http.StatusOK, r.FormValue("saved") != "", "")
}

func (c *Console) accountPage(w http.ResponseWriter, r *http.Request, status int, saved bool, refusal string) error {
	here := sessionOf(r.Context())
	sessions, err := c.people.Sessions(r.Context(), here.Person.ID, c.now())
	if err != nil {
		return away(err)
	}
	v := accountOf(here, sessions)
	v.Saved, v.Refusal = saved && refusal == "", refusal
	return c.page(w, r, status, frame{Title: "Account", Here: "account", Page: "account", View: v})
}

func accountOf(here access.Session, sessions []access.Session) accountView {
	v := accountView{Name: here.Person.Name, Role: roleWords[here.Person.Role], HasPassword: here.Person.HasPassword, NeedsPassword: here.NeedsPassword()}
	for _, s := range sessions {
		v.Sessions = append(v.Sessions, sessionView{ID: s.ID, Here: s.ID == here.ID, Began: s.CreatedAt, Seen: s.SeenAt, End: s.EndsAt, ByLink: s.ByLink})
	}
	return v
}

func (c *Console) setPassword(w http.ResponseWriter, r *http.Request) error {
	password := r.PostFormValue("password")
	if password != r.PostFormValue("again") {
		return c.accountPage(w, r, http.StatusUnprocessableEntity, false, "The two new passwords are not the same.")
	}
	err := c.people.SetPassword(r.Context(), c.now(), sessionOf(r.Context()), r.PostFormValue("current"), password, c.proxies.address(r))
	var many *access.TooManyError
	switch {
	case errors.As(err, &many):
		return c.accountPage(w, r, http.StatusTooManyRequests, false, tooMany(w, many))
	case errors.Is(err, access.ErrRefused):
		return c.accountPage(w, r, http.StatusUnprocessableEntity, false, "The current password is another one.")
	case errors.Is(err, access.ErrInvalid):
		return c.accountPage(w, r, http.StatusUnprocessableEntity, false, sentenceOf(strings.TrimPrefix(err.Error(), access.ErrInvalid.Error()+": ")))
	case err != nil:
		return away(err)
	}
	http.Redirect(w, r, Path+"/account?saved=1", http.StatusSeeOther)
	return nil
}

func (c *Console) endSession(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("id"))
	if err == nil {
		err = c.people.End(r.Context(), sessionOf(r.Context()).Principal(), c.now(), id)
	} else {
		err = access.ErrUnknown
	}
	if errors.Is(err, access.ErrUnknown) {
		return &api.Problem{Status: http.StatusNotFound, Code: "session_not_found", Detail: "This session has ended already."}
	}
	if err != nil {
		return away(err)
	}
	http.Redirect(w, r, Path+"/account", http.StatusSeeOther)
	return nil
}
