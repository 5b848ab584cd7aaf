package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// bar is a line that shows how far something has got, where somebody looks at it; elsewhere it shows nothing.
type bar struct {
	out  io.Writer // nil: nobody looks
	last string
}

// newBar returns one on out, if that is a terminal, where a line can be written over.
func newBar(out io.Writer) *bar {
	file, ok := out.(*os.File)
	if !ok {
		return &bar{}
	}
	about, err := file.Stat()
	if err != nil || about.Mode()&os.ModeCharDevice == 0 {
		return &bar{}
	}
	return &bar{out: out}
}

func (b *bar) seen() bool { return b.out != nil }

// show writes over what was shown before.
func (b *bar) show(line string) {
	if b.out != nil && line != b.last {
		fmt.Fprintf(b.out, "\r\033[K%s", line)
		b.last = line
	}
}

// end clears the line.
func (b *bar) end() {
	if b.out != nil && b.last != "" {
		fmt.Fprint(b.out, "\r\033[K")
	}
}

const barWidth = 30

// filled draws n of all.
func filled(n, all int64) string {
	full := 0
	if all > 0 {
		full = int(min(n, all) * barWidth / all)
	}
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", barWidth-full) + "]"
}
