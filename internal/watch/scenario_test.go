package watch

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/folgmed/folgmed/analytics/simulate"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
)

// TestScenarios plays testdata/*.txtar wave by wave, as the job does: what is
// found in one wave is told, and known to the next.
//
// Each file says what is given and what is expected, a line for a thing; lines
// lists all that may be said. Answers are composites only, drawn about a level
// of each class, or, with "pupils, seed 1", whole answer sheets of pupils of
// package simulate. Schools have the numbers 1, 2, …; a class is of school 1 if
// nothing else is said, and waves are counted from 24 August 2026.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("scenarios: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			readScenario(t, file).play()
		})
	}
}

func readScenario(t *testing.T, file string) *scenario {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &scenario{t: t, version: math.MaxInt, others: math.MaxInt}
	for _, f := range archive.Files {
		for line := range strings.Lines(string(f.Data)) {
			if line = strings.TrimSpace(line); line != "" {
				s.read(f.Name, line)
			}
		}
	}
	return s
}

type scenario struct {
	t       testing.TB
	owner   roster.Owner
	grades  [2]int // of each school, with so many classes; zero: classes are named by school
	classes int
	size    int
	seed    uint64 // of the pupils; 0: composites
	waves   []int
	events  []event
	merged  []merged
	risen   int // wave from which all are a grade higher; 0: never
	version int // wave from which the questionnaires are a new version

	expect []expectation
	never  []expectation
	some   []someOf
	others int // that may be found beside them at most

	clean  bool // pupils of package simulate without what makes real classes hard to watch
	pupils *pupils
	rows   []counts.Row // of the last wave
	past   past
	told   []disclosure.Signal
	raised map[disclosure.Unit]map[disclosure.Kind]int // how many waves were played before it was
	played int
}

// place is a class, grade or school, or the girls or boys of one.
type place struct {
	group, class string
	grade        string
	school       string // of a class: any if empty
}

// event changes what is answered at a place from one wave to another.
type event struct {
	place
	fall     float64 // of composites
	away     float64 // part of those present who do not answer
	lower    float64 // part of answers that are a step worse
	wrong    simulate.Kind
	theme    string // of the question that worsens, if wrong is that one does
	from, to int
}

// merged says that pupils of two classes of school 1 sit in one.
type merged struct {
	first, second, as string
	from, to          int
}

// expectation is a signal. A field that is empty may be anything.
type expectation struct {
	kind, theme, tier string
	place
	from, by     int // it is raised in, both included
	first, final int // wave it began in, between these
}

// someOf is how many of the classes have a signal of a kind.
type someOf struct {
	kind        string
	least, most int
	classes     []string
	by          int
}

// How a line names a place.
const (
	aClass = `class (?<class>\w+)(?: of school (?<classSchool>\d+))?`
	aPlace = `(?:(?<group>girls|boys) of )?(?:` + aClass + `|(?:grade (?<grade>\d+) of )?school (?<school>\d+))`
	aUnit  = `(?:(?:(?<group>girls|boys) of )?(?:grade (?<grade>\d+) of )?school (?<school>\d+)|(?<class>\w+)(?: of school (?<classSchool>\d+))?)`
)

// wrongs are what may be said to be wrong in a class of pupils.
var wrongs = map[string]event{
	"drops":                             {wrong: simulate.Drop},
	"slides":                            {wrong: simulate.Sliding},
	"has an incident":                   {wrong: simulate.Incident},
	"has a fifth of pupils in distress": {wrong: simulate.Minority},
	"has two pupils in deep distress":   {wrong: simulate.Two},
	"has more who are unsafe":           {wrong: simulate.One, theme: disclosure.ThemeUnsafe},
	"has more who are alone":            {wrong: simulate.One, theme: disclosure.ThemeAlone},
	"has more who are left out":         {wrong: simulate.One, theme: disclosure.ThemeLeftOut},
	"has more who are hurt":             {wrong: simulate.One, theme: disclosure.ThemeHurt},
	"has more who are hurt online":      {wrong: simulate.One, theme: disclosure.ThemeDigital},
	"has more who are hurt by adults":   {wrong: simulate.One, theme: themeAdult},
}

// line is a form of line and what it says.
type line struct {
	form *regexp.Regexp
	say  func(s *scenario, m match)
}

// match looks up what a named part of a line is.
type match func(part string) string

// lines are all forms of line, by part of the file.
var lines = map[string][]line{
	"given": {
		{regexp.MustCompile(`^owner (?<schools>\d+) schools, (?:grades (?<low>\d+)-(?<high>\d+) with )?(?<classes>\d+) classes of (?<size>\d+), every (?<weeks>\d) weeks, rate (?<rate>\.\d+)$`), (*scenario).readOwner},
		{regexp.MustCompile(`^pupils, seed (?<seed>\d+)$`), func(s *scenario, m match) { s.seed = uint64(s.number(m("seed"))) }},
		{regexp.MustCompile(`^waves (?<spans>[\d-]+(?:, [\d-]+)*)$`), (*scenario).readWaves},
		{regexp.MustCompile(`^half of ` + aClass + ` stays away from wave (?<from>\d+)$`), func(s *scenario, m match) {
			s.events = append(s.events, event{place: s.placeOf(m), away: .5, from: s.number(m("from")), to: math.MaxInt})
		}},
		{regexp.MustCompile(`^` + aPlace + ` answers a little lower from wave (?<from>\d+)$`), func(s *scenario, m match) {
			s.events = append(s.events, event{place: s.placeOf(m), lower: .35, from: s.number(m("from")), to: math.MaxInt})
		}},
		{regexp.MustCompile(`^` + aClass + ` is always low$`), func(s *scenario, m match) {
			s.events = append(s.events, event{place: s.placeOf(m), wrong: simulate.Chronic, to: math.MaxInt})
		}},
		{regexp.MustCompile(`^` + aClass + ` recovers from wave (?<from>\d+)$`), func(s *scenario, m match) {
			for i := range s.events {
				if s.events[i].place == s.placeOf(m) {
					s.events[i].to = min(s.events[i].to, s.number(m("from"))-1)
				}
			}
		}},
		{regexp.MustCompile(`^classes (?<first>\w+) and (?<second>\w+) are one, (?<as>\w+), (?:from wave (?<from>\d+)|until wave (?<to>\d+))$`), func(s *scenario, m match) {
			s.merged = append(s.merged, merged{m("first"), m("second"), m("as"), s.number(cmp.Or(m("from"), "1")), s.number(cmp.Or(m("to"), "999"))})
		}},
		{regexp.MustCompile(`^all are a grade higher from wave (?<wave>\d+)$`), func(s *scenario, m match) { s.risen = s.number(m("wave")) }},
		{regexp.MustCompile(`^other questions from wave (?<wave>\d+), answered (?<fall>[\d.]+) lower$`), func(s *scenario, m match) {
			s.version = s.number(m("wave"))
			s.events = append(s.events, event{fall: s.decimal(m("fall")), from: s.version, to: math.MaxInt})
		}},
		{regexp.MustCompile(`^` + aPlace + ` (?:falls (?<fall>[\d.]+)|(?<silent>is silent)|(?<wrong>[a-z ]+?)) (?:from wave (?<from>\d+)|in wave (?<first>\d+)-(?<last>\d+))$`), (*scenario).readEvent},
	},
	"expect": {
		{regexp.MustCompile(`^(?<kind>change|level|silence|group|adult) ` + aUnit + `(?: (?<theme>wellbeing|unsafe|alone|left_out|hurt|digital))?(?: (?<tier>notice|act))? (?:by wave (?<by>\d+)|in wave (?<from>\d+)-(?<to>\d+))(?:, begun in wave (?<first>\d+)-(?<final>\d+))?$`), func(s *scenario, m match) {
			s.expect = append(s.expect, expectation{
				kind: m("kind"), place: s.placeOf(m), theme: m("theme"), tier: m("tier"),
				from: s.number(cmp.Or(m("from"), "1")), by: s.number(cmp.Or(m("by"), m("to"))),
				first: s.number(cmp.Or(m("first"), "1")), final: s.number(cmp.Or(m("final"), "999")),
			})
		}},
		{regexp.MustCompile(`^at (?:least (?<least>\d+)|most (?<most>\d+)) of (?<classes>\w+(?:, \w+)*) (?<kind>change|level|silence) by wave (?<by>\d+)$`), func(s *scenario, m match) {
			s.some = append(s.some, someOf{
				kind: m("kind"), least: s.number(cmp.Or(m("least"), "0")), most: s.number(cmp.Or(m("most"), "999")),
				classes: strings.Split(m("classes"), ", "), by: s.number(m("by")),
			})
		}},
		{regexp.MustCompile(`^no (?<kind>signal|change|level|silence|group|adult) of ` + aUnit + `(?: from wave (?<from>\d+))?$`), func(s *scenario, m match) {
			s.never = append(s.never, expectation{
				kind: strings.TrimPrefix(m("kind"), "signal"), place: s.placeOf(m), from: s.number(cmp.Or(m("from"), "1")),
			})
		}},
		{regexp.MustCompile(`^no (?<kind>change|level|silence|group|adult)$`), func(s *scenario, m match) {
			s.never = append(s.never, expectation{kind: m("kind")})
		}},
		{regexp.MustCompile(`^nothing else$`), func(s *scenario, _ match) { s.others = 0 }},
		{regexp.MustCompile(`^at most (?<others>\d+) others$`), func(s *scenario, m match) { s.others = s.number(m("others")) }},
	},
}

func (s *scenario) read(part, text string) {
	for _, l := range lines[part] {
		if found := l.form.FindStringSubmatch(text); found != nil {
			l.say(s, func(name string) string {
				for i, n := range l.form.SubexpNames() { // alternatives have the same names
					if n == name && found[i] != "" {
						return found[i]
					}
				}
				return ""
			})
			return
		}
	}
	s.t.Fatalf("%s: can not read %q", part, text)
}

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

// placeOf is the place that a line names. Classes that are named by school are
// found without it.
func (s *scenario) placeOf(m match) place {
	p := place{group: strings.TrimSuffix(m("group"), "s"), class: m("class"), grade: m("grade"), school: m("school")}
	if p.class != "" {
		p.school = m("classSchool")
		if s.grades[0] > 0 {
			p.school = cmp.Or(p.school, "1")
		}
	}
	return p
}

func (s *scenario) readOwner(m match) {
	schools := s.number(m("schools"))
	s.classes, s.size = s.number(m("classes")), s.number(m("size"))
	if m("low") != "" {
		s.grades = [2]int{s.number(m("low")), s.number(m("high"))}
	}
	s.owner = owner(schools, s.classes, s.size)
	s.owner.Rhythm, s.owner.Rate = s.number(m("weeks")), s.decimal(m("rate"))
}

func (s *scenario) readWaves(m match) {
	for span := range strings.SplitSeq(m("spans"), ", ") {
		from, to, _ := strings.Cut(span, "-")
		for n := s.number(from); n <= s.number(cmp.Or(to, from)); n++ {
			s.waves = append(s.waves, n)
		}
	}
}

func (s *scenario) readEvent(m match) {
	e, known := wrongs[m("wrong")]
	if m("wrong") != "" && !known {
		s.t.Fatalf("nobody knows what it is that %q", m("wrong"))
	}
	e.place = s.placeOf(m)
	if e.group == disclosure.GroupGirls && e.wrong == simulate.Drop {
		e.wrong = simulate.Girls
	}
	if m("fall") != "" {
		e.fall = s.decimal(m("fall"))
	}
	if m("silent") != "" {
		e.away = 1
	}
	e.from, e.to = s.number(cmp.Or(m("from"), m("first"))), s.number(cmp.Or(m("last"), "999"))
	s.events = append(s.events, e)
}

// firstWave is the week of 24 August 2026, the first a school may be asked in.
const firstWave = 138

func (s *scenario) week(n int) uint32 {
	return uint32(firstWave + (n-1)*s.owner.Rhythm)
}

// found is a candidate of a wave.
type found struct {
	disclosure.Candidate
	begun int  // wave
	again bool // it stood already
}

// add plays a wave without looking at it.
func (s *scenario) add(n int) {
	s.rows = s.answers(n)
	s.past.add(s.t, s.week(n), s.asked(n), s.rows)
}

// next plays a wave, and tells what is found in it.
func (s *scenario) next(n int) []found {
	s.add(n)
	candidates, err := Find(s.past.round(s.owner, s.week(n), s.told))
	if err != nil {
		s.t.Fatal(err)
	}
	var all []found
	for _, c := range candidates {
		if s.raised == nil {
			s.raised = make(map[disclosure.Unit]map[disclosure.Kind]int)
		}
		if s.raised[c.Unit] == nil {
			s.raised[c.Unit] = make(map[disclosure.Kind]int)
		}
		first, standing := s.raised[c.Unit][c.Kind]
		standing = standing && s.played-first < stands(c.Kind)
		if !standing {
			s.raised[c.Unit][c.Kind] = s.played
			first = s.played
		}
		all = append(all, found{c, int(c.Start-firstWave)/s.owner.Rhythm + 1, standing})
		s.told = append(s.told, disclosure.Signal{Unit: c.Unit, Kind: c.Kind, Tier: c.Tier, Raised: s.past.waves[first]})
	}
	s.played++
	return all
}

// asked are the classes as they are asked in a wave.
func (s *scenario) asked(n int) []counts.Class {
	if n >= s.version {
		return asked(s.t, s.owner, n-1, 2)
	}
	return asked(s.t, s.owner, n-1, 1)
}

// play runs the waves in order and compares what is found with what is
// expected. Every expectation is used by the first finding that it fits.
func (s *scenario) play() {
	for _, n := range s.waves {
		for _, f := range s.next(n) {
			s.check(n, f)
		}
	}
	last := s.past.round(s.owner, s.week(s.waves[len(s.waves)-1]), s.told)
	once, _ := Find(last)
	again, _ := Find(last)
	if diff := gocmp.Diff(once, again); diff != "" {
		s.t.Errorf("a repeated round says otherwise:\n%s", diff)
	}
	for _, e := range s.expect {
		s.t.Errorf("not found: %+v", e)
	}
	for _, some := range s.some {
		if some.least > 0 {
			s.t.Errorf("%d too few have a %s by wave %d; these have none: %v", some.least, some.kind, some.by, some.classes)
		}
	}
}

// stands is for how many waves a signal does.
func stands(k disclosure.Kind) int {
	if k == disclosure.KindAdult {
		return 8
	}
	return 12
}

// past is what is kept of the waves so far.
type past struct {
	waves     []uint32
	summaries []counts.Summary
	usual     []Usual
}

// add sums up a wave and learns what is usual in it.
func (p *past) add(t testing.TB, n uint32, classes []counts.Class, rows []counts.Row) {
	t.Helper()
	table, err := counts.Read(rows)
	if err != nil {
		t.Fatal(err)
	}
	p.waves = append(p.waves, n)
	p.summaries = append(p.summaries, counts.Summarise(table, n, classes)...)
	p.usual = append(p.usual, Learn(n, p.summaries, p.usual))
}

func (p *past) round(owner roster.Owner, n uint32, told []disclosure.Signal) Round {
	return Round{Owner: owner.Org, Rhythm: owner.Rhythm, Rate: owner.Rate, Wave: n, Summaries: p.summaries, Usual: p.usual, Told: told}
}

// holds tells whether a unit is at the place.
func (p place) holds(u disclosure.Unit) bool {
	switch {
	case p.class != "":
		return u.Level == disclosure.LevelClass && u.Name == p.class && (p.school == "" || p.school == u.School)
	case p.grade != "":
		return u.Level == disclosure.LevelGrade && u.Name == p.grade && u.School == p.school && u.Group == p.group
	case p.school != "":
		return u.Level == disclosure.LevelSchool && u.School == p.school && u.Group == p.group
	default:
		return true
	}
}

// fits tells whether a candidate is what is expected.
func (e expectation) fits(c disclosure.Candidate) bool {
	return (e.kind == "" || e.kind == string(c.Kind)) && (e.tier == "" || e.tier == string(c.Tier)) &&
		(e.theme == "" || e.theme == c.Theme) && e.holds(c.Unit)
}

func (s *scenario) check(n int, f found) {
	s.t.Helper()
	what := fmt.Sprintf("wave %d: %s %s, %s %s %s of school %s, %s, begun in wave %d",
		n, f.Kind, f.Theme, f.Unit.Level, f.Unit.Name, f.Unit.Group, f.Unit.School, f.Tier, f.begun)
	s.t.Log(what)
	s.possible(what, f.Candidate)
	for _, e := range s.never {
		if n >= e.from && e.fits(f.Candidate) {
			s.t.Errorf("%s: not to be", what)
		}
	}
	for i, e := range s.expect {
		if !e.fits(f.Candidate) || n < e.from || n > e.by {
			continue
		}
		if f.begun < e.first || f.begun > e.final {
			s.t.Errorf("%s, want it begun in wave %d-%d", what, e.first, e.final)
		}
		s.expect = slices.Delete(s.expect, i, i+1)
		return
	}
	for i := range s.some {
		some := &s.some[i]
		at := slices.Index(some.classes, f.Unit.Name)
		if at < 0 || some.kind != string(f.Kind) || n > some.by {
			continue
		}
		some.classes = slices.Delete(some.classes, at, at+1)
		some.least--
		if some.most--; some.most < 0 {
			s.t.Errorf("%s: one too many", what)
		}
		return
	}
	if f.again || f.Kind == disclosure.KindLevel && s.seed == 0 {
		return // composites stand where they stand
	}
	if s.others == 0 {
		s.t.Errorf("%s: not expected", what)
	}
	s.others--
}

// possible checks what holds of any candidate.
func (s *scenario) possible(what string, c disclosure.Candidate) {
	s.t.Helper()
	rate := s.owner.Rate
	if c.Tier == disclosure.Act || c.Kind != disclosure.KindAdult && c.Unit.Level != disclosure.LevelClass {
		rate = .1
	}
	oneIn := 1 / rate
	if c.Kind == disclosure.KindLevel {
		oneIn *= 10
	}
	if c.OneIn != int(math.Round(oneIn)) {
		s.t.Errorf("%s: once in %d years, want %g", what, c.OneIn, oneIn)
	}
	if c.Kind.HasTheme() && !slices.Contains(disclosure.Themes, c.Theme) {
		s.t.Errorf("%s: no such theme", what)
	}
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

// answers are the counts of one wave, whose roster it puts in force.
func (s *scenario) answers(n int) []counts.Row {
	if s.seed == 0 {
		return s.composites(n)
	}
	if s.pupils == nil {
		s.pupils = newPupils(s.t, s.seed, s.owner.Rhythm, s.clean, s.rooms())
	}
	sits := s.seat(n)
	return s.pupils.next(s.week(n), s.asked(n), func(i int) sitting {
		at := sitting{seat: sits[i]}
		for _, e := range s.events {
			if n < e.from || n > e.to || !e.covers(sits[i].school, sits[i].class, s.pupils.rooms[i].grade) {
				continue
			}
			at.away = max(at.away, e.away)
			if e.lower > 0 {
				at.lower, at.who = e.lower, e.group
			}
		}
		return at
	})
}

// covers tells whether a class is part of the place.
func (p place) covers(school, class string, grade int) bool {
	switch {
	case p.class != "":
		return class == p.class && (p.school == "" || p.school == school)
	case p.grade != "":
		return strconv.Itoa(grade) == p.grade && p.school == school
	default:
		return p.school == "" || p.school == school
	}
}

// rooms are all classes of pupils that are ever at school. If all rise a grade,
// the youngest of next year are there from the beginning, at no school yet.
func (s *scenario) rooms() []room {
	var rooms []room
	for _, school := range s.owner.Schools {
		if s.grades[0] == 0 {
			for _, c := range school.Classes {
				rooms = append(rooms, room{school: school.Org, name: c.Name, grade: c.Grades[0], size: c.Size})
			}
			continue
		}
		for grade := s.grades[0] - min(s.risen, 1); grade <= s.grades[1]; grade++ {
			for c := range s.classes {
				rooms = append(rooms, room{school: school.Org, name: className(grade, c), grade: grade, size: s.size})
			}
		}
	}
	for i := range rooms {
		r := &rooms[i]
		for _, e := range s.events {
			if e.wrong == simulate.None || !e.covers(r.school, r.name, r.grade) {
				continue
			}
			if r.wrong != simulate.None {
				s.t.Fatalf("class %s of school %s: two things are wrong", r.name, r.school)
			}
			r.wrong, r.theme = e.wrong, e.theme
			r.onset = max(slices.Index(s.waves, e.from), 0)
		}
	}
	return rooms
}

func className(grade, class int) string { return strconv.Itoa(grade) + string(rune('A'+class)) }

// seat puts the roster of a wave in force and tells where each room sits.
func (s *scenario) seat(n int) []seat {
	higher := 0
	if s.risen > 0 && n >= s.risen {
		higher = 1
	}
	seats := make([]seat, len(s.pupils.rooms))
	for k := range s.owner.Schools {
		s.owner.Schools[k].Classes = nil
	}
	for i, r := range s.pupils.rooms {
		grade, name := r.grade, r.name
		if s.grades[0] > 0 {
			if grade += higher; grade < s.grades[0] || grade > s.grades[1] {
				continue
			}
			name = strconv.Itoa(grade) + strings.TrimLeft(name, "0123456789")
		}
		for _, m := range s.merged {
			if n >= m.from && n <= m.to && r.school == "1" && (name == m.first || name == m.second) {
				name = m.as
			}
		}
		seats[i] = seat{r.school, name}
		school := &s.owner.Schools[s.number(r.school)-1]
		if at := slices.IndexFunc(school.Classes, func(c roster.Class) bool { return c.Name == name }); at >= 0 {
			school.Classes[at].Size += r.size
			continue
		}
		school.Classes = append(school.Classes, roster.Class{Name: name, Grades: []int{grade}, Size: r.size})
	}
	return seats
}

// composites are drawn about a level of each class, less what has happened. The
// same class and wave always answer alike.
func (s *scenario) composites(n int) []counts.Row {
	var rows []counts.Row
	for i, school := range s.owner.Schools {
		for k, c := range school.Classes {
			fall, silent := 0., false
			for _, e := range s.events {
				if n >= e.from && n <= e.to && e.covers(school.Org, c.Name, c.Grades[0]) {
					fall += e.fall
					silent = silent || e.away > 0
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
