package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Look is how the page is to look: the window's size in CSS pixels and what its owner prefers.
type Look struct {
	Width, Height int64
	Phone         bool // fingers instead of a mouse, a viewport as a phone's
	Dark          bool
}

// The looks that every page must stand.
var (
	Desk  = Look{Width: 1280, Height: 900}
	Night = Look{Width: 1280, Height: 900, Dark: true}
	Phone = Look{Width: 375, Height: 812, Phone: true}
)

// Wear changes the look of the tab. Nothing moves in it: a picture shows where things come to rest.
func (t *Tab) Wear(look Look) error {
	scheme := "light"
	if look.Dark {
		scheme = "dark"
	}
	return t.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: look.Width, Height: look.Height, DeviceScaleFactor: 1, Mobile: look.Phone}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}
