package console

import (
	"html/template"
	"time"

	"reengage/conversation"
)

// functions are what templates may call beside their views' own methods.
var functions = template.FuncMap{
	"rfc3339":   func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	"stateWord": func(s conversation.StatusName) string { return stateWords[s] },
}

// stateWords are W6's states as the console says them: colour alone tells nobody enough.
var stateWords = map[conversation.StatusName]string{
	conversation.Active:        "Active",
	conversation.Expiring:      "Expiring",
	conversation.Expired:       "Expired",
	conversation.Resuming:      "Resuming",
	conversation.AwaitingReply: "Awaiting reply",
}
