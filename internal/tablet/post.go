package tablet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The pause before another try doubles from one to the other; each is drawn
// from its upper half, so that a class does not come back all at once.
const (
	firstPause = 200 * time.Millisecond
	lastPause  = 10 * time.Second
)

// largestReply is far above any questionnaire.
const largestReply = 1 << 20

// post sends the same bytes until the server has decided about them.
func (t *Tablet) post(ctx context.Context, path string, body []byte, reply any) error {
	pause := firstPause
	for {
		again, after, err := t.try(ctx, path, body, reply)
		if !again {
			return err
		}
		wait := max(after, pause/2+rand.N(pause/2)) //nolint:gosec // G404: spreads tablets over time, no secret
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fmt.Errorf("%w (%w)", err, ctx.Err())
		}
		pause = min(2*pause, lastPause)
	}
}

// try sends them once. After is the least pause the server asks for.
func (t *Tablet) try(ctx context.Context, path string, body []byte, reply any) (again bool, after time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(t.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return false, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	client := t.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return ctx.Err() == nil, 0, err
	}
	defer func() { _ = res.Body.Close() }() // read to its end below
	text, err := io.ReadAll(io.LimitReader(res.Body, largestReply))
	if err != nil {
		return ctx.Err() == nil, 0, fmt.Errorf("read the reply: %w", err)
	}
	if res.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, reply); err != nil {
			return false, 0, fmt.Errorf("read the reply: %w", err)
		}
		return false, 0, nil
	}
	var refusal struct {
		Outcome string `json:"outcome"`
		Message string `json:"message"`
	}
	if json.Unmarshal(text, &refusal) != nil || refusal.Outcome == "" {
		refusal.Outcome, refusal.Message = "internal", res.Status
	}
	seconds, _ := strconv.Atoi(res.Header.Get("Retry-After"))
	return res.StatusCode == http.StatusServiceUnavailable, time.Duration(seconds) * time.Second,
		&Refused{Status: res.StatusCode, outcome: refusal.Outcome, message: refusal.Message}
}
