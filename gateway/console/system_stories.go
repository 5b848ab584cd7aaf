package console

import (
	"io/fs"
	"regexp"

	"reengage/conversation"
)

// systemView is everything that pages are made of.
type systemView struct {
	States []conversation.StatusName
	Icons  []string
}

var systemStories = []story{
	{"system", frame{Title: "What pages are made of", Page: "system", View: systemView{
		States: []conversation.StatusName{conversation.Active, conversation.Expiring, conversation.Resuming, conversation.AwaitingReply, conversation.Expired},
		Icons:  icons(),
	}}},
}

// icons are the names of all there are.
func icons() (names []string) {
	file, err := fs.ReadFile(assetFiles, "assets/icons.svg")
	if err != nil {
		panic(err) // it is part of this package
	}
	for _, m := range regexp.MustCompile(`<symbol id="([a-z_]+)"`).FindAllSubmatch(file, -1) {
		names = append(names, string(m[1]))
	}
	return names
}
