package staff

import (
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// effect is what released figures of one class tell of the time before and
// after a measure: each core question, or why nothing can be told.
type effect struct {
	Class string
	Why   string // why there is nothing to compare; empty: Rows
	Rows  []effectRow
	Tells bool // of at least one question
}

// effectRow is one question before and after.
type effectRow struct {
	Label, Before, After, Says string
}

// fewestWaves is how many surveys each side of a comparison rests on at least.
const fewestWaves = 4

// during is from when a measure was planned to begin until it was carried out.
// ok is false if nobody has said that it was.
func during(m duty.Measure) (begins, done time.Time, ok bool) {
	begins, ok = duty.ParseDay(m.Fields().Get(duty.FieldFrom))
	if !ok || len(m.CarriedOut) == 0 {
		return begins, done, false
	}
	for i, e := range m.CarriedOut {
		on, _ := duty.ParseDay(e.Body.Fields.Get(duty.FieldOn))
		if i == 0 || on.Before(done) {
			done = on
		}
	}
	if done.Before(begins) {
		begins = done // it came sooner than planned
	}
	return begins, done, true
}

// effects compare the classes of a case before and after a measure: the last
// figures of which every survey lies before it was to begin with the first of
// which every survey lies after it was carried out. They are figures that were
// released; nothing is computed anew, and the gate's blocks decide where one
// ends. A figure that lies on both sides is left out.
func (s *Staff) effects(v *visit, released []disclosure.Released, one duty.Case, m duty.Measure) []effect {
	begins, done, carriedOut := during(m)
	if !carriedOut {
		return nil
	}
	var all []effect
	for _, class := range sortClasses(v.school.Classes) {
		if slices.Contains(one.Classes, class.Name) {
			all = append(all, s.effectIn(v, released, class, begins, done))
		}
	}
	return all
}

func (s *Staff) effectIn(v *visit, released []disclosure.Released, class roster.Class, begins, done time.Time) effect {
	e := effect{Class: class.Name, Why: v.t("effect.no_before")}
	whole := v.whole()
	for _, item := range s.columnsFor(class.Grades) {
		if item.Kind != surveys.Core {
			continue // asked too seldom
		}
		own := v.sides(linesOf(released, v.class(class.Name), item.ID), begins, done)
		switch {
		case own.before == nil:
			continue
		case own.after == nil:
			e.Why = v.t("effect.no_after")
			continue
		case min(own.wavesBefore, own.wavesAfter) < fewestWaves:
			e.Why = v.t("effect.few")
			continue
		}
		moved := disclosure.Moved(*own.before, *own.after)
		says := "effect." + string(moved)
		if moved != disclosure.CanNotTell {
			switch school := v.sides(linesOf(released, whole, item.ID), begins, done); {
			case school.before == nil || school.after == nil || school.unknown():
				says = "effect.school_unknown"
			case disclosure.Moved(*school.before, *school.after) == moved:
				says = "effect.school_too"
			default:
				e.Tells = true
			}
		}
		e.Rows = append(e.Rows, effectRow{
			Label:  v.in(item.Label),
			Before: v.t("effect.figure", v.cell(*own.before).Full, own.weeksBefore),
			After:  v.t("effect.figure", v.cell(*own.after).Full, own.weeksAfter),
			Says:   v.t(says),
		})
	}
	if len(e.Rows) > 0 {
		e.Why = ""
	}
	return e
}

// sides are the figures nearest to a measure on each side of it.
type sides struct {
	before, after           *disclosure.Released
	weeksBefore, weeksAfter string
	wavesBefore, wavesAfter int
}

func (b sides) unknown() bool {
	hidden := func(r *disclosure.Released) bool { return r.Form() == disclosure.FormHidden || r.SaysNothing() }
	return hidden(b.before) || hidden(b.after)
}

// sides finds them among the lines of one unit and item, oldest first.
func (v *visit) sides(lines []disclosure.Released, begins, done time.Time) sides {
	var b sides
	for i := range lines {
		from, to := v.restsOn(lines, i)
		switch {
		case to.Closes().Before(begins):
			b.before, b.weeksBefore, b.wavesBefore = &lines[i], v.weeks(lines, i), v.planned(from, to)
		case from.Opens().After(done) && b.after == nil:
			b.after, b.weeksAfter, b.wavesAfter = &lines[i], v.weeks(lines, i), v.planned(from, to)
		}
	}
	return b
}

// planned is the number of surveys that the calendar has in some weeks.
func (v *visit) planned(from, to wave.Number) int {
	calendar, n := wave.NewCalendar(v.owner), 0
	for w := from; w <= to; w++ {
		if asked, _ := calendar.Planned(w); asked {
			n++
		}
	}
	return n
}
