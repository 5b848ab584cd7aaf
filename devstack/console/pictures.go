package console

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"

	"reengage/devstack/browser"
)

// Picture is one of the README's: a story, as it looks to somebody.
type Picture struct {
	File  string // in docs/screenshots, without .png
	Story string
	Look  browser.Look
}

// PicturesFolder is where they are kept.
const PicturesFolder = "docs/screenshots"

// How the pictures show a page: as wide as README shows it, and no longer than what explains it.
var (
	onDesk  = browser.Look{Width: 1200, Height: 820}
	atNight = browser.Look{Width: 1200, Height: 820, Dark: true}
	onPhone = browser.Look{Width: 390, Height: 820, Phone: true}
)

// Pictures are all there are.
var Pictures = []Picture{
	{"inbox", "inbox-all-states", onDesk},
	{"inbox-phone", "inbox-all-states", onPhone},
	{"conversation", "conversation-expiring", onDesk},
	{"resume", "resume-preview", onDesk},
	{"costs-night", "costs-full", atNight},
	{"number", "number-set-up", onDesk},
	{"campaign", "campaign-running", onDesk},
	{"campaign-editor", "campaign-draft", onDesk},
}

// Take makes the picture from a tab of the story book.
func (p Picture) Take(tab *browser.Tab) ([]byte, error) {
	if err := tab.Wear(p.Look); err != nil {
		return nil, err
	}
	if err := tab.Goto(storiesPath + "/" + p.Story); err != nil {
		return nil, err
	}
	if troubles := tab.Troubles(); len(troubles) > 0 {
		return nil, fmt.Errorf("the story %s has troubles: %v", p.Story, troubles)
	}
	shot, err := tab.Picture()
	if err != nil {
		return nil, err
	}
	return small(shot)
}

// small writes a PNG again with a palette of its 256 most frequent colours, which is what pages are made of but for the edges of
// letters; those get the nearest. It takes a third of the room.
func small(shot []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, err
	}
	count := map[color.RGBA]int{}
	b := full.Bounds()
	flat := image.NewRGBA(b)
	draw.Draw(flat, b, full, b.Min, draw.Src)
	for i := 0; i < len(flat.Pix); i += 4 {
		count[color.RGBA{flat.Pix[i], flat.Pix[i+1], flat.Pix[i+2], 255}]++
	}
	frequent := make([]color.RGBA, 0, len(count))
	for c := range count {
		frequent = append(frequent, c)
	}
	slices.SortFunc(frequent, func(x, y color.RGBA) int {
		if count[x] != count[y] {
			return count[y] - count[x]
		}
		return int(x.R)<<16 + int(x.G)<<8 + int(x.B) - int(y.R)<<16 - int(y.G)<<8 - int(y.B) // the same picture each time
	})
	palette := color.Palette{}
	for _, c := range frequent[:min(len(frequent), 256)] {
		palette = append(palette, c)
	}
	few := image.NewPaletted(b, palette)
	index := map[color.RGBA]uint8{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := flat.RGBAAt(x, y)
			i, known := index[c]
			if !known {
				i = uint8(palette.Index(c))
				index[c] = i
			}
			few.SetColorIndex(x, y, i)
		}
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few)
	return out.Bytes(), err
}
