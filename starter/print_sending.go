package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"reengage/conversation"
	"reengage/gateway/api"
)

func printAccepted(s streams, a api.Accepted) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	line := func(name, value string) { fmt.Fprintf(t, "%s\t%s\n", name, value) }
	line("conversation", a.ConversationID.String())
	if a.SendID != nil {
		line("send", a.SendID.String())
	}
	if a.KeptReplyID != nil {
		line("kept reply", a.KeptReplyID.String())
	}
	outcome := printable(a.Verdict.Sentence)
	if a.Repeated {
		outcome += " (answered before)"
	}
	line("allowed", outcome)
	line("request", printable(a.RequestID))
	return t.Flush()
}

func printDecisions(s streams, items []api.Decision) error {
	if len(items) == 0 {
		_, err := fmt.Fprintln(s.out, "Nothing has been decided yet.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "AT\tSUBJECT\tSEND\tRULE\tDECISION\tWHY")
	for _, d := range items {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", stamp(&d.At), printable(d.Subject), ofSend(d), printable(d.Rule), decided(d), printable(d.Sentence))
	}
	return t.Flush()
}

// ofSend tells the sends of a conversation apart; --json has their ids in full.
func ofSend(d api.Decision) string {
	if d.SendID == nil {
		return none
	}
	return d.SendID.String()[:8]
}

func decided(d api.Decision) string {
	if d.Allowed != nil && !*d.Allowed {
		return "refused: " + printable(d.Code)
	}
	return printable(d.Code)
}

func printTemplates(s streams, page api.TemplatePage) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	if len(page.Items) == 0 {
		fmt.Fprintln(t, "No templates.")
	} else {
		fmt.Fprintln(t, "NAME\tLANGUAGE\tSTATUS\tCATEGORY\tQUALITY\tLAST USED\tACCEPTED\tDELIVERED\tREAD\tFAILED")
	}
	for _, i := range page.Items {
		use := api.TemplateUse{}
		if i.Use != nil {
			use = *i.Use
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\n", printable(i.Name), printable(i.Language), printable(i.Status),
			orDash(i.Category), orDash(i.Quality), stamp(i.LastUsedAt), use.Accepted, use.Delivered, use.Read, use.Failed)
	}
	for _, a := range page.Accounts {
		fmt.Fprintf(t, "Account %s has %d of %d templates. Counts are of the last 30 days.\n", printable(a.WABA), a.Templates, a.Limit)
	}
	for _, w := range page.Warnings {
		fmt.Fprintf(t, "Warning: %s.\n", printable(w.Sentence))
	}
	if page.NextCursor != nil {
		fmt.Fprintf(t, "More: --cursor %s\n", *page.NextCursor)
	}
	return t.Flush()
}

func printKept(s streams, page api.Page[api.KeptReply]) error {
	if len(page.Items) == 0 {
		_, err := fmt.Fprintln(s.out, "No kept replies.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STATE\tKEPT\tUNTIL\tKEPT REPLY\tTEXT")
	for _, k := range page.Items {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", k.State, stamp(&k.KeptAt), stamp(&k.KeepUntil), k.ID, shortened(printable(k.Text)))
	}
	if page.NextCursor != nil {
		fmt.Fprintf(t, "More: --cursor %s\n", *page.NextCursor)
	}
	return t.Flush()
}

func printContact(s streams, c api.KnownContact) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	line := func(name, value string) { fmt.Fprintf(t, "%s\t%s\n", name, value) }
	line("contact", c.ID.String())
	line("who", contactOf(c.Contact))
	line("time zone", textOrNone(c.TimeZone))
	line("language", textOrNone(c.Language))
	line("tags", orDash(strings.Join(c.Tags, "; ")))
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		line(printable(name), printable(c.Fields[name]))
	}
	for _, category := range conversation.Categories {
		line(string(category), strings.ReplaceAll(string(c.Consent[string(category)]), "_", " "))
	}
	for _, p := range c.Suppressions {
		if p.InForce {
			line("suppressed", fmt.Sprintf("%s, %s, since %s, by %s", p.Scope, p.Reason, stamp(&p.Since), printable(p.Source)))
		}
	}
	for _, h := range c.History {
		said := "opted out of "
		if h.OptedIn {
			said = "opted in to "
		}
		line(stamp(&h.OccurredAt), said+printable(h.Category)+" ("+printable(h.Source)+")")
	}
	return t.Flush()
}

func printNumbers(s streams, page api.Page[api.BusinessNumber]) error {
	if len(page.Items) == 0 {
		_, err := fmt.Fprintln(s.out, "No business numbers.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NUMBER\tDISPLAY\tCONFIGURED\tSENDS\tSCHEME\tTIME ZONE")
	for _, n := range page.Items {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", printable(n.ID), orDash(n.Display), yesNo(n.Configured), sends(n), schemeOf(n), n.TimeZone)
	}
	return t.Flush()
}

func printNumber(s streams, n api.BusinessNumber) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	line := func(name, value string) { fmt.Fprintf(t, "%s\t%s\n", name, value) }
	line("number", printable(n.ID))
	line("display", orDash(n.Display))
	line("WhatsApp account", orDash(n.WABA))
	line("portfolio", printable(n.Portfolio))
	line("configured", yesNo(n.Configured))
	line("sends", sends(n))
	if n.SenderPaused != nil {
		line("to have it send", "put right what paused it, then starter numbers resume")
	}
	line("messages per second", fmt.Sprint(n.MessagesPerSecond))
	if n.ContactsPerDay > 0 {
		line("contacts begun with in 24 h", fmt.Sprint(n.ContactsPerDay))
	} else {
		line("contacts begun with in 24 h", "no limit")
	}
	line("scheme", schemeOf(n))
	line("time zone", n.TimeZone)
	line("account's time zone", n.AccountTimeZone)
	for _, language := range slices.Sorted(maps.Keys(n.StopWords)) {
		line("stop words "+printable(language), printable(strings.Join(n.StopWords[language], ", ")))
	}
	settings, err := json.MarshalIndent(n.Settings, "", "  ")
	if err != nil {
		return err
	}
	for _, w := range n.Warnings {
		line("warning", printable(w.Sentence))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "settings %s\n", settings)
	return err
}

func sends(n api.BusinessNumber) string {
	if n.SenderPaused == nil {
		return "yes"
	}
	why := printable(n.SenderPaused.Class)
	if n.SenderPaused.Code != nil {
		why += fmt.Sprintf(", error %d,", *n.SenderPaused.Code)
	}
	return fmt.Sprintf("no (%s since %s)", why, stamp(&n.SenderPaused.At))
}

func schemeOf(n api.BusinessNumber) string {
	if n.Scheme == nil {
		return "meta"
	}
	return printable(n.Scheme.Name)
}

func orDash(s string) string {
	if s == "" {
		return none
	}
	return printable(s)
}
