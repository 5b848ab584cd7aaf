package api

import "time"

// timelineCursor is where a timeline, or a list of decisions, goes on: after this one. The sources of a cursor are those of the queries, whose first
// letters are all different from one another's between the two: no two items of one moment are compared otherwise here and there.
type timelineCursor struct {
	Newest bool      `json:"newest"`
	At     time.Time `json:"at"`
	Source string    `json:"source"`
	ID     string    `json:"id"`
}

// timelineFrom is where a page begins.
func timelineFrom(order, cursor string) (timelineCursor, error) {
	newest := order == "desc"
	from := timelineCursor{Newest: newest}
	if newest {
		from.At = endOfTime
	}
	if err := decodeCursor(cursor, &from); err != nil {
		return from, err
	}
	if from.Newest != newest {
		return from, invalid("cursor", "invalid_cursor", "cursor is of the other order")
	}
	return from, nil
}

// span is what may still come: its ends are included, because several things can be of one moment.
func (c timelineCursor) span() (since, until time.Time) {
	if c.Newest {
		return time.Time{}, c.At
	}
	return c.At, endOfTime
}
