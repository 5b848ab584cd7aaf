package console_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/folder"
	"reengage/devstack/people"
	"reengage/devstack/stack"
	"reengage/whatsapp/whatsapptest"
)

// scale makes the last hour of a window last half a minute, and Resume's claim five seconds.
const scale = 120

// office is the whole stack that the package's tests work on, each with customers of its own.
type office struct {
	*stack.Stack
	business *people.Business
	folder   *folder.PrivateFolder
}

// theOffice is opened by the first test that asks for it, once.
var theOffice struct {
	once sync.Once
	*office
	err error
}

func openOffice() (_ *office, err error) {
	root, err := folder.Checkout()
	if err != nil {
		return nil, err
	}
	base, err := folder.Base()
	if err != nil {
		return nil, err
	}
	private, err := folder.Private(context.Background(), base, "console-test")
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(private.Path, "bin")
	build := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "./worker", "./starter")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	s, err := stack.Start(context.Background(), stack.Options{
		Dir: filepath.Join(private.Path, "stack"), Bin: bin, Scale: scale, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	return &office{Stack: s, business: people.NewBusiness(s), folder: private}, nil
}

// closeOffice ends the stack, if any test has asked for it; of a failed one it shows the logs.
func closeOffice(failed bool) error {
	o := theOffice.office
	if o == nil {
		return nil
	}
	o.Stop(context.Background())
	if failed {
		for _, name := range []string{"worker.log", "gateway.log"} { // their ends
			log, _ := os.ReadFile(filepath.Join(o.folder.Path, "stack", name))
			fmt.Fprintf(os.Stderr, "%s:\n%s\n", name, log[max(0, len(log)-1500):])
		}
	}
	return o.folder.Remove()
}

// at opens the office for a test.
func at(t *testing.T) *office {
	t.Helper()
	theOffice.once.Do(func() { theOffice.office, theOffice.err = openOffice() })
	require.NoError(t, theOffice.err)
	return theOffice.office
}

// writes has a customer write, some virtual time ago.
func (o *office) writes(t *testing.T, who people.Recipient, text string, ago time.Duration) {
	t.Helper()
	_, err := o.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: who.Phone, Name: who.Name, Text: text, At: o.Now().Add(-ago)})
	require.NoError(t, err)
}

// sent is what has reached a customer so far, in order: "text: See you!" or "template: come_back".
func (o *office) sent(who people.Recipient) (all []string) {
	for _, m := range o.Simulator.Messages() {
		if m.To != who.Phone {
			continue
		}
		what := m.Template
		if m.Type == "text" {
			_, rest, _ := strings.Cut(string(m.Body), `"body":"`)
			what, _, _ = strings.Cut(rest, `"`)
		}
		all = append(all, m.Type+": "+what)
	}
	return all
}
