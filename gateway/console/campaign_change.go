package console

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"reengage/campaign"
	"reengage/gateway/api"
)

// campaignChange is the body of a POST, and of a PUT.
type campaignChange struct {
	Name     string `json:"name"`
	Number   string `json:"number"`
	Template struct {
		Name     string `json:"name"`
		Language string `json:"language"`
	} `json:"template"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
	Segment    string          `json:"segment"`
	Limits     campaign.Limits `json:"limits"`
	StartAt    *time.Time      `json:"start_at,omitempty"`
	EndAt      *time.Time      `json:"end_at,omitempty"`
	Version    int             `json:"version,omitempty"`
}

// change is what the form asks for, with what keeps it from being asked: what cannot be read, and what is not filled in yet.
func (f campaignForm) change(zone *time.Location) (campaignChange, []api.FieldError) {
	var r formReader
	c := campaignChange{Name: f.Name, Number: f.Number, Segment: f.Segment, Limits: f.limits(&r), Parameters: parametersBy(f.Values)}
	c.Template.Name, c.Template.Language = ofKey(f.Template)
	c.Version, _ = strconv.Atoi(f.Version) // of a draft that is not saved yet there is none
	if !f.AtOnce {
		if c.StartAt = f.instant(&r, "start_at", f.Start, zone); f.Start == "" {
			r.fail("start_at", "when is it to begin?")
		}
	}
	c.EndAt = f.instant(&r, "end_at", f.End, zone)
	for _, needed := range []struct{ field, value, asks string }{{"name", f.Name, "what is it called?"}, {"number", f.Number, "which number sends it?"},
		{"template", f.Template, "which template is sent?"}, {"segment", f.Segment, "to whom?"}} {
		if needed.value == "" {
			r.fail(needed.field, needed.asks)
		}
	}
	return c, r.wrong
}

// campaignFormOf shows a draft as it is.
func campaignFormOf(one api.Campaign, n api.BusinessNumber, listed templateList) campaignForm {
	zone := zoneOf(n.TimeZone)
	f := campaignForm{Version: strconv.Itoa(one.Version), Name: one.Name, Number: one.Number.ID, Template: templateKey(one.Template.Name, one.Template.Language),
		Segment: one.Segment.ID.String(), AtOnce: one.StartAt == nil, Values: valueRows(one.Parameters, listed.find(one.Template.Name, one.Template.Language))}
	if one.StartAt != nil {
		f.Start = one.StartAt.In(zone).Format(localTime)
	}
	if one.EndAt != nil {
		f.End = one.EndAt.In(zone).Format(localTime)
	}
	f.limitsOf(campaign.Limits(one.Limits))
	return f
}

// sameChange compares what would be stored; parameters can be written in several ways.
func sameChange(a, b campaignChange) bool {
	pa, pb := normalParameters(a.Parameters), normalParameters(b.Parameters)
	a.Parameters, b.Parameters = nil, nil
	return reflect.DeepEqual(a, b) && reflect.DeepEqual(pa, pb)
}

func notFilledIn(wrong []api.FieldError) *api.Problem {
	return &api.Problem{Status: http.StatusUnprocessableEntity, Code: wrong[0].Code, Detail: wrong[0].Detail, Field: wrong[0].Field, Errors: wrong}
}
