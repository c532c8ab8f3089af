package notify

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/duty"
)

// deadline is a day by which something of a person's is to be done.
type deadline struct {
	key string
	day time.Time
}

// deadlines are those of a person: of open prompts and reports, of the measures
// the person carries out, and of all cases for who leads the school.
func (m Matters) deadlines(p access.Person, cal duty.Calendar, now time.Time) []deadline {
	var all []deadline
	add := func(key string, day time.Time, ok bool) {
		if ok {
			all = append(all, deadline{key, day})
		}
	}
	for _, prompt := range m.prompts {
		_, theirs := m.prompt(p, prompt, cal, now)
		day, ok := prompt.PassesOn(cal, now)
		add("prompt:"+prompt.ID, day, ok && theirs)
	}
	for _, r := range m.reports {
		_, theirs := report(p, r, cal, now)
		day, ok := r.DecideBy(cal)
		add("report:"+r.ID, day, ok && theirs && !p.May(access.SeeOwner))
	}
	for _, c := range m.cases {
		leads := p.SeesSchool(c.School)
		for _, d := range c.Deadlines(cal) {
			theirs := leads || p.AtSchool(c.School) && slices.Contains(d.By, p.ID)
			key := map[string]string{duty.GovernorFrom: "governor:", duty.CarryOutBy: "measure:", duty.EvaluateBy: "evaluation:"}[d.What]
			add(key+cmp.Or(d.Measure, c.ID), d.Day, theirs)
		}
	}
	return all
}

// calendar writes deadlines as RFC 5545 has it. An entry says that there is a
// deadline, and where; calendars are shared with others.
func (w *words) calendar(p access.Person, lang, start string, all []deadline, now time.Time) string {
	cal := ics.NewCalendarFor("Folgmed")
	cal.SetProductId("-//Folgmed//Folgmed//EN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName("Følgmed")
	cal.SetRefreshInterval("PT12H")
	for _, d := range all {
		id := sha256.Sum256([]byte("folgmed deadline v1\n" + p.ID + "\n" + d.key))
		e := cal.AddEvent(hex.EncodeToString(id[:16]) + "@folgmed")
		e.SetDtStampTime(now)
		e.SetAllDayStartAt(d.day)
		e.SetAllDayEndAt(d.day.AddDate(0, 0, 1))
		e.SetSummary(w.cat.Text(lang, "deadline"))
		e.SetURL(start)
		e.SetTimeTransparency(ics.TransparencyTransparent)
	}
	return cal.Serialize(ics.WithNewLineWindows)
}
