package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"reengage/conversation"
	"reengage/gateway/api"
)

func printJSON(s streams, value any) error {
	e := json.NewEncoder(s.out)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

const none = "–"

// stamp writes an instant so that it means the same to everyone.
func stamp(t *time.Time) string {
	if t == nil {
		return none
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// closes says how much of the window is left, in hours and minutes, in its last minute in seconds.
func closes(w *conversation.Window) string {
	if w == nil {
		return none
	}
	return "in " + span(time.Duration(w.SecondsLeft)*time.Second)
}

func span(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return strings.TrimSuffix(d.Truncate(time.Minute).String(), "0s")
}

// inWords is how long something lasts: "30 min", "1 h 30 min".
func inWords(d time.Duration) string {
	h, m := int(d.Truncate(time.Minute).Hours()), int(d.Truncate(time.Minute).Minutes())%60
	switch {
	case h == 0 && m == 0:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d h %d min", h, m)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// longestName is how much of a contact's name is shown, in runes.
const longestName = 60

// printable makes of somebody else's text one that stays in its place: nothing in it moves the cursor, colours the
// terminal, ends a line, begins a column or turns the direction of writing.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func shortened(s string) string {
	if runes := []rune(s); len(runes) > longestName {
		return string(runes[:longestName-1]) + "…"
	}
	return s
}

func contactOf(c api.Contact) string {
	parts := []string{shortened(printable(c.Name))}
	for _, p := range []*string{c.Phone, c.BSUID} {
		if p != nil {
			parts = append(parts, printable(*p))
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "  ")
}

func printConversation(s streams, c api.Conversation) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	line := func(name, value string) { fmt.Fprintf(t, "%s\t%s\n", name, value) }
	line("conversation", c.ID.String())
	line("contact", contactOf(c.Contact))
	line("number", strings.TrimSpace(printable(c.Number.Display+"  "+c.Number.ID)))
	line("status", string(c.Status))
	if c.Window == nil {
		line("window", "closed")
	} else {
		line("window", fmt.Sprintf("%s to %s, closes %s", stamp(&c.Window.OpenedAt), stamp(&c.Window.ExpiresAt), closes(c.Window)))
	}
	line("last inbound", stamp(c.LastInboundAt))
	line("last outbound", stamp(c.LastOutboundAt))
	line("unanswered", yesNo(c.Unanswered))
	line("may be sent", sendable(c.CanSend))
	if c.ResumeClaim != nil {
		line("claimed", fmt.Sprintf("by %s until %s", printable(c.ResumeClaim.By), stamp(&c.ResumeClaim.Until)))
	}
	if c.Note != nil {
		line("note", printable(c.Note.Sentence))
	}
	if c.Next == nil {
		line("next", none)
	} else {
		line("next", fmt.Sprintf("%s at %s", c.Next.Kind, stamp(&c.Next.At)))
	}
	return t.Flush()
}

func sendable(can conversation.CanSend) string {
	var kinds []string
	if can.Freeform {
		kinds = append(kinds, "free-form")
	}
	if can.Template {
		kinds = append(kinds, "template")
	}
	if len(kinds) == 0 {
		kinds = []string{"nothing"}
	}
	text := strings.Join(kinds, ", ")
	if can.Reason != "" {
		text += " (" + string(can.Reason) + ")"
	}
	return text
}

func printConversations(s streams, page api.Page[api.Conversation]) error {
	if len(page.Items) == 0 {
		_, err := fmt.Fprintln(s.out, "No conversations.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STATUS\tCLOSES\tCONTACT\tUNANSWERED\tLAST INBOUND\tCONVERSATION")
	for _, c := range page.Items {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Status, closes(c.Window), contactOf(c.Contact), yesNo(c.Unanswered),
			stamp(c.LastInboundAt), c.ID)
	}
	if page.NextCursor != nil {
		fmt.Fprintf(t, "More: --cursor %s\n", *page.NextCursor)
	}
	return t.Flush()
}
