package attack

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/watch"
)

// tables are all rows of a store after its last seal, by table.
type tables map[string][]map[string]any

// forgotten are the tables that hold nothing once all waves are released.
var forgotten = []string{"answers", "answers_sealing", "codes", "code_use", "class_session"}

// small is W4 in a whole store: how something in it is about fewer than five
// persons, or empty. Tables with figures about answers are judged by what their
// figures are about. Any other table, those that are made after this was written
// too, may not have a row about a part of the pupils so small.
func (s tables) small(waves [][]vote) string {
	for _, name := range forgotten {
		if n := len(s[name]); n > 0 {
			return fmt.Sprintf("%d rows of %s are left", n, name)
		}
	}
	rows := s.counts()
	if win := smallCounts(rows, nil); win != "" {
		return win
	}
	if win := smallSummaries(s.summaries(), rows); win != "" {
		return win
	}
	few := tooFew(waves)
	for _, check := range []func(map[string]int) string{s.smallUsual, s.smallReleases, s.smallOthers} {
		if win := check(few); win != "" {
			return win
		}
	}
	return ""
}

func (s tables) counts() []counts.Row {
	var all []counts.Row
	for _, r := range s["counts"] {
		all = append(all, counts.Row{
			Wave: r["wave"].(uint32), Owner: r["owner"].(string), School: r["school"].(string), Unit: r["unit"].(string),
			Stratum: r["stratum"].(string), Measure: r["measure"].(string), Bin: r["bin"].(uint8), N: r["n"].(uint32),
		})
	}
	return all
}

func (s tables) summaries() []counts.Summary {
	var all []counts.Summary
	for _, r := range s["summary"] {
		all = append(all, counts.Summary{
			Wave: r["wave"].(uint32), School: r["school"].(string), Unit: r["unit"].(string), Stratum: r["stratum"].(string),
			N: r["n"].(uint16), Sum: r["sum"].(float64), Squares: r["squares"].(float64), Low: r["low"].(uint16),
			Answered: r["answered"].([]uint16),
		})
	}
	return all
}

// tooFew are the classes and schools of which some answered, but fewer than five
// in every wave: "974000000/5A" and "974000000". Most that answered in one.
func tooFew(waves [][]vote) map[string]int {
	most := make(map[string]int)
	for _, votes := range waves {
		cast := make(map[string]int)
		for _, v := range votes {
			cast[v.ballot.School]++
			cast[v.ballot.School+"/"+v.ballot.Class]++
		}
		for name, n := range cast {
			most[name] = max(most[name], n)
		}
	}
	maps.DeleteFunc(most, func(_ string, n int) bool { return n >= persons })
	return most
}

// smallUsual looks for a school of fewer than five in what is usual.
func (s tables) smallUsual(few map[string]int) string {
	for _, r := range s["vintage"] {
		u, err := watch.Decode(r["body"].(string))
		if err != nil {
			return err.Error()
		}
		for school := range few {
			for what, v := range map[string]any{"classes": u.Classes, "groups": u.Groups, "adults": u.Adults} {
				if strings.Contains(fmt.Sprintf("%+v", v), "/"+school) {
					return fmt.Sprintf("what is usual of %s knows %s, of which %d answered", what, school, few[school])
				}
			}
		}
	}
	return ""
}

// smallReleases looks for lines that say something of a class or school of fewer
// than five.
func (s tables) smallReleases(few map[string]int) string {
	for _, r := range s["release"] {
		about := r["school"].(string)
		if disclosure.Level(r["level"].(string)) == disclosure.LevelClass {
			about += "/" + r["unit"].(string)
		}
		if n, is := few[about]; is && disclosure.Form(r["form"].(string)) != disclosure.FormHidden {
			return fmt.Sprintf("a release says %q of %s, of which %d answered", r["value"], about, n)
		}
	}
	return ""
}

// acts are the journals of what people who work here did, such as opening the
// page of a class: they name it and hold no figure.
var acts = []string{"audit", "duty_event", "pause", "voided"}

// smallOthers looks for rows of other tables that name a class of fewer than
// five beside its school.
func (s tables) smallOthers(few map[string]int) string {
	for name, rows := range s {
		if slices.Contains([]string{"counts", "summary", "vintage", "release"}, name) || slices.Contains(acts, name) {
			continue
		}
		for _, r := range rows {
			cells := make(map[string]bool)
			for _, cell := range r {
				if text, is := cell.(string); is {
					cells[text] = true
				}
			}
			for about, n := range few {
				school, class, _ := strings.Cut(about, "/")
				if cells[school] && (cells[class] || cells[counts.ClassUnit(class).String()]) {
					return fmt.Sprintf("table %s has a row about %s, of which %d answered", name, about, n)
				}
			}
		}
	}
	return ""
}
