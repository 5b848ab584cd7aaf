package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Create keeps a draft under an id of its maker's, so that whoever asks twice makes one. Errors are *InvalidError and Postgres's.
func (c *Campaigns) Create(ctx context.Context, id uuid.UUID, d Definition, by string) (Campaign, error) {
	return c.changing(ctx, id, func(q *db.Queries) error {
		parts, err := stored(ctx, q, d)
		if err != nil {
			return err
		}
		if err := q.InsertCampaign(ctx, db.InsertCampaignParams{ID: id, Name: d.Name, BusinessNumberID: parts.number, TemplateName: d.Template,
			TemplateLanguage: d.Language, Parameters: parts.parameters, SegmentID: d.SegmentID, Limits: parts.limits,
			StartAt: orNil(d.StartAt), EndAt: orNil(d.EndAt), CreatedAt: c.Clock.At(time.Now()), CreatedBy: by}); err != nil {
			return err
		}
		return q.Audit(ctx, "create_campaign", subject(id), nil)
	})
}

// Change replaces a draft's definition, of which the caller has seen this version. Errors are ErrUnknown, ErrVersion, *StateError,
// *InvalidError, and Postgres's.
func (c *Campaigns) Change(ctx context.Context, id uuid.UUID, version int, d Definition) (Campaign, error) {
	return c.changing(ctx, id, func(q *db.Queries) error {
		if err := lockDraft(ctx, q, id, Change); err != nil {
			return err
		}
		parts, err := stored(ctx, q, d)
		if err != nil {
			return err
		}
		changed, err := q.ChangeCampaign(ctx, db.ChangeCampaignParams{ID: id, Version: int32(version), Name: d.Name,
			BusinessNumberID: parts.number, TemplateName: d.Template, TemplateLanguage: d.Language, Parameters: parts.parameters,
			SegmentID: d.SegmentID, Limits: parts.limits, StartAt: orNil(d.StartAt), EndAt: orNil(d.EndAt)})
		switch {
		case err != nil:
			return err
		case changed == 0:
			return ErrVersion
		}
		return q.Audit(ctx, "change_campaign", subject(id), nil)
	})
}

// Delete removes a draft. Errors are ErrUnknown, *StateError, and Postgres's.
func (c *Campaigns) Delete(ctx context.Context, id uuid.UUID) error {
	return db.InTx(ctx, c.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := lockDraft(ctx, q, id, Delete); err != nil {
			return err
		}
		if _, err := q.DeleteCampaign(ctx, id); err != nil {
			return err
		}
		return q.Audit(ctx, "delete_campaign", subject(id), nil)
	})
}

// changing makes a change in one transaction and returns what the campaign is by then.
func (c *Campaigns) changing(ctx context.Context, id uuid.UUID, change func(*db.Queries) error) (Campaign, error) {
	var now Campaign
	err := db.InTx(ctx, c.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := change(q); err != nil {
			return err
		}
		var err error
		now, err = get(ctx, q, id)
		return err
	})
	return now, err
}

func lockDraft(ctx context.Context, q *db.Queries, id uuid.UUID, a Action) error {
	state, err := lock(ctx, q, id)
	if err == nil && state != Draft {
		return &StateError{State: state, Action: a}
	}
	return err
}

func lock(ctx context.Context, q *db.Queries, id uuid.UUID) (State, error) {
	state, err := q.LockCampaign(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrUnknown
	}
	return State(state), err
}

// parts of a definition as the table has them.
type parts struct {
	number             uuid.UUID
	parameters, limits json.RawMessage
}

// stored checks a definition and finds what it names.
func stored(ctx context.Context, q *db.Queries, d Definition) (parts, error) {
	if err := d.Validate(); err != nil {
		return parts{}, err
	}
	var found parts
	var wrong problems
	number, err := q.FindCampaignNumber(ctx, d.Number)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		wrong.add("number", "number_not_found", "there is no such business number")
	case err != nil:
		return parts{}, err
	}
	found.number = number.ID
	_, err = q.KeepSegment(ctx, d.SegmentID) // or it could be deleted before the draft is there to be seen
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		wrong.add("segment", "segment_not_found", "there is no such segment")
	case err != nil:
		return parts{}, err
	}
	if found.parameters, err = object(d.Parameters); err != nil {
		wrong.add("parameters", "invalid", "%s", err)
	}
	if found.limits, err = json.Marshal(d.Limits); err != nil {
		return parts{}, err
	}
	return found, wrong.err()
}
