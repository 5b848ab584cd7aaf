package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"reengage/conversation"
)

// configure gives the business number the policy that the script counts on.
func (p *player) configure(ctx context.Context) error {
	zone, err := time.LoadLocation(castZone)
	if err != nil {
		return err
	}
	hour := func(since time.Duration) string { return p.begin.Add(since).In(zone).Format("15:04") }
	settings := conversation.Settings{
		Reengagement: conversation.Policy{
			Attempts: []conversation.AttemptPolicy{{
				Delay: conversation.Duration(comeBackAfter), Template: "come_back", Language: "en_US",
				Parameters: json.RawMessage(`["{{contact.name}}"]`),
			}},
			QuietHours: &conversation.QuietHours{From: hour(nightFrom), To: hour(nightTo)},
			Budget:     &conversation.Budget{MonthMicros: 30 * businessMicros}, // a price is quoted before each
		},
		KeptReplies: conversation.KeptReplies{Mode: conversation.AutoKept},
	}
	if err := p.business.Configure(ctx, settings); err != nil {
		return fmt.Errorf("configure the business number: %w", err)
	}
	p.say("the policy: come_back %.0f h after a window has closed, but not from %s to %s where the contact lives; kept replies go by themselves",
		comeBackAfter.Hours(), settings.Reengagement.QuietHours.From, settings.Reengagement.QuietHours.To)
	return nil
}
