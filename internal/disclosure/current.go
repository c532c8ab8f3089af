package disclosure

import "time"

// Current is what holds now for one audience, of all that was released: for
// each unit and item the latest line of the school year of the newest wave,
// and the signals that stand at that wave. A signal that ended is not among
// them. The order is that of the lines given.
func Current(released []Released, audience Audience) []Released {
	var newest uint32
	for _, r := range released {
		newest = max(newest, r.row.Wave)
	}
	year := schoolYear(newest)
	type key struct {
		school, level, unit, item string
	}
	latest := make(map[key]int)
	keep := make([]bool, len(released))
	for i, r := range released {
		if Audience(r.row.Audience) != audience || schoolYear(r.row.Wave) != year {
			continue
		}
		if s, ok := r.Signal(); ok {
			keep[i] = r.row.Wave == newest && !s.Ended
			continue
		}
		k := key{r.row.School, r.row.Level, r.row.Unit, r.row.Item}
		j, seen := latest[k]
		if seen && released[j].row.Wave >= r.row.Wave {
			continue
		}
		if seen {
			keep[j] = false
		}
		latest[k], keep[i] = i, true
	}
	var current []Released
	for i, r := range released {
		if keep[i] {
			current = append(current, r)
		}
	}
	return current
}

// monday is the Monday of a wave. Waves count weeks from Monday 1 January
// 2024, for every owner (package wave holds the same day; a test compares).
func monday(wave uint32) time.Time {
	return time.Date(2024, 1, 1+7*int(wave), 0, 0, 0, 0, time.UTC)
}

// month is the month a wave's Monday lies in, written 2026-10.
func month(wave uint32) string { return monday(wave).Format("2006-01") }

// schoolYear is the year in which the school year of a wave began, on 1
// August.
func schoolYear(wave uint32) int {
	m := monday(wave)
	if m.Month() < time.August {
		return m.Year() - 1
	}
	return m.Year()
}
