package console

import (
	"strconv"
	"time"

	"reengage/campaign"
)

func countCell(n int) chartCell { return chartCell{number(int64(n)), strconv.Itoa(n)} }

// funnelOf is how far the recipients have come, each step a part of the one before.
func funnelOf(r campaign.Results) chart {
	c := chart{Title: "How far it got", Kind: "ranks", Head: "Step", Series: []series{{Name: "Contacts"}}, More: []string{"Of all", "Of the step before"}}
	before := r.Recipients
	for _, step := range []struct {
		word string
		n    int
	}{{"Recipients", r.Recipients}, {"Accepted", r.Accepted}, {"Delivered", r.Delivered}, {"Read", r.Read}, {"Answered", r.Answered}} {
		c.Rows = append(c.Rows, chartRow{Label: step.word, Cells: []chartCell{countCell(step.n)},
			More: []string{share(int64(step.n), int64(r.Recipients)), share(int64(step.n), int64(before))}})
		before = step.n
	}
	return c
}

// mostPoints is how many points a chart has at most for stretches in which nothing happened.
const mostPoints = 200

// seriesOf is what happened when; nil: nothing yet.
func seriesOf(s campaign.Series, zone *time.Location) *chart {
	if len(s.Points) == 0 || s.BucketSeconds <= 0 {
		return nil
	}
	c := &chart{Title: "When", Kind: "lines", Head: "From", Series: []series{{Name: "Accepted"}, {Name: "Delivered"}, {Name: "Read"}, {Name: "Answered"}}}
	every := time.Duration(s.BucketSeconds) * time.Second
	first, last := s.Points[0].At, s.Points[len(s.Points)-1].At
	format := "15:04"
	switch {
	case every < time.Minute:
		format = "15:04:05"
	case last.Sub(first) >= 24*time.Hour:
		format = "2 Jan, 15:04"
	}
	add := func(p campaign.Point) {
		c.Rows = append(c.Rows, chartRow{Label: p.At.In(zone).Format(format),
			Cells: []chartCell{countCell(p.Accepted), countCell(p.Delivered), countCell(p.Read), countCell(p.Answered)}})
	}
	gaps := last.Sub(first)/every < mostPoints
	for i, p := range s.Points {
		if i > 0 && gaps {
			for at := s.Points[i-1].At.Add(every); at.Before(p.At); at = at.Add(every) {
				add(campaign.Point{At: at})
			}
		}
		add(p)
	}
	return c
}
