package api

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/sending"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// TimelineMessage is a message of the contact, or to it. Its text is personal data.
type TimelineMessage struct {
	Direction string            `json:"direction" enum:"inbound,outbound"`
	Type      string            `json:"type" example:"text" doc:"Of an inbound message as the provider names it (text, image, video, audio, document, location, reaction, ...); of an outbound one template or freeform, or what another program says that it sent."`
	Text      string            `json:"text,omitempty" doc:"Also what stands below a picture."`
	Template  *TimelineTemplate `json:"template,omitempty"`
	Category  string            `json:"category,omitempty" doc:"Of a template, as far as it is known."`

	// Of inbound messages.
	ReceivedAt   *time.Time `json:"received_at,omitempty" doc:"When we heard of it."`
	OpensWindow  bool       `json:"opens_window,omitempty" doc:"It is of a type that opens the window (W2)."`
	ClockClamped bool       `json:"clock_clamped,omitempty" doc:"Its time lay in the future, and was taken for that of its receipt (W3)."`
	EntryPoint   string     `json:"entry_point,omitempty" doc:"The ad or page by which the contact came (W8)."`

	// Of outbound messages.
	SendID            *uuid.UUID     `json:"send_id,omitempty" doc:"GET /v1/sends/{id} has its attempts."`
	Origin            sending.Origin `json:"origin,omitempty" enum:"request,fallback,reengagement,kept_reply,nudge,campaign,elsewhere" doc:"elsewhere: sent by other means."`
	State             string         `json:"state,omitempty" enum:"planned,inflight,unknown,accepted,sent,delivered,read,refused,failed" doc:"Up to accepted what we know, then how far the provider says the message has got."`
	MayHaveArrived    bool           `json:"may_have_arrived,omitempty" doc:"Nobody knows: the request left and no answer came back."`
	Final             bool           `json:"final,omitempty" doc:"Of unknown: it is no longer waited for. A later status still settles it."`
	PossibleDuplicate bool           `json:"possible_duplicate,omitempty" doc:"It was sent once more although the first may have arrived, or is that second copy."`
	Inferred          bool           `json:"inferred,omitempty" doc:"Nobody has reported it: its delivery says that there is one."`
	Reason            *Reason        `json:"reason,omitempty" doc:"Why it was refused or has failed."`
	ReplacedBy        *uuid.UUID     `json:"replaced_by,omitempty" doc:"The send that went instead."`
	PlannedAt         *time.Time     `json:"planned_at,omitempty"`
	AcceptedAt        *time.Time     `json:"accepted_at,omitempty"`
	SentAt            *time.Time     `json:"sent_at,omitempty"`
	DeliveredAt       *time.Time     `json:"delivered_at,omitempty" doc:"read implies delivered, also where the provider did not say so."`
	ReadAt            *time.Time     `json:"read_at,omitempty"`
}

// TimelineTemplate is a template with its text as the contact saw it.
type TimelineTemplate struct {
	Name     string  `json:"name"`
	Language string  `json:"language"`
	Text     *string `json:"text" doc:"Header, body and footer, each beginning a line, by what the template says now; null if the template is not known."`
}

// messageRow is a message as the query has it.
type messageRow struct {
	TimelineMessage
	State          string                `json:"state"`
	Template       *contract.Template    `json:"template"`
	Components     *[]template.Component `json:"components"`
	DeliveryStatus string                `json:"delivery_status"`
	Times          struct {
		SentAt      *time.Time `json:"sent_at"`
		DeliveredAt *time.Time `json:"delivered_at"`
		ReadAt      *time.Time `json:"read_at"`
	} `json:"times"`
	RefusedWith  *string `json:"refused_with"`
	Sentence     string  `json:"sentence"`
	ErrorCode    *int32  `json:"error_code"`
	ErrorDetails *string `json:"error_details"`
	FailedWith   *int32  `json:"failed_with"`
}

// timelineItem reads what the query has written.
func timelineItem(row db.ListTimelineRow) (TimelineItem, error) {
	item := TimelineItem{At: row.At.UTC(), ID: row.ID}
	var err error
	switch row.Source {
	case "message":
		var m messageRow
		err = json.Unmarshal(row.Item, &m)
		message := m.message()
		item.Kind, item.Message = "message", &message
	case "reminder":
		var r TimelineReminder
		err = json.Unmarshal(row.Item, &r)
		r.Sentence, r.Deadline, r.DueAt = reminderSentences[r.Outcome], r.Deadline.UTC(), r.DueAt.UTC()
		item.Kind, item.Reminder = "reminder", &r
	case "posted_charge":
		var c TimelineCharge
		err = json.Unmarshal(row.Item, &c)
		item.Kind, item.Charge, item.ID = "charge", &c, strconv.FormatInt(c.ID, 10)
	default:
		err = fmt.Errorf("an item of the kind %s", row.Source)
	}
	if err != nil {
		return item, fmt.Errorf("timeline: %w", err)
	}
	return item, nil
}

func (r messageRow) message() TimelineMessage {
	m := r.TimelineMessage
	m.ReceivedAt, m.PlannedAt, m.AcceptedAt = utc(m.ReceivedAt), utc(m.PlannedAt), utc(m.AcceptedAt)
	m.SentAt, m.DeliveredAt, m.ReadAt = utc(r.Times.SentAt), utc(r.Times.DeliveredAt), utc(r.Times.ReadAt)
	if m.Direction == "inbound" {
		m.Origin = ""
		return m
	}
	m.ReceivedAt = nil
	if m.State = r.State; m.State == "" || m.State == string(sending.Accepted) {
		m.State = string(sending.Accepted)
		if r.DeliveryStatus != "" {
			m.State = r.DeliveryStatus
		}
	}
	m.MayHaveArrived = m.State == string(sending.Unknown)
	m.Reason = notArrived{r.RefusedWith, r.Sentence, r.ErrorCode, r.ErrorDetails, r.DeliveryStatus, r.FailedWith}.reason()
	if r.Template != nil {
		m.Template = r.template()
	}
	return m
}

func (r messageRow) template() *TimelineTemplate {
	t := &TimelineTemplate{Name: r.Template.Name, Language: r.Template.Language}
	if r.Components == nil {
		return t
	}
	var parameters template.Parameters
	_ = json.Unmarshal(r.Template.Parameters, &parameters) // what cannot be read leaves its places as they are written
	text := template.Template{Components: *r.Components}.Preview(parameters).String()
	t.Text = &text
	return t
}
