package staff

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// followUpPart is what a case's page shows of follow-up surveys. A follow-up is
// an ordinary wave, of which the gate released what it released: nothing is
// asked or told of the class beside that, and no result can be left out.
type followUpPart struct {
	Done []followUp
	Ask  *stepForm
	None bool // no week can be chosen
}

type followUp struct {
	happened
	Week    string
	Paused  string // which of the classes are not asked that week
	State   string
	Figures string // when there will be some
	Classes []followUpClass
}

// followUpClass is what was first released of a class with the answers of that
// week in it.
type followUpClass struct {
	Name    string
	Figures []wholeSchool
}

// weeksToChoose is how many weeks the page offers.
const weeksToChoose = 4

func (s *Staff) followUps(ctx context.Context, v *visit, m matters, one duty.Case, again *sent) (followUpPart, error) {
	var part followUpPart
	if one.Scope != duty.Situation {
		return part, nil
	}
	if len(one.FollowUps) > 0 {
		released, err := s.released(ctx, v)
		if err != nil {
			return part, err
		}
		for _, f := range one.FollowUps {
			part.Done = append(part.Done, s.followUp(v, f, released))
		}
	}
	if !one.Open() || len(one.Classes) == 0 {
		return part, nil
	}
	weeks := s.weeksToFollowUp(v, m, one)
	if len(weeks) == 0 {
		part.None = true
		return part, nil
	}
	f := v.form(asking{
		subject: duty.SubjectCase, step: duty.FollowedUp, action: "/staff/cases/" + one.ID + "/" + string(duty.FollowedUp), seen: one.Version,
		scope: one.Scope, fixed: duty.Fields{duty.FieldClasses: one.Classes}, cases: weeks, sent: again,
	})
	part.Ask = &f
	return part, nil
}

// weeksToFollowUp are the next weeks in which all classes of a case are asked, at
// least ten school days after the last follow-up in which any of them was.
func (s *Staff) weeksToFollowUp(v *visit, m matters, one duty.Case) []option {
	plan, calendar := s.Waves.Plan(), wave.NewCalendar(v.owner)
	others := slices.DeleteFunc(duty.FollowUpsOf(m.cases, one.Classes), func(n uint32) bool {
		return len(s.pausing(v, wave.Number(n), one.Classes)) == len(one.Classes)
	})
	var weeks []option
	for n := wave.NumberOf(s.Now()) + 1; n < wave.NumberOf(s.Now())+weeksAhead && len(weeks) < weeksToChoose; n++ {
		planned, _ := calendar.Planned(n)
		asked := !slices.ContainsFunc(one.Classes, func(class string) bool {
			ask, ok := plan.Ask(v.school.Org, class, n)
			return !ok || ask.Paused
		})
		if !planned || !asked || !farEnough(calendar, others, n) {
			continue
		}
		weeks = append(weeks, option{Value: strconv.Itoa(int(n)), Label: v.followUpWeek(n) + ". " + v.figuresOf(n)})
	}
	return weeks
}

// pausing are those of some classes that pause in a wave.
func (s *Staff) pausing(v *visit, n wave.Number, classes []string) []string {
	plan := s.Waves.Plan()
	return slices.DeleteFunc(slices.Clone(classes), func(class string) bool { return !plan.Paused(v.school.Org, class, n) })
}

func (v *visit) followUpWeek(n wave.Number) string {
	_, week := n.Week()
	return v.t("followup.week", week, web.Date(v.lang, n.Opens()))
}

// figuresOf says when a class's figures with the answers of a wave in them come
// at the earliest.
func (v *visit) figuresOf(n wave.Number) string {
	if week := v.nextBlock(n); week > 0 {
		return v.t("followup.figures", week)
	}
	return v.t("followup.no_figures")
}

func farEnough(calendar wave.Calendar, others []uint32, n wave.Number) bool {
	return !slices.ContainsFunc(others, func(other uint32) bool {
		first, last := min(wave.Number(other), n), max(wave.Number(other), n)
		return !duty.FarEnough(calendar, first.Opens(), last.Opens())
	})
}

func (s *Staff) followUp(v *visit, f duty.FollowUp, released []disclosure.Released) followUp {
	n := wave.Number(f.Wave)
	card := followUp{happened: v.happened(f.Entry), Week: v.followUpWeek(n)}
	paused := s.pausing(v, n, f.Classes)
	if len(paused) > 0 {
		key := "followup.pauses"
		if !s.Now().Before(n.Opens()) {
			key = "followup.paused"
		}
		card.Paused = v.t(key, strings.Join(paused, ", "))
	}
	if len(paused) == len(f.Classes) {
		return card
	}
	state := s.Waves.Plan().StateFor(v.owner.Org, n)
	switch {
	case state == wave.StatePlanned && !s.Now().Before(n.Closes()):
		card.State = v.t("followup.not_asked")
		return card
	case state == wave.StatePlanned:
		card.State, card.Figures = v.t("followup.planned"), v.figuresOf(n)
		return card
	}
	for _, class := range f.Classes {
		if figures := s.firstFigures(v, class, f.Wave, released); len(figures) > 0 && !slices.Contains(paused, class) {
			card.Classes = append(card.Classes, followUpClass{class, figures})
		}
	}
	if len(card.Classes) == 0 {
		card.State, card.Figures = v.t("followup.waiting"), v.figuresOf(n)
	}
	return card
}

// firstFigures are the first that were released of a class in that wave or after
// it: those of the block that the wave is in.
func (s *Staff) firstFigures(v *visit, class string, from uint32, released []disclosure.Released) []wholeSchool {
	unit := disclosure.Unit{Owner: v.owner.Org, School: v.school.Org, Level: disclosure.LevelClass, Name: class}
	first := map[string]disclosure.Released{}
	for _, r := range released {
		if before, seen := first[r.Item()]; r.Unit() == unit && r.Wave() >= from && r.Form() != disclosure.FormSignal && (!seen || r.Wave() < before.Wave()) {
			first[r.Item()] = r
		}
	}
	var figures []wholeSchool
	seen := map[string]bool{}
	for _, q := range s.Surveys.Questionnaires {
		for _, item := range q.Items {
			r, ok := first[item.ID]
			if !ok || seen[item.ID] || !hasColumn(item) {
				continue
			}
			seen[item.ID] = true
			figures = append(figures, wholeSchool{v.in(item.Label), v.cell(r).Full})
		}
	}
	if r, ok := first[disclosure.ItemParticipation]; ok {
		figures = append(figures, wholeSchool{v.t("table.answered"), v.answered(r)})
	}
	return figures
}

// plansFollowUp refuses a week that was not to be chosen.
func (s *Staff) plansFollowUp(v *visit, m matters, one duty.Case, a duty.Act) (duty.Event, error) {
	e, err := duty.Take(one, duty.FollowedUp, a)
	if err != nil {
		return e, err
	}
	week := e.Body.Fields.Get(duty.FieldWave)
	if !slices.ContainsFunc(s.weeksToFollowUp(v, m, one), func(o option) bool { return o.Value == week }) {
		return duty.Event{}, &duty.Refusal{Code: duty.NoSuchWeek, Field: string(duty.FieldWave)}
	}
	return e, nil
}
