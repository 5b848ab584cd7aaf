package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"reengage/audience"
	"reengage/campaign"
	"reengage/whatsapp/template"
	"reengage/whatsapp/whatsapptest"
	"reengage/workflows/contract"
)

// The number's rates: one that leaves the machine to be the limit, and the one that numbers have unless told otherwise.
const (
	fastRate  = 1000
	usualRate = 80
)

// broadcastCrowd are those whom campaigns are sent to, of whom a quarter answers, as in AiSensy's own example.
var broadcastCrowd = whatsapptest.Crowd{
	Seed: 1, Prefix: "1556", Quote: 0.3,
	Shares: whatsapptest.Shares{Unreachable: 0.02, Blocking: 0.02, Answering: 0.25, Reading: 0.5},
	Delays: whatsapptest.Delays{
		Sent: whatsapptest.Span{Least: time.Second, Most: 2 * time.Second}, Delivered: whatsapptest.Span{Most: 2 * time.Second},
		Read: whatsapptest.Span{Most: 2 * time.Second}, Written: whatsapptest.Span{Least: time.Second, Most: 3 * time.Second},
	},
}

// measureCampaign sends a template to many while agents reply to others.
func measureCampaign(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "Campaign: a template to many, while agents reply",
		How: fmt.Sprintf("%d contacts, %d messages a second allowed to the number (so the machine is the limit), from the launch until the provider has taken the last; "+
			"simulated customers get it, read it, and a quarter answers. Replies: %.0f a second to %d other conversations, from the request until the provider has "+
			"answered. At the pace: %d contacts, %d messages a second, of which campaigns take at most %d %%.",
			n.recipients, fastRate, n.repliesPerSecond, n.repliedTo, n.recipientsAtPace, usualRate, campaign.DefaultPacePercent),
		Baseline: fmt.Sprintf("a workflow for each, started by a signal, that runs as many activities which do nothing as the recipients' own did, for %d; at the pace, "+
			"the campaign's share of the rate; replies and memory without a campaign", n.bareRecipients),
	}
	s, err := g.openShop(ctx, n.concurrency, broadcastCrowd)
	if err != nil {
		return group, err
	}
	defer closing(s.close, &err)
	if err := s.addContacts(ctx, 0, n.recipients, "many"); err != nil {
		return group, err
	}
	if err := s.addContacts(ctx, n.recipients, n.recipientsAtPace, "some"); err != nil {
		return group, err
	}
	agents, err := s.hireAgents(ctx, n)
	if err != nil {
		return group, err
	}
	if err := s.analyze(ctx); err != nil {
		return group, err
	}
	var quiet []time.Duration
	quietPeak, err := worstMemory(func() (err error) {
		quiet, err = agents.during(ctx, func(ctx context.Context) error { return sleep(ctx, n.repliesAlone) })
		return err
	})
	if err != nil {
		return group, err
	}

	if err := s.rate(ctx, fastRate); err != nil {
		return group, err
	}
	many := broadcast{shop: s, tag: "many", n: n.recipients}
	var meanwhile []time.Duration
	peak, err := worstMemory(func() (err error) {
		meanwhile, err = agents.during(ctx, many.run)
		return err
	})
	if err := errors.Join(err, many.check(ctx)); err != nil {
		return group, err
	}
	each, err := s.activitiesPerRecipient(ctx, "many")
	if err != nil {
		return group, err
	}
	bare, err := s.runBare(ctx, n, each)
	if err != nil {
		return group, err
	}

	if err := s.rate(ctx, usualRate); err != nil {
		return group, err
	}
	some := broadcast{shop: s, tag: "some", from: n.recipients, n: n.recipientsAtPace}
	atPace, err := agents.during(ctx, some.run)
	if err := errors.Join(err, some.check(ctx)); err != nil {
		return group, err
	}
	group.add("sends", "sends/s", perSecond(n.recipients, many.took), perSecond(n.bareRecipients, bare))
	group.add("sends at the pace", "sends/s", perSecond(n.recipientsAtPace, some.took), usualRate*campaign.DefaultPacePercent/100)
	addReplies(&group, "reply meanwhile", meanwhile, quiet)
	addReplies(&group, "reply at the pace", atPace, quiet)
	group.add("peak memory", "MiB", float64(peak)/(1<<20), float64(quietPeak)/(1<<20))
	group.note("%d activities a recipient; %d replies meanwhile, %d at the pace, %d without a campaign", each, len(meanwhile), len(atPace), len(quiet))
	group.note("peak memory is Go's, of this whole process, in which the simulator keeps all messages and webhooks of the run")
	return group, nil
}

func addReplies(g *Group, what string, these, quiet []time.Duration) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	for _, q := range []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		g.add(what+", "+q.name, "ms", ms(quantile(these, q.share)), ms(quantile(quiet, q.share)))
	}
}

// patienceWith is how long a campaign may take: a machine that takes a tenth of a second for each has other troubles.
func patienceWith(recipients int) time.Duration {
	return patience + time.Duration(recipients)*100*time.Millisecond
}

// broadcast is a campaign for the contacts with a tag: n of them, from this one on.
type broadcast struct {
	shop    *shop
	tag     string
	from, n int
	before  int // messages that the provider had taken
	id      uuid.UUID
	took    time.Duration
}

// run lasts from the launch until the last is settled.
func (b *broadcast) run(ctx context.Context) (err error) {
	if b.id, err = b.shop.draft(ctx, b.tag); err != nil {
		return err
	}
	b.before = len(b.shop.meta.Messages())
	b.took, err = timed(func() error {
		if _, err := b.shop.campaigns.Launch(ctx, b.id, "bench"); err != nil {
			return err
		}
		return untilWithin(ctx, patienceWith(b.n), "campaigns without an open recipient", 1, func(ctx context.Context) (done int, err error) {
			// By small indexes, so that looking is no part of what is measured.
			err = b.shop.serves.QueryRow(ctx, `SELECT count(*) FROM campaigns c WHERE c.id = $1 AND c.materialised_at IS NOT NULL
				AND NOT EXISTS (SELECT FROM campaign_recipients r WHERE r.campaign_id = c.id AND r.state IN ('pending', 'held'))
				AND NOT EXISTS (SELECT FROM campaign_recipients r WHERE r.campaign_id = c.id AND r.state IN ('asked', 'planned', 'unknown'))`, b.id).Scan(&done)
			return done, err
		})
	})
	return err
}

// draft makes a campaign for the contacts with a tag.
func (s *shop) draft(ctx context.Context, tag string) (uuid.UUID, error) {
	segment := uuid.New()
	if _, err := s.serves.Exec(ctx, `INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, $2, $3, $4, 'bench', $4)`,
		segment, tag, audience.Filter{AllTags: []string{tag}}, s.now()); err != nil {
		return uuid.Nil, fmt.Errorf("save a segment: %w", err)
	}
	c, err := s.campaigns.Create(ctx, uuid.New(), campaign.Definition{
		Name: tag, Number: phoneNumberID, Template: "news", Language: "en_US", SegmentID: segment,
		Parameters: template.Parameters{Body: template.Values{Positional: []string{"{{contact.first_name|there}}"}}},
	}, "bench")
	return c.ID, err
}

// check fails unless the provider has taken one message for each, and the results say what the crowd's fates do.
func (b *broadcast) check(ctx context.Context) error {
	if err := b.shop.meta.Settle(ctx); err != nil {
		return err
	}
	got := map[string]int{}
	for _, m := range b.shop.meta.Messages()[b.before:] {
		if m.Type == "template" {
			got[m.To]++
		}
	}
	var delivered, read, answered int
	for i := b.from; i < b.from+b.n; i++ {
		if got[recipientPhone(i)] != 1 {
			return fmt.Errorf("a recipient has got %d messages", got[recipientPhone(i)])
		}
		f := broadcastCrowd.Fate(recipientPhone(i))
		for counter, counts := range map[*int]bool{&delivered: f.Delivered(), &read: f.Read(), &answered: f.Writes()} {
			if counts {
				*counter++
			}
		}
	}
	want := [3]int{delivered, read, answered}
	var found [3]int
	err := b.shop.serves.QueryRow(ctx, `SELECT count(*) FILTER (WHERE delivery IN ('delivered', 'read')), count(*) FILTER (WHERE delivery = 'read'), count(answered_at)
		FROM campaign_recipients WHERE campaign_id = $1`, b.id).Scan(&found[0], &found[1], &found[2])
	if err == nil && found != want {
		err = fmt.Errorf("delivered, read and answered are %v, and by the customers' fates %v", found, want)
	}
	return err
}

// sampledRecipients are how many histories are looked at.
const sampledRecipients = 20

// activitiesPerRecipient is how many activities the conversations of those ran who got it and said nothing, rounded up.
func (s *shop) activitiesPerRecipient(ctx context.Context, tag string) (int, error) {
	rows, err := s.serves.Query(ctx, `SELECT r.conversation_id FROM campaign_recipients r JOIN campaigns c ON c.id = r.campaign_id
		WHERE c.name = $1 AND r.delivery = 'read' AND r.answered_at IS NULL ORDER BY r.id LIMIT $2`, tag, sampledRecipients)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	sampled, scheduled := 0, 0
	for rows.Next() {
		var conversation uuid.UUID
		if err := rows.Scan(&conversation); err != nil {
			return 0, err
		}
		sampled++
		for history := s.temporal.GetWorkflowHistory(ctx, contract.ConversationWorkflowID(conversation), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); history.HasNext(); {
			event, err := history.Next()
			if err != nil {
				return 0, fmt.Errorf("read a recipient's history: %w", err)
			}
			if event.EventType == enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
				scheduled++
			}
		}
	}
	if err := rows.Err(); err != nil || sampled == 0 {
		return 0, fmt.Errorf("no recipient has read it and kept silent: %w", err)
	}
	return (scheduled + sampled - 1) / sampled, nil
}

// runBare is the baseline: a workflow for each, with as many activities.
func (s *shop) runBare(ctx context.Context, n size, activities int) (time.Duration, error) {
	return timed(func() error {
		return inParallel(ctx, n.bareRecipients, 4*n.concurrency, func(ctx context.Context, i int) error {
			id := "bench/bare-" + uuid.NewString()
			run, err := s.temporal.SignalWithStartWorkflow(ctx, id, plainSignal, nil, client.StartWorkflowOptions{TaskQueue: plainQueue}, activeWorkflow, activities)
			if err != nil {
				return err
			}
			return run.Get(ctx, nil)
		})
	})
}
