package campaign

import "fmt"

// Action is what moves a campaign from one state to another: by somebody's hand, by the clock, or by itself.
type Action string

// The actions. Begin, Stop and Finish are its run's.
const (
	Launch Action = "launch"
	Begin  Action = "begin" // its start has come
	Pause  Action = "pause"
	Stop   Action = "stop" // pauses by itself (K6)
	Resume Action = "resume"
	Cancel Action = "cancel"
	Finish Action = "finish" // nobody is left, or its end has come and what was under way is settled
)

// next has every step there is; what is not in it is refused.
var next = map[State]map[Action]State{
	Draft:     {Launch: Scheduled},
	Scheduled: {Begin: Running, Cancel: Cancelled},
	Running:   {Pause: Paused, Stop: Paused, Cancel: Cancelled, Finish: Finished, Resume: Running, Begin: Running},
	Paused:    {Resume: Running, Cancel: Cancelled, Finish: Finished, Pause: Paused, Stop: Paused},
	Finished:  {Finish: Finished},
	Cancelled: {Cancel: Cancelled},
}

// Next is the state that an action leads to. What is asked for once more, and is so already, changes nothing: whoever did not
// hear the first answer may ask again. The error is a *StateError.
func Next(s State, a Action) (State, error) {
	to, ok := next[s][a]
	if !ok {
		return s, &StateError{State: s, Action: a}
	}
	return to, nil
}

// Over reports whether a campaign will never send again.
func (s State) Over() bool { return s == Finished || s == Cancelled }

// StateError refuses an action in the state that a campaign is in now.
type StateError struct {
	State  State
	Action Action
}

// Code is stable.
func (e *StateError) Code() string { return "campaign_state" }

func (e *StateError) Error() string {
	switch e.Action {
	case Change, Delete:
		return fmt.Sprintf("only a draft can be %s; the campaign is %s", pastOf[e.Action], e.State)
	}
	return fmt.Sprintf("a campaign that is %s cannot be %s", e.State, pastOf[e.Action])
}

// Change and Delete leave no other state behind, so that they are in no table.
const (
	Change Action = "change"
	Delete Action = "delete"
)

var pastOf = map[Action]string{Launch: "launched", Begin: "begun", Pause: "paused", Stop: "stopped", Resume: "resumed", Cancel: "cancelled",
	Finish: "finished", Change: "changed", Delete: "deleted"}
