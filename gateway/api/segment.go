package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"reengage/audience"
	"reengage/db"
)

// Segment is a saved filter.
type Segment struct {
	ID        uuid.UUID       `json:"id"`
	Name      string          `json:"name"`
	Filter    audience.Filter `json:"filter"`
	Version   int32           `json:"version" doc:"Counts the changes; a change names the one that it was made from."`
	Waiting   int64           `json:"waiting_campaigns" doc:"How many campaigns that are drafts or scheduled are for it. While there are any it cannot be deleted; those that have begun keep the filter that they began with."`
	CreatedAt time.Time       `json:"created_at"`
	CreatedBy string          `json:"created_by" doc:"user/ID or key/ID."`
	ChangedAt time.Time       `json:"changed_at"`
}

// SegmentBody is what is set of a segment.
type SegmentBody struct {
	Name   string          `json:"name" minLength:"1" maxLength:"200" pattern:"[^\\s]" example:"Lima, wrote this week" doc:"Unique. Space around it does not count."`
	Filter audience.Filter `json:"filter" doc:"Whom it means: those to whom every part applies that is given. {} means everybody."`
}

func (b SegmentBody) name() string { return strings.TrimSpace(b.Name) }

func segmentOf(s db.Segment, waiting int64) (Segment, error) {
	filter, err := audience.Parse(s.Filter)
	return Segment{ID: s.ID, Name: s.Name, Filter: filter, Version: s.Version, Waiting: waiting, CreatedAt: s.CreatedAt.UTC(),
		CreatedBy: s.CreatedBy, ChangedAt: s.ChangedAt.UTC()}, err
}

func readSegment(ctx context.Context, q *db.Queries, id uuid.UUID) (Segment, error) {
	row, err := q.GetSegment(ctx, id)
	if err != nil {
		return Segment{}, noSegment(err)
	}
	return segmentOf(row.Segment, row.Waiting)
}

func segmentSubject(id uuid.UUID) string { return "segment/" + id.String() }

// check refuses a body that cannot become a segment, for all that is wrong with it.
func (b SegmentBody) check(ctx context.Context, q *db.Queries) error {
	var wrong []FieldError
	if strings.ContainsFunc(b.Name, func(r rune) bool { return r < ' ' || r == '\uFFFD' }) {
		wrong = append(wrong, FieldError{"name", "invalid_field", "name: has characters that cannot be shown"})
	}
	of, err := filterErrors(ctx, q, b.Filter)
	if wrong = append(wrong, of...); err != nil || len(wrong) == 0 {
		return err
	}
	return severally(wrong)
}

// checkFilter refuses a filter, for all that is wrong with it.
func checkFilter(ctx context.Context, q *db.Queries, f audience.Filter) error {
	wrong, err := filterErrors(ctx, q, f)
	if err != nil || len(wrong) == 0 {
		return err
	}
	return severally(wrong)
}

func filterErrors(ctx context.Context, q *db.Queries, f audience.Filter) ([]FieldError, error) {
	problems := f.Validate()
	if len(problems) == 0 { // a text that Postgres takes for none cannot be looked for
		var err error
		if problems, err = f.Check(ctx, q); err != nil {
			return nil, err
		}
	}
	return fieldErrors("filter.", problems), nil
}

func fieldErrors(within string, problems []audience.Problem) []FieldError {
	var wrong []FieldError
	for _, p := range problems {
		e := FieldError{Field: within + p.Field, Detail: within + p.Detail}
		e.Code = "invalid_field"
		switch {
		case p.Unknown && p.Field == "number":
			e.Code = "unknown_number"
		case p.Unknown:
			e.Code = "unknown_campaign"
		}
		wrong = append(wrong, e)
	}
	return wrong
}

// segmentExists is the refusal of a name that another segment has.
func segmentExists() *Problem {
	p := newProblem(http.StatusConflict, "segment_exists", "there is a segment with this name; nothing was done")
	p.Field = "name"
	p.Errors = []FieldError{{Field: p.Field, Code: p.Code, Detail: p.Detail}}
	return p
}

// nameTaken reports whether a statement was refused because two rows would have one name.
func nameTaken(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "23505" && refused.ConstraintName == "segments_by_name"
}
