package notify

import (
	"errors"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/wave"
)

// digestHour is when the day's digest goes out, and what came at night or on a
// day off.
const digestHour = 7

// morning is that hour of a moment's day in Oslo.
func morning(t time.Time) time.Time {
	y, m, d := t.In(wave.Oslo).Date()
	return time.Date(y, m, d, digestHour, 0, 0, 0, wave.Oslo)
}

// telling is what one letter is about.
type telling struct {
	person access.Person
	lang   string
	items  []Item
	digest bool // ordinary ones are among them
	again  bool // and one that may have been told before
}

func (d telling) keys() []string {
	keys := make([]string, 0, len(d.items))
	for _, item := range d.items {
		keys = append(keys, item.Key)
	}
	return keys
}

// outcome is what became of a letter; empty if nobody knows. One of which
// nobody knows for the second time has been handed over whole twice: that is
// enough.
func (d telling) outcome(err error) Outcome {
	var no *NotTaken
	switch {
	case errors.As(err, &no):
		return no.Outcome
	case d.again:
		return ToldAgain
	case err != nil:
		return ""
	default:
		return Told
	}
}

// due is what is to be told now, one letter a person at most.
func (m Matters) due(cal duty.Calendar, log map[string]*told, now time.Time) []telling {
	var all []telling
	for _, p := range m.people {
		t := log[p.ID]
		if t == nil {
			t = &told{}
		}
		if t.rests(now) {
			continue
		}
		d := telling{person: p, lang: m.lang(p)}
		for _, item := range m.waiting(p, cal, now) {
			if t.items[item.Key] || !item.due(cal, t.digest, now) {
				continue
			}
			d.items = append(d.items, item)
			d.digest = d.digest || !item.AtOnce
			d.again = d.again || t.doubt[item.Key]
		}
		if len(d.items) > 0 {
			all = append(all, d)
		}
	}
	return all
}

// due says whether an item is to be told now. digest is when the person's
// latest digest was told.
//
// What is told at once is told on a school day, or if it is grave on a working
// day. It waits for the morning if it came on a day before. All else waits for
// the next school day's digest.
func (i Item) due(cal duty.Calendar, digest, now time.Time) bool {
	today := cal.SchoolDay(now)
	if i.Grave {
		today = cal.WorkingDay(now)
	}
	at := morning(now)
	switch {
	case !today:
		return false
	case i.AtOnce && duty.DayOf(i.Since) == duty.DayOf(now):
		return true
	case now.Before(at):
		return false
	case i.AtOnce:
		return true
	default:
		return i.Since.Before(at) && digest.Before(at)
	}
}

// lang is the language that a person is written to in: the person's own
// choice, or the written standard of the first school.
func (m Matters) lang(p access.Person) string {
	if p.Lang != "" {
		return p.Lang
	}
	for _, org := range p.Schools {
		for _, school := range m.owner.Schools {
			if school.Org == org {
				return school.Written
			}
		}
	}
	return ""
}
