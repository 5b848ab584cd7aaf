package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// troubles are what a person would not see and a developer must.
type troubles struct {
	mu   sync.Mutex
	list []string
}

func (t *troubles) add(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, fmt.Sprintf(format, args...))
}

// Troubles are those that the tab has had so far, in order.
func (t *Tab) Troubles() []string {
	t.troubles.mu.Lock()
	defer t.troubles.mu.Unlock()
	return slices.Clone(t.troubles.list)
}

// Forgive forgets the troubles so far that contain one of the words, and returns how many they were.
func (t *Tab) Forgive(words ...string) (forgiven int) {
	t.troubles.mu.Lock()
	defer t.troubles.mu.Unlock()
	before := len(t.troubles.list)
	t.troubles.list = slices.DeleteFunc(t.troubles.list, func(trouble string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(trouble, w) })
	})
	return before - len(t.troubles.list)
}

// hear takes the browser's events, within its reading loop: so it only writes down.
func (t *Tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		t.troubles.add("exception: %s", described(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			t.troubles.add("console %s: %s", e.Type, said(e.Args))
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError || e.Entry.Level == cdplog.EntryLevelWarning {
			t.troubles.add("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !t.own(url) {
			t.troubles.add("request to another server: %s", url)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			t.troubles.add("answer %d: %s", e.Response.Status, e.Response.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled && e.ErrorText != "net::ERR_ABORTED" { // what another page's coming interrupts is no trouble
			t.troubles.add("request failed: %s %s", e.ErrorText, e.BlockedReason)
		}
	case *page.EventJavascriptDialogOpening:
		t.troubles.add("dialog: %s", e.Message)
		go t.dismiss()
	}
}

func (t *Tab) dismiss() {
	_ = t.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
		return err
	}))
}

// own says that an address is of the server that is looked at, or of none.
func (t *Tab) own(url string) bool {
	for _, prefix := range []string{t.origin + "/", "about:", "data:", "blob:" + t.origin + "/", "chrome-error:"} {
		if strings.HasPrefix(url, prefix) {
			return true
		}
	}
	return url == t.origin
}

func described(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func said(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		if a.Description != "" {
			words = append(words, a.Description)
		} else {
			words = append(words, string(a.Value))
		}
		if a.Preview != nil && a.Subtype == runtime.RemoteObjectSubtypeArray { // whose description is but its length
			for _, p := range a.Preview.Properties {
				words = append(words, p.Value)
			}
		}
	}
	return strings.Join(words, " ")
}
