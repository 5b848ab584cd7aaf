package console

import "reengage/gateway/api"

var inboxStories = []story{
	{"inbox-empty", frame{Title: "Inbox", Here: "inbox", Page: "inbox", View: inboxView{Conversations: []api.Conversation{}}}},
}
