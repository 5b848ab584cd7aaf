package console

import (
	"cmp"
	"html/template"
	"io/fs"
	"strings"
	"time"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/importing"
)

// functions are what templates may call beside their views' own methods.
var functions = template.FuncMap{
	"rfc3339":   func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	"utc":       utc,
	"stateWord": func(s conversation.StatusName) string { return stateWords[s] },
	"sheet":     sheet,
	"ruleWords": func(rule string) string { return ruleWords[rule] },
	"inc":       func(i int) int { return i + 1 },
	"number":    number,
	"plural":    plural,
	// Of campaigns.
	"campaignWord":  func(s campaign.State) string { return cmp.Or(capital(string(s)), "All") },
	"recipientWord": func(s campaign.RecipientState) string { return recipientWords[s] },
	"codeWord":      codeWord,
	"importWord":    func(s importing.State) string { return importWords[s] },
	"importIcon": func(s importing.State) string {
		return cmp.Or(map[importing.State]string{importing.Finished: "tick", importing.Failed: "failed", importing.Checked: "search", importing.Cancelled: "stop"}[s], "waiting")
	},
	"statusIcon": func(good, bad bool) string {
		if good {
			return "tick"
		}
		if bad {
			return "stop"
		}
		return "waiting"
	},
	"deliveryIcon": func(status string) string {
		return cmp.Or(map[string]string{"delivered": "ticks", "read": "read", "failed": "failed"}[status], "tick")
	},
}

// stateWords are W6's states as the console says them: colour alone tells nobody enough.
var stateWords = map[conversation.StatusName]string{
	conversation.Active:        "Active",
	conversation.Expiring:      "Expiring",
	conversation.Expired:       "Expired",
	conversation.Resuming:      "Resuming",
	conversation.AwaitingReply: "Awaiting reply",
}

// sheet is where a page's own rules of style are, if it has any beside console.css; costs/compare has those of costs.
func sheet(page string) string {
	page, _, _ = strings.Cut(page, "/")
	name := "assets/" + page + ".css"
	if _, err := fs.Stat(assetFiles, name); err != nil {
		return ""
	}
	return Path + "/" + name
}
