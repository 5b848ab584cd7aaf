package campaign

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/engine"
)

// Campaigns are kept in Postgres, which is the truth: a run only acts on it, and hears of a change by a signal. Should that be lost,
// because Temporal is away, starter serve sees to it that a campaign which needs a run has one, and that it knows (Wanted).
type Campaigns struct {
	Pool     *pgxpool.Pool
	Clock    clock.Clock
	Temporal engine.Starter // a client.Client is one; nil: nobody is told at once
	Log      *slog.Logger

	// How long a question goes without an answer before it is asked again, in real time; zero: the constants.
	AskAgainAfter, OpenAgainAfter time.Duration
}

// Campaign is one as it stands.
type Campaign struct {
	ID uuid.UUID
	Definition
	BusinessNumberID uuid.UUID
	WABA             string
	Display          string                // the number as people write it
	SegmentName      string                // of today; the filter is frozen when it is launched
	Category         conversation.Category // from the launch on as it stood then; of a draft the listed one; empty: not known
	State            State
	Reason           Reason          // of paused
	ReasonFacts      json.RawMessage // of Reason; no personal data
	Version          int
	MaterialisedAt   time.Time // zero: recipients are not chosen yet, or not all
	Recipients       int       // once they are chosen
	LeftOut          LeftOut
	ReservedMicros   int64
	CreatedAt        time.Time
	CreatedBy        string // user/ID or key/ID
	LaunchedAt       time.Time
	LaunchedBy       string
	FinishedAt       time.Time // or cancelled
}

// Errors with stable codes; see also StateError and InvalidError.
var (
	// ErrUnknown is returned for an id that no campaign has.
	ErrUnknown = coded{"campaign_not_found", "there is no campaign with this id"}
	// ErrVersion is returned if somebody else has changed it since the version that was given.
	ErrVersion = coded{"campaign_changed", "the campaign has been changed since this version of it, so nothing was set"}
)

type coded struct{ code, sentence string }

func (e coded) Error() string { return e.sentence }

// Code is stable.
func (e coded) Code() string { return e.code }

// CodeOf is the stable code of an error of this package; empty for others.
func CodeOf(err error) string {
	var c interface{ Code() string }
	if errors.As(err, &c) {
		return c.Code()
	}
	return ""
}

// campaignOf reads a row.
func campaignOf(r db.GetCampaignRow) (Campaign, error) {
	row := r.Campaign
	c := Campaign{
		ID: row.ID, BusinessNumberID: row.BusinessNumberID, WABA: r.WabaID, Display: r.Display, SegmentName: r.SegmentName,
		Category: conversation.Category(r.Category), State: State(row.State), Reason: Reason(orZero(row.Reason)), ReasonFacts: row.ReasonFacts,
		Version: int(row.Version), MaterialisedAt: utc(row.MaterialisedAt), Recipients: int(orZero(row.Recipients)),
		ReservedMicros: row.ReservedMicros, CreatedAt: row.CreatedAt.UTC(), CreatedBy: row.CreatedBy, LaunchedAt: utc(row.LaunchedAt),
		LaunchedBy: orZero(row.LaunchedBy), FinishedAt: utc(row.FinishedAt),
		Definition: Definition{Name: row.Name, Number: r.PhoneNumberID, Template: row.TemplateName, Language: row.TemplateLanguage,
			SegmentID: row.SegmentID, StartAt: utc(row.StartAt), EndAt: utc(row.EndAt)},
	}
	for _, part := range []struct {
		name string
		raw  []byte
		into any
	}{{"parameters", row.Parameters, &c.Parameters}, {"limits", row.Limits, &c.Limits}, {"left_out", row.LeftOut, &c.LeftOut}} {
		if part.raw == nil {
			continue
		}
		if err := json.Unmarshal(part.raw, part.into); err != nil {
			return c, fmt.Errorf("the %s of campaign %s: %w", part.name, row.ID, err)
		}
	}
	return c, nil
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func orZero[T any](v *T) T {
	if v == nil {
		var zero T
		return zero
	}
	return *v
}

func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func subject(id uuid.UUID) string { return "campaign/" + id.String() }
