package relay

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"reengage/db/dbtest"
	"reengage/workflows/contract"
)

func TestWhatIsPendingForAMergedConversationGoesToTheOneThatItIsPartOf(t *testing.T) {
	for _, open := range []bool{false, true} {
		t.Run(fmt.Sprintf("run open %t", open), func(t *testing.T) {
			s := newStore(t, dbtest.New(t))
			talks := s.conversations(2)
			root, part := talks[0], talks[1]
			s.messages(part, 3, firstAt)
			notice := s.event(part, "notice", contract.SignalMerged, firstAt.Add(time.Hour), "", 0)
			s.exec(`UPDATE conversations SET merged_into = $2 WHERE id = $1`, part, root)
			away := true // once
			temporal := &fakeTemporal{fail: func(c call) error {
				switch {
				case c.signal != contract.SignalMerged:
					return nil
				case away:
					away = false
					return errors.New("bad weather")
				case open:
					return nil
				default:
					return serviceerror.NewNotFound("workflow execution already completed")
				}
			}}
			r := newRelay(s, temporal)
			stop := start(t, r)
			eventually(t, func() bool { return s.pending() == 0 && s.leases() == 0 }, "everything is told")
			stop()

			events, _ := temporal.told(t, root)
			require.Len(t, events, 3)
			require.Equal(t, 1, s.count("SELECT count(*) FROM events WHERE id = $1 AND signalled_at IS NOT NULL", notice))
			merged := 0
			for _, c := range temporal.all() {
				if c.signal == contract.SignalMerged {
					merged++
					require.Equal(t, contract.ConversationWorkflowID(part), c.workflowID)
					require.JSONEq(t, fmt.Sprintf(`{"into": %q}`, root), c.payload)
					continue
				}
				require.Equal(t, contract.ConversationWorkflowID(root), c.workflowID)
				require.Equal(t, root, c.input.ConversationID)
				require.Zero(t, c.input.Loaded.MergedInto, "the root is part of nothing")
			}
			require.Equal(t, 2, merged, "the first call failed")
		})
	}
}
