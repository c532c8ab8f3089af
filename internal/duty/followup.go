package duty

import (
	"slices"
	"strconv"
	"time"
)

// FollowUp is a survey of whole classes after measures: the wave of a week in
// which they are asked anyway. All that is released of it is shown. An extra wave
// of one class would tell no sooner and no finer (internal/disclosure/DESIGN.md,
// "No extra waves").
type FollowUp struct {
	Entry
	Wave    uint32
	Classes []string
}

// betweenFollowUps is how many school days lie at least between two follow-ups of
// a class (ANONYMITY §4).
const betweenFollowUps = 10

// FarEnough says whether two follow-ups of a class may begin on these days.
func FarEnough(cal Calendar, first, last time.Time) bool {
	return countDays(first, last, cal.SchoolDay) >= betweenFollowUps
}

// FollowUpsOf are the waves in which cases follow up any of these classes.
func FollowUpsOf(cases []Case, classes []string) []uint32 {
	var waves []uint32
	for _, c := range cases {
		for _, f := range c.FollowUps {
			if slices.ContainsFunc(f.Classes, func(class string) bool { return slices.Contains(classes, class) }) {
				waves = append(waves, f.Wave)
			}
		}
	}
	return waves
}

func followUps(entries []Entry) []FollowUp {
	var all []FollowUp
	for _, e := range entries {
		if wave, err := strconv.ParseUint(e.Body.Fields.Get(FieldWave), 10, 32); err == nil {
			all = append(all, FollowUp{Entry: e, Wave: uint32(wave), Classes: e.Body.Fields[FieldClasses]})
		}
	}
	return all
}

// mayFollowUp: the archive holds what is about pupils who are known, and the
// classes are whole ones of the case.
func (c Case) mayFollowUp(f Fields) error {
	if c.Scope != Situation {
		return &Refusal{Code: InArchive, Field: string(FieldWave)}
	}
	if slices.ContainsFunc(f[FieldClasses], func(class string) bool { return !slices.Contains(c.Classes, class) }) {
		return &Refusal{Code: BadForm}
	}
	if _, err := strconv.ParseUint(f.Get(FieldWave), 10, 32); err != nil {
		return &Refusal{Code: NoSuchWeek, Field: string(FieldWave)}
	}
	return nil
}
