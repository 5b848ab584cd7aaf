package api

import (
	"encoding/base64"
	"encoding/json"
)

// The limits of a list.
const maxLimit = 200

// Page is a part of a list. NextCursor asks for the next one with the same filters; null after the last.
type Page[T any] struct {
	Items      []T     `json:"items" nullable:"false"`
	NextCursor *string `json:"next_cursor"`
}

// encodeCursor makes an opaque text of where a list goes on.
func encodeCursor(where any) *string {
	b, _ := json.Marshal(where) // of our own structs, which marshal
	s := base64.RawURLEncoding.EncodeToString(b)
	return &s
}

// decodeCursor reads one back. An empty text leaves where as it is: at the beginning.
func decodeCursor(cursor string, where any) error {
	if cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(b, where)
	}
	if err != nil {
		return invalid("cursor", "invalid_cursor", "cursor is not one that this list has given out")
	}
	return nil
}
