package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// The verbs. One that is not built yet is not here.
type verbs struct {
	Serve          serveVerb          `cmd:"" help:"Run the gateway: webhooks, API, relay, notifications."`
	Migrate        migrateVerb        `cmd:"" help:"Bring the database's schema up to date."`
	Inbound        inboundVerb        `cmd:"" help:"Record an inbound message."`
	Status         statusVerb         `cmd:"" help:"Show a conversation."`
	List           listVerb           `cmd:"" help:"List conversations: open windows by deadline, then the rest by last activity."`
	Send           sendVerb           `cmd:"" help:"Send a free-form message."`
	Template       templateVerbs      `cmd:"" help:"Send a template; or list them."`
	Kept           keptVerbs          `cmd:"" aliases:"keep" help:"Keep a reply until the contact answers a template; list, send or discard kept ones."`
	Close          closeVerb          `cmd:"" help:"Cancel a window's reminders and the plan to win the contact back."`
	Timeline       timelineVerb       `cmd:"" help:"Show everything that has happened in a conversation: messages, reminders, decisions, charges."`
	Explain        explainVerb        `cmd:"" help:"Show every decision about a conversation, and why."`
	Contact        contactVerbs       `cmd:"" help:"List contacts, show one; set its time zone, language, tags and fields."`
	Segment        segmentVerbs       `cmd:"" help:"List segments, show or save one; count whom a filter means."`
	Import         importVerb         `cmd:"" help:"Take contacts in from a CSV file: a dry run first, then, if you say so, the import."`
	Consent        consentVerbs       `cmd:"" help:"Show what a contact permits, opt it in or out, or have it not written to."`
	Numbers        numbersVerbs       `cmd:"" help:"List business numbers, show or set one up, pause or resume it."`
	Campaign       campaignVerbs      `cmd:"" help:"Broadcast a template to a segment: quote, preview, launch, watch."`
	ConversationID conversationIDVerb `cmd:"" name:"conversation-id" help:"Print a conversation's id; the conversation is made if there is none."`
	Rate           rateVerb           `cmd:"" help:"Rate events under a scheme: JSON lines in, charges as JSON lines out."`
	Compare        compareVerb        `cmd:"" help:"Compare what events, or the messages stored in a period, cost under several schemes."`
	LintTemplate   lintTemplateVerb   `cmd:"" help:"Find what Meta would object to in templates, before they are submitted."`
	Keys           keysVerbs          `cmd:"" help:"Add, list or revoke API keys."`
	Users          usersVerbs         `cmd:"" help:"Say who may sign in to the console, in which role; make a link that signs somebody in."`
	Charges        chargesVerbs       `cmd:"" help:"Show what the ledger says of a period; or decide what it charges by."`
}

const (
	exitFailed = 1
	exitUsage  = 2
)

// streams are where a verb reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	// The second signal is not caught: it ends the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, args []string, s streams) int {
	var v verbs
	helped := false
	parser, err := kong.New(&v, kong.Name("starter"),
		kong.Description("Keeps WhatsApp conversations alive within their 24-hour window, and accounts for what they cost."),
		kong.Writers(s.out, s.err), kong.Exit(func(int) { helped = true }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return fail(s, exitFailed, err)
	}
	call, err := parser.Parse(args)
	switch {
	case helped:
		return 0
	case err != nil:
		return fail(s, exitUsage, fmt.Errorf("%w (starter --help shows the usage)", err))
	}
	call.BindTo(ctx, (*context.Context)(nil))
	if err := call.Run(s); err != nil {
		return fail(s, exitCode(err), err)
	}
	return 0
}

// exitCode is what the error itself decides (its method ExitCode), else 1.
func exitCode(err error) int {
	var decided interface{ ExitCode() int }
	if errors.As(err, &decided) {
		return decided.ExitCode()
	}
	return exitFailed
}

// fail writes the error as one line.
func fail(s streams, code int, err error) int {
	fmt.Fprintln(s.err, "starter:", strings.Join(strings.Fields(err.Error()), " "))
	return code
}

// usageError is a call that the flags' types could not tell to be wrong.
type usageError string

func (u usageError) Error() string { return string(u) }
func (usageError) ExitCode() int   { return exitUsage }
