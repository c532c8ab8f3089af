package prompt

import (
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

// PassOn is the event by which an owner's person passes a signal about adults on
// to the school's principal: it opens a prompt, or joins the school's open one.
// prompts are those of the school. ok is false if the signal is none about
// adults or stands no more, or has been passed on.
//
// The signal is not among the school's releases, so the event carries what its
// reader may know. Its id follows from the signal: passed on twice, or by two, is
// passed on once.
func PassOn(s disclosure.Signal, prompts []duty.Prompt, now time.Time, person, role string) (e duty.Event, ok bool) {
	r := &round{wave: s.Raised, now: now, prompts: slices.Clone(prompts)}
	if s.Kind != disclosure.KindAdult || s.Ended || len(r.telling(s)) > 0 {
		return duty.Event{}, false
	}
	d, joined := join(r, s)
	if !joined {
		d, _ = deliver(r, s)
	}
	e = d.Event
	e.By, e.Role = person, role
	e.Body.Since, e.Body.OneIn, e.Body.Reason = s.Since, s.OneIn, string(PassedOn)
	return e, true
}
