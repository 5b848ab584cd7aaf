package console_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"reengage/devstack/browser"
)

// chromium is the package's one browser.
var chromium *browser.Browser

func TestMain(m *testing.M) {
	flag.Parse()
	// Those on the stack mostly wait for its clock, so all may run at once; stories share a few tabs.
	err := flag.Set("test.parallel", "8")
	if err != nil {
		panic(err)
	}
	if chromium, err = browser.Start(context.Background(), slog.Default()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := errors.Join(chromium.Close(), closeOffice(code != 0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
