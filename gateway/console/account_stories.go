package console

import (
	"time"

	"github.com/google/uuid"

	"reengage/gateway/access"
)

var accountStories = []story{
	{"account", frame{Title: "Account", Here: "account", Page: "account", View: accountView{Name: "Grace Example", Role: roleWords[access.Agent],
		HasPassword: true, NeedsPassword: true, Sessions: storySessions}}},
	{"account-without-password", frame{Title: "Account", Here: "account", Page: "account", View: accountView{Name: "Grace Example",
		Role: roleWords[access.Administrator], Sessions: storySessions[:1]}}},
	{"account-password-saved", frame{Title: "Account", Here: "account", Page: "account", View: accountView{Name: "Grace Example",
		Role: roleWords[access.Agent], HasPassword: true, Saved: true, Sessions: storySessions[:1]}}},
	{"account-password-refused", frame{Title: "Account", Here: "account", Page: "account", View: accountView{Name: "Grace Example",
		Role: roleWords[access.Agent], HasPassword: true, NeedsPassword: true, Refusal: "The current password is another one.", Sessions: storySessions}}},
}

var storySessions = []sessionView{
	{ID: uuid.UUID{1}, Here: true, Began: storyTime.Add(-time.Hour), Seen: storyTime, End: storyTime.Add(167 * time.Hour), ByLink: true},
	{ID: uuid.UUID{2}, Began: storyTime.Add(-50 * time.Hour), Seen: storyTime.Add(-9 * time.Hour), End: storyTime.Add(118 * time.Hour)},
}
