package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"reengage/db"
)

// eventKey turns an event's unique key into its id: the same event has the same id in whatever order and by whatever
// way it arrives, and nobody without the installation's key can tell a message id, which contains a phone number, from
// the event's.
type eventKey []byte

// message is the id of a message, of a call too: a business number and the provider's id on it.
func (k eventKey) message(phoneNumberID, id string) uuid.UUID {
	return k.id("message", phoneNumberID, id)
}

// status is the id of a delivery status: at is the provider's time as it stands, not clamped.
func (k eventKey) status(wamid, state string, at time.Time) uuid.UUID {
	return k.id("status", wamid, state, strconv.FormatInt(at.Unix(), 10))
}

// notice is the id of anything else: the account and all that it says.
func (k eventKey) notice(waba string, parts ...string) uuid.UUID {
	return k.id("notice", append([]string{waba}, parts...)...)
}

// id is the first 16 bytes of the key's HMAC-SHA256 as a UUID of version 8, the one for hashes of one's own. Lengths go
// before the parts, so that no two keys run together.
func (k eventKey) id(tag string, parts ...string) uuid.UUID {
	h := hmac.New(sha256.New, k)
	for _, part := range append([]string{tag}, parts...) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write([]byte(part))
	}
	id := uuid.UUID(h.Sum(nil)[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// eventKey reads the installation's key. It never changes, so it is read once.
func (s *Store) eventKey(ctx context.Context) (eventKey, error) {
	if key := s.key.Load(); key != nil {
		return *key, nil
	}
	bytes, err := db.New(s.pool).GetEventKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the key of events: %w", err)
	}
	key := eventKey(bytes)
	s.key.Store(&key)
	return key, nil
}
