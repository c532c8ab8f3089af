package owner

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

// Labels of a figure: school is an organisation number, level one of class,
// grade, school, owner; unit the name of a class or number of a grade. What is
// empty is left out by Prometheus: a school has no unit, an owner no school.
var figure = []string{"school", "level", "unit"}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("folgmed_"+name, help, labels, nil)
}

var (
	schoolInfo = desc("school_info",
		"Always 1. Labels: school (organisation number), name.",
		"school", "name")
	releasedWave = desc("released_wave",
		"Newest released wave, in weeks since Monday 1 January 2024.")
	shareLower = desc("share_lower_ratio",
		"The share of respondents lies at or above this. Labels: school (organisation number; none for the owner's whole), level, unit (class or grade), item (question id).",
		append(figure, "item")...)
	shareUpper = desc("share_upper_ratio",
		"The share of respondents lies below this. Labels as folgmed_share_lower_ratio.",
		append(figure, "item")...)
	shareWords = desc("share_words",
		"1 for the words that hold of a sensitive question, and for each of several where it is not told which, else 0. Labels as folgmed_share_lower_ratio, and words (none_or_few, some, many).",
		append(figure, "item", "words")...)
	shareHidden = desc("share_hidden",
		"1 for a figure that is not shown, to protect the pupils. Labels as folgmed_share_lower_ratio.",
		append(figure, "item")...)
	participation = desc("participation",
		"1 for the words that hold, else 0. Labels as folgmed_share_lower_ratio without item, and answered (under_half, half_to_four_fifths, more).",
		append(figure, "answered")...)
	signals = desc("standing_signals",
		"1 for the number of standing signals of a school, else 0. Many is not bad: it may be a school that sees. Labels: school, number (0, 1-4, 5+).",
		"school", "number")
	prompts = desc("prompts",
		"Prompts to look closer, as they stood at folgmed_duty_counted_timestamp_seconds. Labels: school, state (open, observed, concluded).",
		"school", "state")
	oldest = desc("prompt_oldest_age_seconds",
		"Age of a school's oldest prompt that is not concluded, at folgmed_duty_counted_timestamp_seconds. No series if there is none. Labels: school.",
		"school")
	counted = desc("duty_counted_timestamp_seconds",
		"When prompts were counted: midnight at the start of the latest school day, in seconds since 1970.")
)

// The values of the one-hot labels.
var (
	allWords    = []string{disclosure.WordsNoneOrFew, disclosure.WordsSome, disclosure.WordsMany}
	allAnswered = []string{disclosure.UnderHalf, disclosure.HalfToFourFifths, disclosure.MoreThanFourFifths}
	allNumbers  = []string{"0", "1-4", "5+"}
)

// Describe sends every metric there may be.
func (s *snapshot) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		schoolInfo, releasedWave, shareLower, shareUpper, shareWords, shareHidden, participation, signals, prompts, oldest, counted,
	} {
		ch <- d
	}
}

// Collect sends what the owner may know now.
func (s *snapshot) Collect(ch chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	oneHot := func(d *prometheus.Desc, is string, all []string, labels ...string) {
		for _, value := range all {
			v := 0.
			if value == is {
				v = 1
			}
			send(d, v, append(append([]string(nil), labels...), value)...)
		}
	}
	for _, school := range s.schools {
		send(schoolInfo, 1, school.Org, school.Name)
	}
	if s.wave > 0 {
		send(releasedWave, float64(s.wave))
	}
	for _, r := range s.released {
		u := r.Unit()
		unit := []string{u.School, string(u.Level), u.Name}
		item := append(append([]string(nil), unit...), r.Item())
		switch r.Form() {
		case disclosure.FormBand:
			if from, to, of, ok := r.Band(); ok {
				send(shareLower, float64(from)/float64(of), item...)
				send(shareUpper, float64(to)/float64(of), item...)
			}
		case disclosure.FormWords:
			for _, word := range allWords {
				v := 0.
				if r.MayBe(word) {
					v = 1
				}
				send(shareWords, v, append(append([]string(nil), item...), word)...)
			}
		case disclosure.FormParticipation:
			oneHot(participation, r.Participation(), allAnswered, unit...)
		case disclosure.FormSignals:
			oneHot(signals, r.Signals(), allNumbers, u.School)
		case disclosure.FormHidden:
			send(shareHidden, 1, item...)
		case disclosure.FormSignal: // an owner sees how many, not which
		}
	}
	s.collectDuty(send)
}

func (s *snapshot) collectDuty(send func(*prometheus.Desc, float64, ...string)) {
	send(counted, float64(s.counted.Unix()))
	type key struct {
		school string
		state  duty.State
	}
	number := map[key]int{}
	age := map[string]float64{}
	for _, p := range s.prompts {
		number[key{p.Unit.School, p.State}]++
		if p.Open() {
			age[p.Unit.School] = max(age[p.Unit.School], s.counted.Sub(p.OpenedAt).Seconds())
		}
	}
	for _, school := range s.schools {
		for _, state := range duty.States {
			send(prompts, float64(number[key{school.Org, state}]), school.Org, string(state))
		}
		if a, ok := age[school.Org]; ok {
			send(oldest, a, school.Org)
		}
	}
}
