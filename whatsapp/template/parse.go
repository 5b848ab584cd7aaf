package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Parse reads one template, a list of them, or a list as Meta answers it
// (`{"data": [...]}`).
func Parse(b []byte) ([]Template, error) {
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))
	if len(b) == 0 {
		return nil, errors.New("there is no template in it")
	}
	var items []json.RawMessage
	var answer struct {
		Data *[]json.RawMessage `json:"data"`
	}
	switch {
	case b[0] == '[':
		if err := json.Unmarshal(b, &items); err != nil {
			return nil, malformed(err)
		}
	default:
		if err := json.Unmarshal(b, &answer); err != nil {
			return nil, malformed(err)
		}
		if items = []json.RawMessage{b}; answer.Data != nil {
			items = *answer.Data
		}
	}
	out := []Template{}
	for i, item := range items {
		var t Template
		if !bytes.HasPrefix(bytes.TrimSpace(item), []byte("{")) {
			return nil, fmt.Errorf("template %d is not a JSON object", i+1)
		}
		if err := json.Unmarshal(item, &t); err != nil {
			return nil, fmt.Errorf("template %d: %w", i+1, malformed(err))
		}
		out = append(out, t)
	}
	return out, nil
}

func malformed(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s is a %s", orElse(wrong.Field, "the value"), wrong.Value)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("it is not JSON at byte %d", syntax.Offset)
	}
	return errors.New("it is not JSON")
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
