package browser

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

//go:embed vendor/axe-4.14.1.min.js
var axe string

// Rules of axe-core, by tag or by name. WCAG is what a page must keep: levels A and AA up to 2.2, and that headings are in order and
// everything lies in a landmark, by which those who do not see find their way.
var (
	WCAG     = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "heading-order", "region", "empty-heading"}
	Contrast = []string{"color-contrast"}
)

// Finding is a rule that a page breaks, and where.
type Finding struct {
	Rule  string   `json:"rule"`
	Help  string   `json:"help"`
	Where []string `json:"where"` // what is wrong with which element, shortened
}

func (f Finding) String() string {
	return fmt.Sprintf("%s (%s): %s", f.Rule, f.Help, strings.Join(f.Where, "; "))
}

// Audit returns what breaks the rules on the page as it is now.
func (t *Tab) Audit(rules []string) ([]Finding, error) {
	if there, err := Ask[bool](t, "Boolean(window.axe)"); err != nil {
		return nil, err
	} else if !there {
		if err := t.do(chromedp.Evaluate[chromedp.Void](axe)); err != nil {
			return nil, fmt.Errorf("axe-core: %w", err)
		}
	}
	wanted, err := json.Marshal(rules)
	if err != nil {
		return nil, err
	}
	return Ask[[]Finding](t, `(async () => {
		const wanted = `+string(wanted)+`;
		const values = axe.getRules().filter(r => wanted.includes(r.ruleId) || r.tags.some(t => wanted.includes(t))).map(r => r.ruleId);
		const found = await axe.run(document, {runOnly: {type: "rule", values}, resultTypes: ["violations"]});
		return found.violations.map(v => ({rule: v.id, help: v.help, where: v.nodes.slice(0, 5).map(n =>
			n.target.join(" ") + ": " + n.html.slice(0, 160) + (v.id === "color-contrast" ? " " + n.any.map(a => a.message).join(" ") : ""))}));
	})()`)
}

// Overflow returns the elements that make the page wider than the window, so that people would have to scroll sideways. What lies in
// a box that scrolls by itself, as a wide table may, is not meant.
func (t *Tab) Overflow(width int64) ([]string, error) {
	return Ask[[]string](t, fmt.Sprintf(`(() => {
		const width = %d;
		if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
		// A box holds what is in it; but what has an absolute place only if it is placed itself.
		const style = e => getComputedStyle(e);
		const boxed = e => {
			let free = style(e).position === "absolute";
			for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
				const s = style(p);
				if (free && s.position === "static") continue;
				if (s.overflowX !== "visible") return true;
				free = s.position === "absolute";
			}
			return false;
		};
		const right = e => {
			const box = e.getBoundingClientRect();
			return Math.round(Math.max(box.right, style(e).overflowX === "visible" ? box.left + e.scrollWidth : 0));
		};
		const name = e => [e.tagName.toLowerCase(), ...e.classList].join(".");
		const wide = [...document.body.querySelectorAll("*")].filter(e => right(e) > width && !boxed(e)).map(e => name(e) + " to " + right(e));
		return wide.length ? wide.slice(0, 8) : ["the page is " + document.documentElement.scrollWidth + " wide"];
	})()`, width))
}
