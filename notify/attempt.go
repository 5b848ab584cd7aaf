package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"reengage/db"
)

// attempt posts a claimed notification and notes what came of it. If it cannot note that, the claim runs out and the
// notification is posted again.
func (n *Notifier) attempt(ctx context.Context, c db.ClaimNotificationsRow) {
	err := errExpired
	if c.AgeSeconds < n.GiveUpAfter.Seconds() {
		err = n.post(ctx, c)
	}
	outcome := "retried"
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout) // for noting; an outage of Postgres must not hold up the end
	defer cancel()
	var noted error
	switch {
	case err == nil:
		outcome = "delivered"
		noted = n.queries.MarkNotificationDelivered(ctx, c.ID)
	case errors.Is(err, errGone), errors.Is(err, errExpired):
		outcome = "given_up"
		noted = n.queries.GiveUpNotification(ctx, err.Error(), c.ID, c.Attempts)
	default:
		noted = n.queries.PostponeNotification(ctx, db.PostponeNotificationParams{
			NotificationID: c.ID, Attempts: c.Attempts, LastError: err.Error(), DelaySeconds: n.wait(int(c.Attempts)).Seconds(),
		})
	}
	n.attempts.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", outcome)))
	if err != nil {
		n.Log.WarnContext(ctx, "notification not delivered", "id", c.ID, "type", c.Type, "attempt", c.Attempts,
			"outcome", outcome, "error", err)
	}
	if noted != nil {
		n.Log.WarnContext(ctx, "the outcome of a notification could not be noted", "id", c.ID, "outcome", outcome, "error", noted)
	}
}

// envelope is the body, as Standard Webhooks recommends it.
type envelope struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"` // when it was enqueued, real time, so the same at each attempt
	Data      json.RawMessage `json:"data"`
}

// Why there will be no further attempt.
var (
	errGone    = errors.New("status 410")
	errExpired = errors.New("expired")
)

// post makes one request. Its error is a status or a class of failure and never has anything of the receiver's in it.
func (n *Notifier) post(ctx context.Context, c db.ClaimNotificationsRow) error {
	body, err := json.Marshal(envelope{c.Type, c.CreatedAt.UTC(), c.Payload})
	if err != nil {
		return errors.New("body")
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("request")
	}
	now := time.Now()
	signature, err := n.signer.Sign(c.ID, now, body)
	if err != nil {
		return errors.New("signature")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "reengage")
	request.Header.Set(standardwebhooks.HeaderWebhookID, c.ID)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)

	response, err := n.client.Do(request)
	if err != nil {
		return errors.New(classOf(err))
	}
	defer response.Body.Close()
	// A little is read so that the connection can be used again; an answer has no business being long.
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10)
	switch code := response.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusGone:
		return errGone
	default:
		return fmt.Errorf("status %d", code)
	}
}
