package prompt

import (
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
)

// tooSmall is the number of pupils under which a class can seldom pass the
// gate's thresholds: ten respondents for what is sensitive.
const tooSmall = 10

// StandingLook is the reason for a standing prompt.
const StandingLook Reason = "standing_look"

// EachTerm returns the events that ask an owner's schools, once a term, to look
// out for the classes which are too small for the survey to say anything of.
// prompts are those there are. It is pure, and asked twice it has the same ids.
func EachTerm(o roster.Owner, prompts []duty.Prompt, now time.Time) []duty.Event {
	var events []duty.Event
	for _, school := range o.Schools {
		for _, class := range school.Classes {
			if class.Size >= tooSmall {
				continue
			}
			u := disclosure.Unit{Owner: o.Org, School: school.Org, Level: disclosure.LevelClass, Name: class.Name}
			id := duty.MachineID(term(now), u, duty.Standing, duty.Opened)
			there := slices.ContainsFunc(prompts, func(p duty.Prompt) bool {
				return p.ID == id || p.Open() && p.Unit == u && p.Kind == duty.Standing
			})
			if there {
				continue
			}
			events = append(events, duty.Event{
				ID: id, Subject: duty.PromptSubject(id), Owner: o.Org, School: school.Org,
				Step: duty.Opened, At: now, By: duty.Machine,
				Body: duty.Body{
					Level: string(u.Level), Unit: u.Name, Kind: string(duty.Standing),
					Tier: string(disclosure.Notice), Reason: string(StandingLook),
				},
			})
		}
	}
	return events
}

// term numbers the terms: two a calendar year, the second from August.
func term(t time.Time) uint32 {
	n := uint32(2 * t.Year())
	if t.Month() >= time.August {
		n++
	}
	return n
}
