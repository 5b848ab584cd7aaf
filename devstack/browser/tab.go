package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long anything on a page may take: far longer than it does, since the machine may be busy with other tests.
const patience = 45 * time.Second

// Tab is one person's page.
type Tab struct {
	ctx      context.Context
	close    context.CancelFunc
	origin   string
	troubles troubles
}

// Open opens a tab without a page yet, for pages of the origin: http://host:port.
func (b *Browser) Open(origin string, look Look) (*Tab, error) {
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t := &Tab{ctx: ctx, close: cancel, origin: origin}
	if err := chromedp.Listen(ctx, t.hear); err != nil {
		cancel()
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	err := t.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "UTC"})
		return err
	}))
	if err == nil {
		err = t.Wear(look)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return t, nil
}

// Close closes it; what is still under way is given up.
func (t *Tab) Close() { t.close() }

// do runs steps with patience.
func (t *Tab) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Goto opens a page of the origin by its path, and waits until it and what it needs are loaded.
func (t *Tab) Goto(path string) error {
	if err := t.do(chromedp.Navigate(t.origin + path)); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	return nil
}

// Ask evaluates an expression on the tab's page; a promise is waited for.
func Ask[T any](t *Tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Until waits until an expression is true on the page. While another page comes it is not.
func (t *Tab) Until(expression string) error {
	deadline := time.Now().Add(patience)
	var last error
	for time.Now().Before(deadline) {
		is, err := Ask[bool](t, "Boolean("+expression+")")
		if is && err == nil {
			return nil
		}
		if t.ctx.Err() != nil {
			return t.ctx.Err()
		}
		last = err
		time.Sleep(20 * time.Millisecond)
	}
	return errors.Join(fmt.Errorf("it did not come true: %s", expression), last)
}

// find is the expression for the first element that can be seen, matches the CSS selector and shows the text (which may be empty).
func find(selector, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e => e.checkVisibility({visibilityProperty: true}) && `+
		`(e.innerText || e.value || e.ariaLabel || "").includes(%q))`, selector, text)
}

// Sees waits until an element that matches the CSS selector shows the text.
func (t *Tab) Sees(selector, text string) error { return t.Until(find(selector, text)) }

// Misses waits until none does.
func (t *Tab) Misses(selector, text string) error { return t.Until("!" + find(selector, text)) }

// Refresh has a part of a page ask for itself again, as what has changed would, and waits until the answer stands there.
func (t *Tab) Refresh(selector string) error {
	_, err := Ask[bool](t, fmt.Sprintf(`new Promise(done => {
		document.addEventListener("htmx:afterSettle", () => done(true), {once: true});
		const refresh = () => window.htmx.trigger(%q, "live");
		document.readyState === "complete" ? refresh() : addEventListener("load", refresh);
	})`, selector))
	return err
}

// Click clicks the first element that matches the CSS selector and shows the text, once the mouse would hit it: nothing lies over it
// and it is not disabled. Both in one go, because on a page that refreshes itself it may be somewhere else a moment later.
func (t *Tab) Click(selector, text string) error {
	click := fmt.Sprintf(`(() => {
		const e = %s;
		if (!e || e.disabled) return false;
		e.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
		const r = e.getClientRects()[0];
		if (!r) return false;
		const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
		const label = top && top.closest("label");
		if (!top || !(e.contains(top) || (label && label.control === e))) return false;
		e.focus({preventScroll: true});
		e.click();
		return true;
	})()`, find(selector, text))
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) && t.ctx.Err() == nil {
		if done, err := Ask[bool](t, click); err == nil && done {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("nothing to click: %s %q", selector, text)
}

// Type replaces what stands in the field that matches the CSS selector.
func (t *Tab) Type(selector, text string) error {
	if err := t.Click(selector, ""); err != nil {
		return err
	}
	if err := t.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.select?.()`)); err != nil {
		return err
	}
	return t.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if text == "" {
			return nil
		}
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// Choose chooses an option of the select that matches the CSS selector, by the words that it shows.
func (t *Tab) Choose(selector, option string) error {
	choose := fmt.Sprintf(`(() => {
		const s = %s;
		const o = s && !s.disabled && [...s.options].find(o => !o.disabled && o.text.includes(%q));
		if (!o) return false;
		s.value = o.value;
		for (const e of ["input", "change"]) s.dispatchEvent(new Event(e, {bubbles: true}));
		return true;
	})()`, find(selector, ""), option)
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) && t.ctx.Err() == nil {
		if done, err := Ask[bool](t, choose); err == nil && done {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("nothing to choose: %s %q", selector, option)
}

// Press presses keys, as kb of chromedp names them, where the focus is.
func (t *Tab) Press(keys string) error { return t.do(chromedp.KeyEvent(keys)) }

// Picture is the window as a PNG.
func (t *Tab) Picture() ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, func(ctx context.Context, target *chromedp.Target) ([]byte, error) {
		shot, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{})
		return shot.Data, err
	})
}

// Path is where the tab is now, with the query.
func (t *Tab) Path() (string, error) {
	url, err := Ask[string](t, "location.href")
	return strings.TrimPrefix(url, t.origin), err
}

// Cookies are those of the origin, by name.
func (t *Tab) Cookies() (map[string]string, error) {
	cookies := map[string]string{}
	err := t.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		got, err := cdp.Call(ctx, target, network.GetCookies, network.GetCookiesParams{URLs: []string{t.origin + "/console/"}})
		for _, c := range got.Cookies {
			cookies[c.Name] = c.Value
		}
		return err
	}))
	return cookies, err
}

// SetCookie gives the tab a cookie of the origin, which no script could.
func (t *Tab) SetCookie(name, value string) error {
	return t.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: t.origin + "/console/"})
		return err
	}))
}
