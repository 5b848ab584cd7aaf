package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"reengage/db"
	"reengage/sending"
)

// BusinessNumber is a business number with what it decides about its conversations.
type BusinessNumber struct {
	ID                string              `json:"id" doc:"Meta's phone number id."`
	Display           string              `json:"display" doc:"As people write it."`
	WABA              string              `json:"waba_id" doc:"The WhatsApp business account, learnt from webhooks or set by hand. Empty: no template can be sent."`
	Portfolio         string              `json:"portfolio" doc:"The scope of bsuids (W10)."`
	Configured        bool                `json:"configured" doc:"false: registered by the first webhook that named it, with default settings."`
	TimeZone          string              `json:"time_zone" doc:"People's: working hours."`
	AccountTimeZone   string              `json:"account_time_zone" doc:"Money's: days and months of charges."`
	Settings          NumberSettings      `json:"settings"`
	StopWords         map[string][]string `json:"stop_words" doc:"Words by language that opt a contact out of marketing. Empty: the ones that the program knows."`
	MessagesPerSecond int32               `json:"messages_per_second" doc:"At most this many are sent."`
	ContactsPerDay    int32               `json:"contacts_per_day" doc:"Contacts that campaigns may begin with in any 24 hours, by Meta's tier: 250, 2,000, 10,000, 100,000. 0: no limit."`
	SenderPaused      *SenderPaused       `json:"sender_paused" doc:"Since when and why it sends nothing; null if it does."`
	Scheme            *NumberScheme       `json:"scheme" doc:"By what it owes now; null: by what Meta charges."`
	Warnings          []NumberWarning     `json:"warnings" nullable:"false" doc:"What in the settings would not work as things stand."`
	Version           string              `json:"version" doc:"Of all that can be set. Given with a change, it makes sure that nobody else has changed the number meanwhile."`
}

// SenderPaused says why a number sends nothing.
type SenderPaused struct {
	At    time.Time `json:"at"`
	Class string    `json:"class" doc:"manual, or the class of the provider's refusal: sender_paused, auth, registration."`
	Code  *int32    `json:"code" doc:"The provider's."`
}

// NumberScheme is the assignment in force.
type NumberScheme struct {
	Name    string     `json:"name" example:"zenvia-conversion"`
	From    *time.Time `json:"from" doc:"null: always."`
	CardSet *string    `json:"card_set" doc:"null: the prices that the program ships."`
}

// NumberWarning says what in the settings would not work.
type NumberWarning struct {
	Code     string `json:"code" enum:"template_not_found,template_not_approved,template_parameters,account_unknown"`
	Field    string `json:"field" example:"settings.reengagement.attempts[0]"`
	Sentence string `json:"sentence"`
}

func noNumber() *Problem {
	return newProblem(http.StatusNotFound, "number_not_found", "there is no business number with this phone number id")
}

// readNumbers returns one number, or all, as they are at now.
func readNumbers(ctx context.Context, q *db.Queries, now time.Time, id string) ([]BusinessNumber, error) {
	rows, err := q.ListNumbers(ctx, now, id)
	if err != nil {
		return nil, err
	}
	numbers := make([]BusinessNumber, len(rows))
	policies := make([]sending.AccountPolicy, len(rows))
	for i, row := range rows {
		if numbers[i], err = numberOf(row); err != nil {
			return nil, err
		}
		numbers[i].Version = versionOf(numbers[i])
		policies[i] = sending.AccountPolicy{WABA: numbers[i].WABA, Policy: numbers[i].Settings.Reengagement}
	}
	known, err := sending.Rehearse(ctx, q, policies...)
	if err != nil {
		return nil, err
	}
	for i, p := range policies {
		numbers[i].Warnings = warnings(p.WABA, p.Policy, known[i])
	}
	return numbers, nil
}

func numberOf(row db.ListNumbersRow) (BusinessNumber, error) {
	b := row.BusinessNumber
	n := BusinessNumber{
		ID: b.PhoneNumberID, Display: b.Display, WABA: b.WabaID, Portfolio: b.Portfolio, Configured: b.Configured,
		TimeZone: b.TimeZone, AccountTimeZone: b.AccountTimeZone, MessagesPerSecond: b.MessagesPerSecond, ContactsPerDay: orZero(b.ContactsPerDay),
	}
	if b.SenderPausedAt != nil && b.SenderPausedClass != nil {
		n.SenderPaused = &SenderPaused{b.SenderPausedAt.UTC(), *b.SenderPausedClass, b.SenderPausedCode}
	}
	if row.Scheme != "" {
		n.Scheme = &NumberScheme{row.Scheme, orNull(row.SchemeFrom.UTC()), row.CardSet}
	}
	if err := json.Unmarshal(b.Settings, &n.Settings); err != nil {
		return n, fmt.Errorf("settings of number %s: %w", b.PhoneNumberID, err)
	}
	if err := json.Unmarshal(b.StopWords, &n.StopWords); err != nil {
		return n, fmt.Errorf("stop words of number %s: %w", b.PhoneNumberID, err)
	}
	return n, nil
}
