package watch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// TestScenarios plays testdata/*.txtar wave by wave, as the job does: what is
// found in one wave is told, and known to the next.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("scenarios: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &scenario{t: t, others: -1}
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

type scenario struct {
	t      *testing.T
	owner  roster.Owner
	waves  []int
	events []event
	expect []expectation
	others int // that may be found beside them at most; -1: any number
}

// event changes the answers of a class, or of a whole school, by waves.
type event struct {
	class, school string
	fall          float64
	silent        bool
	from, to      int
}

type expectation struct {
	class, tier  string
	by           int
	first, final int // wave it began in, between these
}

var (
	ownerLine  = regexp.MustCompile(`^owner (\d+) schools, (\d+) classes of (\d+), every (\d) weeks, rate (\.\d+)$`)
	wavesLine  = regexp.MustCompile(`(\d+)-(\d+)`)
	fallLine   = regexp.MustCompile(`^(class|school) (\w+) falls ([\d.]+) (?:from wave (\d+)|in wave (\d+)-(\d+))$`)
	silentLine = regexp.MustCompile(`^class (\w+) is silent in wave (\d+)-(\d+)$`)
	backLine   = regexp.MustCompile(`^class (\w+) recovers from wave (\d+)$`)
	expectLine = regexp.MustCompile(`^change ([\w-]+)(?: (notice|act))? by wave (\d+), begun in wave (\d+)-(\d+)$`)
	othersLine = regexp.MustCompile(`^at most (\d+) others$`)
)

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
	switch m := []string(nil); {
	case match(&m, ownerLine, line):
		s.owner = owner(s.number(m[1]), s.number(m[2]), s.number(m[3]))
		s.owner.Rhythm, s.owner.Rate = s.number(m[4]), s.decimal(m[5])
	case strings.HasPrefix(line, "waves "):
		for _, span := range wavesLine.FindAllStringSubmatch(line, -1) {
			for n := s.number(span[1]); n <= s.number(span[2]); n++ {
				s.waves = append(s.waves, n)
			}
		}
	case match(&m, fallLine, line):
		e := event{fall: s.decimal(m[3]), to: math.MaxInt}
		if m[1] == "class" {
			e.class = m[2]
		} else {
			e.school = m[2]
		}
		if m[4] != "" {
			e.from = s.number(m[4])
		} else {
			e.from, e.to = s.number(m[5]), s.number(m[6])
		}
		s.events = append(s.events, e)
	case match(&m, silentLine, line):
		s.events = append(s.events, event{class: m[1], silent: true, from: s.number(m[2]), to: s.number(m[3])})
	case match(&m, backLine, line):
		for i := range s.events {
			if s.events[i].class == m[1] {
				s.events[i].to = min(s.events[i].to, s.number(m[2])-1)
			}
		}
	case match(&m, expectLine, line):
		s.expect = append(s.expect, expectation{m[1], m[2], s.number(m[3]), s.number(m[4]), s.number(m[5])})
	case part == "expect" && line == "nothing else":
		s.others = 0
	case part == "expect" && match(&m, othersLine, line):
		s.others = s.number(m[1])
	default:
		s.t.Fatalf("%s: can not read %q", part, line)
	}
}

func match(into *[]string, pattern *regexp.Regexp, line string) bool {
	*into = pattern.FindStringSubmatch(line)
	return *into != nil
}

// firstWave is the week of 24 August 2026, the first a school may be asked in.
const firstWave = 138

func (s *scenario) week(n int) uint32 {
	return uint32(firstWave + (n-1)*s.owner.Rhythm)
}

// play runs the waves in order and compares what is found with what is
// expected. Every expectation is used by the first finding that it fits.
func (s *scenario) play() {
	var told []disclosure.Signal
	type key struct {
		unit disclosure.Unit
		kind disclosure.Kind
	}
	raised := map[key]uint32{}
	wave := map[uint32]int{}
	var past past
	for _, n := range s.waves {
		wave[s.week(n)] = n
		past.add(s.t, s.week(n), s.owner, s.answers(n))
		round := past.round(s.owner, s.week(n), told)
		candidates, err := Find(round)
		if err != nil {
			s.t.Fatal(err)
		}
		again, err := Find(round)
		if diff := cmp.Diff(candidates, again); diff != "" || err != nil {
			s.t.Errorf("wave %d: a repeated round says otherwise: %v\n%s", n, err, diff)
		}
		for _, c := range candidates {
			s.found(n, c, wave[c.Start])
			at, standing := raised[key{c.Unit, c.Kind}]
			if !standing || c.Tier == disclosure.Notice || round.Wave-at >= uint32(12*s.owner.Rhythm) {
				at = round.Wave
			}
			raised[key{c.Unit, c.Kind}] = at
			told = append(told, disclosure.Signal{Unit: c.Unit, Kind: c.Kind, Tier: c.Tier, Raised: at})
		}
	}
	for _, e := range s.expect {
		s.t.Errorf("not found: change %s %s by wave %d", e.class, e.tier, e.by)
	}
}

// past is what is kept of the waves so far.
type past struct {
	summaries []counts.Summary
	usual     []Usual
}

// add sums up a wave and learns what is usual in it.
func (p *past) add(t testing.TB, n uint32, owner roster.Owner, rows []counts.Row) {
	t.Helper()
	table, err := counts.Read(rows)
	if err != nil {
		t.Fatal(err)
	}
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var asked []counts.Class
	for _, school := range owner.Schools {
		for _, c := range school.Classes {
			if q, ok := set.For(c.Grades); ok {
				asked = append(asked, counts.Class{Owner: owner.Org, School: school.Org, Name: c.Name, Grades: c.Grades,
					Size: c.Size, Questionnaire: q.ID, Version: q.Version, Asked: q.Asked(0)})
			}
		}
	}
	p.summaries = append(p.summaries, counts.Summarise(table, n, asked)...)
	p.usual = append(p.usual, Learn(n, p.summaries, p.usual))
}

func (p *past) round(owner roster.Owner, n uint32, told []disclosure.Signal) Round {
	return Round{Owner: owner.Org, Rhythm: owner.Rhythm, Rate: owner.Rate, Wave: n, Summaries: p.summaries, Usual: p.usual, Told: told}
}

func (s *scenario) found(n int, c disclosure.Candidate, start int) {
	name := c.Unit.Name
	switch c.Unit.Level {
	case disclosure.LevelSchool:
		name = "school-" + c.Unit.School
	case disclosure.LevelGrade:
		name = "grade-" + name + "-of-school-" + c.Unit.School
	case disclosure.LevelClass, disclosure.LevelOwner:
	}
	what := fmt.Sprintf("wave %d: %s %s %s, begun in wave %d", n, c.Kind, name, c.Tier, start)
	s.t.Log(what)
	if c.Theme != "wellbeing" || c.OneIn < 2 {
		s.t.Errorf("%s: candidate %+v", what, c)
	}
	if c.Kind != disclosure.KindChange {
		return // these answers have no items and no silence; levels are as they are
	}
	for i, e := range s.expect {
		if e.class == name && n <= e.by && (e.tier == "" || e.tier == string(c.Tier)) {
			if start < e.first || start > e.final {
				s.t.Errorf("%s, want it begun in wave %d-%d", what, e.first, e.final)
			}
			s.expect = append(s.expect[:i], s.expect[i+1:]...)
			return
		}
	}
	if s.others == 0 {
		s.t.Errorf("%s: not expected", what)
	}
	s.others--
}

// owner has schools "1", "2", … and in school k the classes kA, kB, … of the
// grades 5 to 10.
func owner(schools, classes, size int) roster.Owner {
	o := roster.Owner{Org: "999999999"}
	for k := 1; k <= schools; k++ {
		school := roster.School{Org: strconv.Itoa(k)}
		for c := range classes {
			school.Classes = append(school.Classes, roster.Class{
				Name: strconv.Itoa(k) + string(rune('A'+c)), Grades: []int{5 + c%6}, Size: size,
			})
		}
		o.Schools = append(o.Schools, school)
	}
	return o
}

// answers are the counts of one wave: composites about a level of each class,
// less what has happened. The same class and wave always answer alike.
func (s *scenario) answers(n int) []counts.Row {
	var rows []counts.Row
	for i, school := range s.owner.Schools {
		for k, c := range school.Classes {
			fall, silent := 0., false
			for _, e := range s.events {
				if (e.class == c.Name || e.school == school.Org) && n >= e.from && n <= e.to {
					fall += e.fall
					silent = silent || e.silent
				}
			}
			row := func(measure string, bin int, count uint32) {
				rows = append(rows, counts.Row{Wave: s.week(n), Owner: s.owner.Org, School: school.Org,
					Unit: counts.ClassUnit(c.Name).String(), Measure: measure, Bin: uint8(bin), N: count})
			}
			row(counts.Roster, 0, uint32(c.Size))
			if silent || c.Size < counts.MinKept {
				continue
			}
			class := rand.New(rand.NewPCG(uint64(i), uint64(k)))
			moment := rand.New(rand.NewPCG(uint64(500+100*i+k), uint64(n)))
			level := 3.9 + .2*class.NormFloat64() - fall // of the class
			var bins [counts.ScoreBins]uint32
			for range c.Size {
				score := level + .6*class.NormFloat64() + .4*moment.NormFloat64() // of the pupil, and the day
				bins[min(max(int(math.Round(5*(score-1))), 0), counts.ScoreBins-1)]++
			}
			for bin, count := range bins {
				if count > 0 {
					row(counts.Score, bin, count)
				}
			}
			row(counts.WorstItems, 0, uint32(c.Size))
		}
	}
	return rows
}

func TestFindRefusesUnknownRates(t *testing.T) {
	for _, r := range []Round{{Owner: "1", Rate: .2}, {Owner: "1", Rhythm: 3}} {
		if _, err := Find(r); err == nil || !strings.Contains(err.Error(), "owner 1") {
			t.Errorf("%+v: error %v, want one that names the owner", r, err)
		}
	}
}

// A round without answers in its wave finds nothing, whatever came before.
func TestFindWithoutAnswers(t *testing.T) {
	s := &scenario{t: t, owner: owner(2, 4, 24), events: []event{{class: "1A", fall: 2, from: 6, to: 99}}}
	s.owner.Rhythm = 2
	var past past
	for n := 1; n <= 8; n++ {
		past.add(t, s.week(n), s.owner, s.answers(n))
	}
	for _, r := range []Round{past.round(s.owner, s.week(9), nil), {Owner: s.owner.Org, Wave: s.week(8)}} {
		if got, err := Find(r); err != nil || len(got) != 0 {
			t.Errorf("wave %d: %+v, %v; want nothing", r.Wave, got, err)
		}
	}
	got, err := Find(past.round(s.owner, s.week(8), nil))
	if err != nil || len(got) == 0 || got[0].Unit.Name != "1A" {
		t.Errorf("wave 8: %+v, %v; want 1A", got, err)
	}
}

// Last year's waves and the first of this year lie in seasons of their own.
func TestPanelSchoolYears(t *testing.T) {
	s := &scenario{t: t, owner: owner(1, 2, 24)}
	s.owner.Rhythm = 2
	var past past
	for _, n := range []int{1, 2, 3, 27, 28} {
		past.add(t, s.week(n), s.owner, s.answers(n))
	}
	p := classes(past.summaries, s.week(28))
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{231, 233, 235, 307, 309}, p.Weeks); diff != "" {
		t.Errorf("weeks (-want +got):\n%s", diff)
	}
	if len(p.Units) != 4 {
		t.Fatalf("%d units, want two classes in each of two years", len(p.Units))
	}
	for i, k := range p.keys {
		for at, n := range p.waves {
			asked := p.Cell(i, at).Score.N > 0
			if asked != (wave.Number(n).SchoolYear() == k.year) {
				t.Errorf("class %s of %d in wave %d: answered %t", k.unit.Name, k.year, n, asked)
			}
		}
	}
}
