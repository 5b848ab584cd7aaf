package db

import (
	"encoding/json"
	"fmt"

	"reengage/conversation"
)

// PermissionsOf reads what the SQL function contact_permissions says of a contact, and adds whether the number's sender is
// paused.
func PermissionsOf(n BusinessNumber, ofContact json.RawMessage) (p conversation.Permissions, err error) {
	if err := json.Unmarshal(ofContact, &p); err != nil {
		return p, fmt.Errorf("permissions of a contact: %w", err)
	}
	if n.SenderPausedClass != nil {
		p.SenderPaused = *n.SenderPausedClass
	}
	return p, nil
}
