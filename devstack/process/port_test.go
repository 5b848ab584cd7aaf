package process_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/devstack/process"
)

func TestNoPortIsGivenTwice(t *testing.T) {
	var mu sync.Mutex
	given := map[int]bool{}
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 100 {
				port, err := process.FreePort()
				mu.Lock()
				if err != nil || given[port] {
					t.Errorf("port %d, %v", port, err)
				}
				given[port] = true
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	require.Len(t, given, 800)
}
