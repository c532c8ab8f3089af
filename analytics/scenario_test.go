package analytics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gonum.org/v1/gonum/stat/distuv"
)

// TestScenarios plays testdata/scenarios/*.txtar wave by wave: in each one what is
// usual is learned from the waves so far, and what was told before is known.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("scenarios: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &scenario{t: t}
			for _, f := range archive.Files {
				for line := range strings.Lines(string(f.Data)) {
					if line = strings.TrimSpace(line); line != "" {
						s.read(f.Name, line)
					}
				}
			}
			s.play()
		})
	}
}

// scenario is a text that was read.
type scenario struct {
	t       *testing.T
	schools int
	classes int // of a school
	size    int // pupils of a class
	rhythm  int
	rate    float64
	waves   int
	events  []event
	cohorts []*cohort
	expect  []expectation
	told    []expectation // of classes and kinds that may rise
	strict  bool          // nothing else may be found
}

// event is something that happens to a class or school, by waves counted from 1.
type event struct {
	class, school string
	from, to      int
	over          int // waves until it is there in full
	by            float64
	who           string // "pupils", "girls", or all if empty
	pupils        int
	question      string
	stop          int // pupils that answer no longer
	restless      float64
	unasked       bool
}

// cohort is a class: pupils who stay together for a while.
type cohort struct {
	name, school string
	pupils       []int // numbers by which they are drawn
	from, to     int   // waves
	before       int   // 1 + index of the cohort that they were
}

type expectation struct {
	kind        Kind
	class, tier string
	by          int
	first, last int // wave it began in, between these; 0 if it does not matter
	stream      Stream
}

var (
	schoolsLine = regexp.MustCompile(`^(\d+) schools of (\d+) classes of (\d+), every (\d) weeks, rate (\.\d+)$`)
	wavesLine   = regexp.MustCompile(`^waves 1-(\d+)$`)
	eventLine   = regexp.MustCompile(`^(class|school) (\w+)(?:: (\d+) pupils|: (girls)|: (\w+))? (?:falls?|worsens|sinks) ([\d.]+)(?: over (\d+) waves)? (?:from wave (\d+)|in wave (\d+)-(\d+))$`)
	stopLine    = regexp.MustCompile(`^class (\w+): (\d+) pupils stop answering from wave (\d+)$`)
	restLine    = regexp.MustCompile(`^class (\w+) is restless, ([\d.]+)$`)
	askedLine   = regexp.MustCompile(`^class (\w+) is not asked in wave (\d+)-(\d+)$`)
	mergeLine   = regexp.MustCompile(`^classes (\w+) and (\w+) become (\w+) in wave (\d+)$`)
	becomeLine  = regexp.MustCompile(`^class (\w+) becomes (\w+) in wave (\d+)$`)
	expectLine  = regexp.MustCompile(`^(change|level|silence) (\w+)(?: (notice|act))? by wave (\d+)(?:, begun in wave (\d+)-(\d+))?(?:, (\w+))?$`)
)

// questions are watched one by one.
var questions = []Stream{"unsafe", "alone", "hurt"}

func (s *scenario) number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *scenario) decimal(text string) float64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *scenario) read(part, line string) {
	var m []string
	match := func(pattern *regexp.Regexp) bool {
		m = pattern.FindStringSubmatch(line)
		return m != nil
	}
	switch {
	case match(schoolsLine):
		s.schools, s.classes, s.size = s.number(m[1]), s.number(m[2]), s.number(m[3])
		s.rhythm, s.rate = s.number(m[4]), s.decimal(m[5])
	case match(wavesLine):
		s.waves = s.number(m[1])
		s.found()
	case match(eventLine):
		e := event{by: s.decimal(m[6]), question: m[5], to: math.MaxInt, over: 1}
		if m[1] == "class" {
			e.class = m[2]
		} else {
			e.school = m[2]
		}
		switch {
		case m[3] != "":
			e.who, e.pupils = "pupils", s.number(m[3])
		case m[4] != "":
			e.who = "girls"
		}
		if m[7] != "" {
			e.over = s.number(m[7])
		}
		if m[8] != "" {
			e.from = s.number(m[8])
		} else {
			e.from, e.to = s.number(m[9]), s.number(m[10])
		}
		s.events = append(s.events, e)
	case match(stopLine):
		s.events = append(s.events, event{class: m[1], stop: s.number(m[2]), from: s.number(m[3]), to: math.MaxInt, over: 1})
	case match(restLine):
		s.events = append(s.events, event{class: m[1], restless: s.decimal(m[2]), to: math.MaxInt, over: 1})
	case match(askedLine):
		s.events = append(s.events, event{class: m[1], unasked: true, from: s.number(m[2]), to: s.number(m[3]), over: 1})
	case match(mergeLine):
		a, b := s.end(m[1], s.number(m[4])), s.end(m[2], s.number(m[4]))
		g := &cohort{name: m[3], school: a.school, from: s.number(m[4]), to: math.MaxInt}
		g.pupils = append(slices.Clone(a.pupils[:len(a.pupils)/2]), b.pupils[:len(b.pupils)/2]...)
		s.cohorts = append(s.cohorts, g)
	case match(becomeLine):
		a := s.end(m[1], s.number(m[3]))
		s.cohorts = append(s.cohorts, &cohort{
			name: m[2], school: a.school, pupils: a.pupils, from: s.number(m[3]), to: math.MaxInt, before: slices.Index(s.cohorts, a) + 1,
		})
	case match(expectLine):
		e := expectation{kind: Kind(m[1]), class: m[2], tier: m[3], by: s.number(m[4]), stream: Stream(m[7])}
		if m[5] != "" {
			e.first, e.last = s.number(m[5]), s.number(m[6])
		}
		s.expect = append(s.expect, e)
	case part == "expect" && line == "nothing else":
		s.strict = true
	default:
		s.t.Fatalf("%s: can not read %q", part, line)
	}
}

// found founds the classes kA, kB and so on of each school k.
func (s *scenario) found() {
	for k := range s.schools {
		for c := range s.classes {
			g := &cohort{name: strconv.Itoa(k+1) + string(rune('A'+c)), school: strconv.Itoa(k + 1), from: 1, to: math.MaxInt}
			for i := range s.size {
				g.pupils = append(g.pupils, 1000*(s.classes*k+c)+i)
			}
			s.cohorts = append(s.cohorts, g)
		}
	}
}

// end ends a class before a wave.
func (s *scenario) end(name string, wave int) *cohort {
	for _, g := range s.cohorts {
		if g.name == name {
			g.to = wave - 1
			return g
		}
	}
	s.t.Fatalf("no class %s", name)
	return nil
}

// play runs the waves in order. Every expectation is used by the first finding
// that it fits.
func (s *scenario) play() {
	p := Panel{Items: questions}
	for w := range s.waves {
		p.Weeks = append(p.Weeks, s.rhythm*w)
	}
	for _, g := range s.cohorts {
		p.Units = append(p.Units, Unit{Name: g.name, School: g.school, Owner: "A", Before: g.before})
	}
	p.Cells = make([]Cell, len(p.Units)*s.waves)
	p.Counts = make([]Proportion, len(p.Cells)*len(p.Items))
	for u, g := range s.cohorts {
		for w := range s.waves {
			s.answer(p, u, w, g)
		}
	}
	if err := p.Validate(); err != nil {
		s.t.Fatal(err)
	}
	o := Options{Rhythm: s.rhythm, Rate: s.rate}
	for w := range s.waves {
		now := cut(p, w+1)
		usual := Fit(now)
		o.From, o.Vintages = w, append(o.Vintages, usual[w])
		for _, f := range Detect(now, o) {
			s.compare(p.Units[f.Unit].Name, f)
			o.Told = append(o.Told, Alarm{Unit: f.Unit, Wave: f.Wave, Kind: f.Kind, Tier: f.Tier})
		}
	}
	for _, e := range s.expect {
		s.t.Errorf("not found: %s %s %s by wave %d", e.kind, e.class, e.tier, e.by)
	}
}

func (s *scenario) compare(class string, f Finding) {
	what := fmt.Sprintf("%s %s %s in wave %d, begun in wave %d, %s", f.Kind, class, f.Tier, f.Wave+1, f.Start+1, f.Stream)
	s.t.Logf("%s: %.3g, expected %.3g (%.3g to %.3g), M %.3g", what, f.Observed, f.Expected, f.Low, f.High, f.M)
	if f.Stream == Score && f.Observed >= f.Expected || f.Stream != Score && f.Stream != Gap && f.Observed <= f.Expected {
		s.t.Errorf("%s: %.3g is no worse than %.3g", what, f.Observed, f.Expected)
	}
	if f.Rise && slices.Contains(s.told, expectation{kind: f.Kind, class: class}) {
		return // as was to be expected
	}
	for i, e := range s.expect {
		if e.class == class && e.kind == f.Kind && f.Wave+1 <= e.by && (e.tier == "" || e.tier == string(f.Tier)) {
			if e.first > 0 && (f.Start+1 < e.first || f.Start+1 > e.last) {
				s.t.Errorf("%s, want it begun in wave %d-%d", what, e.first, e.last)
			}
			if e.stream != "" && e.stream != f.Stream {
				s.t.Errorf("%s, want %s", what, e.stream)
			}
			s.expect = slices.Delete(s.expect, i, i+1)
			if e.tier == "" {
				s.told = append(s.told, expectation{kind: f.Kind, class: class})
			}
			return
		}
	}
	if s.strict {
		s.t.Errorf("%s: not expected", what)
	}
}

// answer fills in what a class answers in a wave, counted from 0. Pupils have a
// level, a day and leanings on each question; those of a class are spread evenly,
// so that classes differ by what happens to them and little else. One of twelve,
// each time others, does not answer. The same pupil and wave always answer alike.
func (s *scenario) answer(p Panel, unit, wave int, g *cohort) {
	n := wave + 1
	if n < g.from || n > g.to {
		return
	}
	var happens []event
	moved := 0.
	for _, e := range s.events {
		if e.class != g.name && e.school != g.school || n < e.from || n > e.to {
			continue
		}
		if e.unasked {
			return
		}
		if e.restless > 0 {
			r := rand.New(rand.NewPCG(uint64(g.pupils[0]), uint64(wave)))
			moved += e.restless * r.NormFloat64()
			continue
		}
		e.by *= min(1, float64(n-e.from+1)/float64(e.over))
		happens = append(happens, e)
	}
	cell := p.Cell(unit, wave)
	cell.Roster = len(g.pupils)
	var bins [Bins]uint32
	var bad [3]float64
	var low, all [2]float64 // boys, girls
	answered := 0
	for i, pupil := range g.pupils {
		day := rand.New(rand.NewPCG(uint64(pupil), uint64(4000+wave)))
		mood := moved + .12*rand.New(rand.NewPCG(uint64(pupil/1000), 1)).NormFloat64() + .5*s.own(pupil, 2) + .55*day.NormFloat64()
		answers := (pupil+5*wave)%12 != 0
		var worse [3]float64
		for _, e := range happens {
			switch {
			case e.stop > 0:
				answers = answers && i >= e.stop
			case e.question != "":
				worse[slices.Index(questions, Stream(e.question))] += e.by
			case e.who == "" || e.who == "girls" && i%2 == 1 || e.who == "pupils" && i < e.pupils:
				mood -= e.by
			}
		}
		leanings := [3]float64{s.own(pupil, 3), s.own(pupil, 4), s.own(pupil, 5)}
		days := [3]float64{day.NormFloat64(), day.NormFloat64(), day.NormFloat64()}
		if !answers {
			continue
		}
		answered++
		bin := min(max(int(math.Round(5*(2.9+mood))), 0), Bins-1)
		bins[bin]++
		all[i%2]++
		if binValue(bin) <= LowCut {
			low[i%2]++
		}
		for q := range bad {
			if mood+.4*leanings[q]+.5*days[q]-worse[q] < -1.2 {
				bad[q]++
			}
		}
	}
	if missing, err := Missing(answered, len(g.pupils)); err == nil && len(g.pupils) >= 10 {
		cell.Missing = missing
	}
	if answered < 5 { // too few to be kept
		return
	}
	cell.Score = Composite(bins[:])
	cell.Low = Proportion{low[0] + low[1], all[0] + all[1]}
	if min(all[0], all[1]) >= 5 {
		cell.Boys, cell.Girls = Proportion{low[0], all[0]}, Proportion{low[1], all[1]}
	}
	for q, y := range bad {
		*p.Item(unit, wave, q) = Proportion{y, float64(answered)}
	}
}

// own is a pupil's place among the girls or the boys it began with, as a normal
// deviate: each has a place of its own.
func (s *scenario) own(pupil int, what uint64) float64 {
	half := (s.size + 1) / 2
	class, i := pupil/1000, pupil%1000
	place := rand.New(rand.NewPCG(uint64(2*class+i%2), what)).Perm(half)[i/2]
	return distuv.UnitNormal.Quantile((float64(place) + .5) / float64(half))
}
