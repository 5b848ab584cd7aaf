package temporaltest

import (
	"io"
	"sync"
	"testing"
)

// testLog writes to a test's log until the test ends. A worker's last words may come later than that; the test's own writer
// would panic on them.
type testLog struct {
	mu  sync.Mutex
	out io.Writer // nil once the test has ended
}

func newTestLog(t testing.TB) *testLog {
	log := &testLog{out: t.Output()}
	t.Cleanup(func() {
		log.mu.Lock()
		defer log.mu.Unlock()
		log.out = nil
	})
	return log
}

func (l *testLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out == nil {
		return len(line), nil
	}
	return l.out.Write(line)
}
