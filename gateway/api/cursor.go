package api

import (
	"encoding/base64"
	"encoding/json"
)

// How many items a page has if nothing is said, and at most.
const (
	defaultLimit = 50
	maxLimit     = 200
)

// pageSize is how many items a page has that was asked for with this limit. The schema refuses others than 1 to maxLimit;
// an Execute that is called without HTTP may come with none.
func pageSize(limit int32) int32 {
	if limit < 1 || limit > maxLimit {
		return defaultLimit
	}
	return limit
}

// Page is a part of a list. NextCursor asks for the next one with the same filters; null after the last.
type Page[T any] struct {
	Items      []T     `json:"items" nullable:"false"`
	NextCursor *string `json:"next_cursor"`
}

// onePage leaves as many rows as fit on a page, and says where the next one begins, if there is one. One row more than fits is
// read only to know that.
func onePage[R any](rows []R, limit int32, cursor func(last R) any) ([]R, *string) {
	if len(rows) <= int(limit) {
		return rows, nil
	}
	rows = rows[:limit]
	return rows, encodeCursor(cursor(rows[limit-1]))
}

// encodeCursor makes an opaque text of where a list goes on.
func encodeCursor(where any) *string {
	b, _ := json.Marshal(where) // of our own structs, which marshal
	s := base64.RawURLEncoding.EncodeToString(b)
	return &s
}

// decodeCursor reads one back. An empty text leaves where as it is: at the beginning. What we would have written otherwise
// is not ours: a part that is missing would be taken from the beginning.
func decodeCursor(cursor string, where any) error {
	if cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(b, where)
	}
	if err != nil || *encodeCursor(where) != cursor {
		return invalid("cursor", "invalid_cursor", "cursor is not one that this list has given out")
	}
	return nil
}
