package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

// ErrUnknownConversation is returned for a conversation id that the database does not know.
var ErrUnknownConversation = errors.New("there is no such conversation")

// Load returns everything that a run of the conversation's workflow needs to know: complete, so that the run asks for
// nothing more. Of a merged conversation it is all that of the one that it is part of, which MergedInto names. now is virtual;
// around it the number's time zone is written down (conversation.Zone).
func Load(ctx context.Context, q *db.Queries, id uuid.UUID, c clock.Clock, now time.Time) (contract.Loaded, error) {
	row, err := q.GetConversation(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return contract.Loaded{}, ErrUnknownConversation
	}
	if err != nil {
		return contract.Loaded{}, fmt.Errorf("load conversation: %w", err)
	}
	settings, err := SettingsOf(row.BusinessNumber, now)
	if err != nil {
		return contract.Loaded{}, fmt.Errorf("load conversation: %w", err)
	}
	permissions, err := db.PermissionsOf(row.BusinessNumber, row.Permissions)
	if err != nil {
		return contract.Loaded{}, fmt.Errorf("load conversation: %w", err)
	}
	facts := row.Conversation.Facts()
	facts.ResumeClaimedBy = "" // an agent's name: no decision reads it, and no person is to be named in Temporal
	loaded := contract.Loaded{
		Number:   contract.Number{ID: row.BusinessNumber.PhoneNumberID, Display: row.BusinessNumber.Display},
		Contact:  contract.Contact{ID: row.Contact.ID, Label: mask(row.Contact)},
		Facts:    facts,
		Settings: settings,
		Clock:    c,

		Permissions: permissions,
		Zone:        ZoneOf(row.Contact, row.BusinessNumber, now),
	}
	if err := unfinished(row, &loaded); err != nil {
		return contract.Loaded{}, fmt.Errorf("load conversation: %w", err)
	}
	if row.Conversation.ID != id {
		loaded.MergedInto = row.Conversation.ID
	}
	return loaded, nil
}

// unfinished fills in what an earlier run has left: only one that was terminated leaves anything but a kept reply's text. A reply
// that is offered waits for an agent, not for the run.
func unfinished(row db.GetConversationRow, loaded *contract.Loaded) error {
	var kept struct {
		ID        string    `json:"id"`
		State     string    `json:"state"`
		KeptAt    time.Time `json:"kept_at"`
		KeepUntil time.Time `json:"keep_until"`
	}
	for _, part := range []struct {
		raw  []byte
		into any
	}{{row.Kept, &kept}, {row.Open, &loaded.Open}, {row.Plan, &loaded.Plan}} {
		if part.raw == nil {
			continue
		}
		if err := json.Unmarshal(part.raw, part.into); err != nil {
			return fmt.Errorf("what an earlier run has left: %w", err)
		}
	}
	if kept.State == "kept" {
		loaded.Kept = &conversation.Kept{ID: kept.ID, At: kept.KeptAt.UTC(), Until: kept.KeepUntil.UTC()}
	}
	return nil
}

// SettingsOf reads a number's settings and resolves its people's time zone around now.
func SettingsOf(n db.BusinessNumber, now time.Time) (conversation.Settings, error) {
	var s conversation.Settings
	if err := json.Unmarshal(n.Settings, &s); err != nil {
		return s, fmt.Errorf("settings of number %s: %w", n.PhoneNumberID, err)
	}
	if s.WorkingHours == nil {
		return s, nil
	}
	loc, err := location(n.TimeZone)
	if err != nil {
		return s, fmt.Errorf("time zone of number %s: %w", n.PhoneNumberID, err)
	}
	s.WorkingHours.Zone = conversation.ResolveZone(loc, now)
	return s, nil
}

// mask names a contact for operators without saying who it is: of a phone the first two and last two digits, of a
// bsuid its country.
func mask(c db.Contact) string {
	switch {
	case c.Phone != nil && len(*c.Phone) > 6:
		p := *c.Phone
		return "+" + p[:2] + "•••" + p[len(p)-2:]
	case c.Bsuid != nil && len(*c.Bsuid) > 2:
		return (*c.Bsuid)[:2] + ".•••"
	default:
		return "•••"
	}
}
