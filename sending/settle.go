package sending

import (
	"context"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
)

// Settle says what has become of an attempt whose Send did not answer. After it, that attempt can do nothing any more: of
// one that was only planned the next has another number, and one in flight is unknown, unless a status has told. Of one that was
// accepted and then failed because the provider considers its window closed, it plans what goes instead.
func (s *Sender) Settle(ctx context.Context, r SendRequest) (Result, error) {
	s.crash("settle.before")
	lost := false
	result, err := s.step(ctx, r.ConversationID, func(l *locked) (Result, error) {
		lost = false
		row, err := l.q.LockSend(ctx, r.SendID, l.id)
		if err != nil {
			return Result{}, unknownSend(err)
		}
		switch {
		case turnedAway(row):
			if err := l.afterClosing(ctx, row); err != nil {
				return Result{}, err
			}
			return l.find(ctx, row.ID)
		case int(row.Attempt) != r.Attempt:
		case State(row.State) == Inflight:
			lost = true
		case State(row.State) == Planned:
			if err := l.q.PlanAgain(ctx, false, row.ID); err != nil {
				return Result{}, err
			}
			s.crash("settle.before_commit")
			return l.find(ctx, row.ID)
		}
		return l.standing(ctx, row)
	})
	s.crash("settle.after_commit")
	if err != nil || !lost {
		return result, err
	}
	result, err = s.settled(ctx, r, intake.SendSettlement{Outcome: intake.SendUnknown})
	s.crash("settle.after_unknown")
	return result, err
}

// turnedAway: the provider took it, and said by a status that the window is closed (131047); nothing has gone instead yet.
func turnedAway(row db.Send) bool {
	return State(row.State) == Accepted && orZero(row.Reason) == string(conversation.WindowClosed) && row.Type == "freeform" &&
		row.ReplacedBy == nil && !row.PossibleDuplicate
}

// Finish ends the wait for the status of an unknown send: a critical one may be sent once more, any other stays unknown.
// Statuses that come later still correct the rows.
func (s *Sender) Finish(ctx context.Context, r SendRequest) (Result, error) {
	s.crash("finish.before")
	result, err := s.step(ctx, r.ConversationID, func(l *locked) (Result, error) {
		row, err := l.q.LockSend(ctx, r.SendID, l.id)
		if err != nil {
			return Result{}, unknownSend(err)
		}
		if State(row.State) != Unknown || int(row.Attempt) != r.Attempt || row.Final {
			return l.standing(ctx, row)
		}
		if err := l.finish(ctx, row); err != nil {
			return Result{}, err
		}
		l.moved = l.moved || row.Type == "template"
		s.crash("finish.before_commit")
		return l.find(ctx, row.ID)
	})
	s.crash("finish.after_commit")
	return result, err
}

func (l *locked) finish(ctx context.Context, row db.Send) error {
	if row.Critical && !row.PossibleDuplicate {
		return l.q.PlanAgain(ctx, true, row.ID)
	}
	l.afterCommit(func() { l.count.ruled(ctx, Origin(row.Origin), Unknown, "") })
	return l.q.GiveUpUnknown(ctx, row.ID)
}
