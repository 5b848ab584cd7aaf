package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"reengage/conversation"
	"reengage/db"
	"reengage/ledger"
)

// SetNumber sets a business number up. One that nobody has named yet is made.
//
//	{
//	  "display": "+1 202 555 0100",
//	  "time_zone": "America/Sao_Paulo",
//	  "account_time_zone": "America/Sao_Paulo",
//	  "settings": {
//	    "reminders": {"leads": ["1h0m0s"]},
//	    "reengagement": {"attempts": [{"delay": "1h0m0s", "template": "we_miss_you", "language": "pt_BR", "parameters": ["{{contact.name}}"]}]}
//	  }
//	}
type SetNumber struct {
	ID   string `path:"id" minLength:"1" maxLength:"64" pattern:"^[!-~]+$" doc:"Meta's phone number id: digits, unless the number is known already."`
	Body struct {
		NumberBody
		Version *string `json:"version,omitempty" maxLength:"200" doc:"The version that the change was made from. If anything that can be set has changed since, the answer is 409 number_changed, whose errors name what has, and nothing is set. Missing: whatever there is is replaced."`
	}
}

// NumberBody is what is set of a number.
type NumberBody struct {
	Display           *string              `json:"display,omitempty" maxLength:"64" doc:"Missing: as it is."`
	WABA              *string              `json:"waba_id,omitempty" maxLength:"64" pattern:"^[!-~]*$" doc:"Missing: as it is."`
	Portfolio         *string              `json:"portfolio,omitempty" minLength:"1" maxLength:"64" doc:"Missing: as it is."`
	TimeZone          string               `json:"time_zone" minLength:"1" maxLength:"64" example:"America/Sao_Paulo" doc:"IANA name."`
	AccountTimeZone   string               `json:"account_time_zone" minLength:"1" maxLength:"64" example:"UTC" doc:"IANA name. A change has everything that the number owes counted anew."`
	Settings          RawSettings          `json:"settings"`
	StopWords         *map[string][]string `json:"stop_words,omitempty" doc:"Missing: as they are."`
	MessagesPerSecond *int32               `json:"messages_per_second,omitempty" minimum:"1" maximum:"10000" doc:"Missing: as it is; 80 by default."`
	ContactsPerDay    *int32               `json:"contacts_per_day,omitempty" minimum:"0" maximum:"100000000" doc:"Missing: as it is; 0: no limit, as it is by default."`
}

// SetNumberTimeout bounds the setting up of a number and the assignment of a scheme, in real time: a change of the account's time zone
// and one of the scheme wait for the billing under way.
const SetNumberTimeout = time.Minute

var setNumberOp = huma.Operation{
	OperationID: "set-number", Method: http.MethodPut, Path: "/v1/numbers/{id}",
	Summary: "Set a business number up",
	Description: "Settings replace all former ones; conversations that wait for something are told of them, and a plan that has been made keeps the policy " +
		"of the moment when its window closed. Templates that the policy names and that could not go now are warnings. With a version, nothing that somebody " +
		"else has set meanwhile is written over. The scheme by which the number owes is assigned by itself (PUT /v1/numbers/{id}/scheme).",
	Errors: []int{http.StatusConflict},
}

// Execute writes it all in one transaction.
func (r *SetNumber) Execute(ctx context.Context, a *API, real time.Time) (n BusinessNumber, err error) {
	known, err := r.Body.check(ctx, a)
	if err != nil {
		return n, err
	}
	settings, err := json.Marshal(known)
	if err != nil {
		return n, err
	}
	now := a.clock.At(real)
	told := int64(0)
	err = db.InTx(ctx, a.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		before, version, err := r.register(ctx, q, now)
		if err != nil {
			return err
		}
		if before.AccountTimeZone != r.Body.AccountTimeZone {
			if err := ledger.RecountAccount(ctx, q, before.ID); err != nil {
				return err
			}
		}
		if err := q.SetNumber(ctx, r.row(before, settings)); err != nil {
			return err
		}
		if r.changes(before, settings) {
			if told, err = q.TellSettingsChanged(ctx, real, now, before.ID); err != nil {
				return err
			}
		}
		if n, err = readNumber(ctx, q, now, r.ID); err != nil {
			return err
		}
		return q.Audit(ctx, "set_number", numberSubject(r.ID), db.Facts{"set": fieldsSince(version, n)})
	})
	if err == nil && told > 0 {
		// Lost, it costs a second: the relay looks by itself.
		if err := a.queries.WakeRelay(ctx); err != nil {
			a.log.DebugContext(ctx, "the relay was not woken", "error", err)
		}
	}
	return n, err
}

// metasID is how Meta writes the id of a phone number.
var metasID = regexp.MustCompile(`^[0-9]{1,20}$`)

// register locks the number, and makes one that is not known: then its id must be one that a webhook could name. The version is
// the one that is about to be replaced.
func (r *SetNumber) register(ctx context.Context, q *db.Queries, now time.Time) (before db.BusinessNumber, version string, err error) {
	if !metasID.MatchString(r.ID) {
		if _, err := readNumber(ctx, q, now, r.ID); err != nil {
			var p *Problem
			if errors.As(err, &p) {
				err = invalid("id", "invalid_field", "id: a phone number id of Meta's has up to 20 digits and nothing else")
			}
			return before, "", err
		}
	}
	if before, err = q.RegisterNumber(ctx, r.ID, now); err != nil {
		return before, "", err
	}
	current, err := readNumber(ctx, q, now, r.ID) // locked by now
	if err != nil {
		return before, "", err
	}
	return before, current.Version, checkVersion(r.Body.Version, current)
}

// row is what is written; what the request leaves out stays.
func (r *SetNumber) row(before db.BusinessNumber, settings json.RawMessage) db.SetNumberParams {
	row := db.SetNumberParams{
		ID: before.ID, Display: orBefore(r.Body.Display, before.Display), WabaID: orBefore(r.Body.WABA, before.WabaID),
		Portfolio: orBefore(r.Body.Portfolio, before.Portfolio), TimeZone: r.Body.TimeZone, AccountTimeZone: r.Body.AccountTimeZone,
		Settings: settings, StopWords: before.StopWords, MessagesPerSecond: orBefore(r.Body.MessagesPerSecond, before.MessagesPerSecond),
		ContactsPerDay: orBefore(r.Body.ContactsPerDay, orZero(before.ContactsPerDay)),
	}
	if r.Body.StopWords != nil {
		row.StopWords, _ = json.Marshal(*r.Body.StopWords) // texts, which can be written
	}
	return row
}

// changes reports whether a run would decide otherwise by the new settings. The same ones again need not wake everybody.
func (r *SetNumber) changes(before db.BusinessNumber, settings json.RawMessage) bool {
	return !sameSettings(before, settings) || before.TimeZone != r.Body.TimeZone
}

func sameSettings(before db.BusinessNumber, settings json.RawMessage) bool {
	var known conversation.Settings
	if err := json.Unmarshal(before.Settings, &known); err != nil {
		return false
	}
	again, err := json.Marshal(known)
	return err == nil && bytes.Equal(again, settings)
}

func orZero(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}

func orBefore[T any](given *T, before T) T {
	if given == nil {
		return before
	}
	return *given
}

// check refuses what the schema cannot, all of it at once, and returns the settings as they are stored.
func (b *NumberBody) check(ctx context.Context, a *API) (conversation.Settings, error) {
	settings, err := readSettings(b.Settings)
	found := []error{a.checkZone(ctx, "time_zone", b.TimeZone), a.checkZone(ctx, "account_time_zone", b.AccountTimeZone)}
	if b.StopWords != nil {
		found = append(found, checkStopWords(*b.StopWords))
	}
	var wrong []FieldError
	for _, err := range append(found, err) {
		var p *Problem
		switch {
		case errors.As(err, &p):
			wrong = append(wrong, p.Errors...)
		case err != nil:
			return settings, err
		}
	}
	if len(wrong) > 0 {
		return settings, severally(wrong)
	}
	return settings, nil
}

// checkZone asks everybody who has to know the zone.
func (a *API) checkZone(ctx context.Context, field, name string) error {
	unknown := invalid(field, "unknown_time_zone", "%s is not a time zone such as America/Sao_Paulo", field)
	if ledger.CheckAccountZone(name) != nil || strings.ContainsRune(name, 0) {
		return unknown
	}
	_, err := a.queries.TryTimeZone(ctx, name)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "22023" {
		return unknown
	}
	return err
}

// The most that stop words may be; each message is compared with all of them.
const (
	mostStopWords = 100 // of a language
	longStopWord  = 64  // characters
)

func checkStopWords(words map[string][]string) error {
	for _, language := range slices.Sorted(maps.Keys(words)) {
		field := "stop_words." + language
		if language == "" || len(words[language]) > mostStopWords {
			return invalid(field, "invalid_field", "%s: at most %d words of a language that is named", field, mostStopWords)
		}
		for i, w := range words[language] {
			if strings.TrimSpace(w) == "" || strings.ContainsRune(w, 0) || utf8.RuneCountInString(w) > longStopWord {
				at := fmt.Sprintf("%s[%d]", field, i)
				return invalid(at, "invalid_field", "%s is not a word of 1 to %d characters", at, longStopWord)
			}
		}
	}
	return nil
}
