package roster

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// brief lists faults as "line: message".
func brief(faults []Fault) []string {
	var list []string
	for _, f := range faults {
		list = append(list, fmt.Sprintf("%d: %s", f.Line, f.Message))
	}
	return list
}

// want is what both files of testdata say, as far as CSV can say it.
func want() Roster {
	return Roster{Owners: []Owner{{
		Org: "000000001", Name: "Fjordvik kommune", Rhythm: 2,
		Schools: []School{
			{Org: "000000002", Name: "Fjordvik skole", Written: "nb", Classes: []Class{
				{Name: "5A", Grades: []int{5}, Size: 24},
				{Name: "1-2", Grades: []int{1, 2}, Size: 11},
			}},
			{Org: "974760673", Name: "Øvre Fjordvik skule", Written: "nn", Classes: []Class{
				{Name: "Vg1 A", Grades: []int{11}, Size: 30},
			}},
		},
	}}}
}

func TestParseYAML(t *testing.T) {
	got, faults := Parse("roster.yaml", []byte(read(t, "roster.yaml")))
	if faults != nil {
		t.Fatal(faults)
	}
	full := want()
	full.Owners[0].Rate = .25
	full.Owners[0].Terms = []Term{{From: "2026-08-17", To: "2027-06-18"}}
	full.Owners[0].Holidays = []Holiday{{From: "2026-10-05", To: "2026-10-09", Name: "Høstferie"}}
	full.Owners[0].HelpLines = []HelpLine{{Name: "Hjelpelinja", Number: "00 00 00 00", URL: "https://example.org"}}
	full.Owners[0].Schools[0].Adults = []Adult{{Name: "Kari", Role: "helsesykepleier"}}
	if diff := cmp.Diff(full, got); diff != "" {
		t.Errorf("roster (-want +got):\n%s", diff)
	}
}

func TestParseCSV(t *testing.T) {
	file := read(t, "roster.csv")
	list := read(t, "class-list.csv")
	tests := []struct{ name, data string }{
		{"as written", file},
		{"as a spreadsheet saves it", "\xef\xbb\xbf" + strings.ReplaceAll(strings.ReplaceAll(file, ",", ";"), "\n", "\r\n")},
		{"one row a pupil", list},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, faults := Parse("Roster.CSV", []byte(tt.data))
			if faults != nil {
				t.Fatal(faults)
			}
			expect := want()
			expect.Owners[0].Rhythm = 0 // has no column
			if tt.name == "one row a pupil" {
				expect.Owners[0].Schools = expect.Owners[0].Schools[:1]
				expect.Owners[0].Schools[0].Classes = []Class{
					{Name: "5A", Grades: []int{5}, Size: 3},
					{Name: "1-2", Grades: []int{1, 2}, Size: 2},
				}
			}
			if diff := cmp.Diff(expect, got); diff != "" {
				t.Errorf("roster (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFaultsYAML spoils a good file in one place at a time.
func TestFaultsYAML(t *testing.T) {
	valid := read(t, "roster.yaml")
	tests := []struct {
		name     string
		old, new string
		want     []string
	}{
		{"empty", valid, "", []string{"1: the file is empty"}},
		{"no owners", valid, "owners: []\n", []string{"1: there are no owners"}},
		{"unknown field", "rhythm: 2", "takt: 2", []string{`6: unknown field "takt"`}},
		{"pupils", "            size: 24", "            size: 24\n            pupils: [Ola, Kari]", []string{`28: field "pupils": a roster holds class sizes, never names`}},
		{"org with spaces", `"974760673"`, `"974 760 673"`, []string{`32: organisation number "974 760 673" holds spaces`}},
		{"org too short", `"974760673"`, `"97476067"`, []string{`32: organisation number "97476067" is not nine digits`}},
		{"check digit", `"974760673"`, `"974760637"`, []string{"32: organisation number 974760637 has a wrong check digit"}},
		{"all zeros", `"974760673"`, `"000000000"`, []string{"32: organisation number 000000000 has a wrong check digit"}},
		{"rhythm", "rhythm: 2", "rhythm: 3", []string{"6: rhythm 3"}},
		{"rate", "alarm_rate: 0.25", "alarm_rate: 0.3", []string{"7: alarm_rate 0.3"}},
		{"written", "written: nn", "written: en", []string{`34: written "en"`}},
		{"school twice", `"974760673"`, `"000000002"`, []string{"32: school 000000002 stands twice"}},
		{"class twice", `name: "1-2"`, "name: 5a", []string{"28: class 5a stands twice in Fjordvik skole"}},
		{"class name with a plus", `"1-2"`, `"1+2"`, []string{`28: class name "1+2" holds + : or /`}},
		{"class name too long", "Vg1 A", "Vg1 studiespesialisering A", []string{`36: "Vg1 studiespesialisering A" is longer than 24 characters`}},
		{"control character", "Fjordvik skole", `"Fjordvik\nskole"`, []string{`19: "Fjordvik\nskole" holds a character that can not be seen`}},
		{"invisible character", "Fjordvik skole", "Fjordvik\u200bskole", []string{`19: "Fjordvik\u200bskole" holds a character that can not be seen`}},
		{"space at the end", "Fjordvik skole", `"Fjordvik skole "`, []string{`19: "Fjordvik skole " begins or ends with a space`}},
		{"name missing", "name: Fjordvik skole", `name: ""`, []string{"19: the name is missing"}},
		{"grade", "grades: [11]", "grades: [14]", []string{"37: grade 14"}},
		{"grade twice", "grades: [1, 2]", "grades: [1, 1]", []string{"29: grade 1 stands twice"}},
		{"no grades", "grades: [11]", "grades: []", []string{"37: class Vg1 A has no grades"}},
		{"size zero", "size: 30", "size: 0", []string{"38: class Vg1 A has size 0"}},
		{"size absurd", "size: 30", "size: 5000", []string{"38: class Vg1 A has size 5000"}},
		{"date", "2026-08-17", "17.08.2026", []string{`9: date "17.08.2026"`}},
		{"no such day", "2026-08-17", "2026-08-32", []string{`9: date "2026-08-32"`}},
		{"dates turned round", "to: 2026-10-09", "to: 2026-10-01", []string{"12: 2026-10-01 is before 2026-10-05"}},
		{"term over two years", "to: 2027-06-18", "to: 2028-06-18", []string{"9: longer than a year"}},
		{"overlapping terms", "    holidays:", "      - {from: 2027-06-01, to: 2027-12-01}\n    holidays:", []string{"10: overlaps with term 1"}},
		{"help line with nothing", `, number: "00 00 00 00", url: https://example.org`, "", []string{"14: Hjelpelinja has neither number nor url"}},
		{"help line over http", "https://example.org", "http://example.org", []string{`14: url "http://example.org"`}},
		{"several at once", "nb\n", "xx\n        org2: 1\n", []string{`21: unknown field "org2"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spoilt := strings.Replace(valid, tt.old, tt.new, 1)
			if spoilt == valid {
				t.Fatalf("%q does not stand in the file", tt.old)
			}
			r, faults := Parse("roster.yaml", []byte(spoilt))
			if diff := cmp.Diff(tt.want, brief(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if len(r.Owners) > 0 {
				t.Error("half of the roster was imported")
			}
		})
	}
}

func TestFaultsCSV(t *testing.T) {
	valid := read(t, "roster.csv")
	tests := []struct {
		name     string
		old, new string
		want     []string
	}{
		{"empty", valid, "", []string{"1: the file is empty"}},
		{"column missing", ",grades", ",trinn", []string{"1: column grades is missing", "1: unknown column trinn"}},
		{"column twice", ",grades", ",class", []string{"1: column class stands twice"}},
		{"column of names", ",size", ",size,Elev_navn", []string{"1: column elev_navn: a roster holds class sizes, never names"}},
		{"row too short", ",11,30", ",11", []string{"4: wrong number of fields"}},
		{"quote left open", ",11,30", `,11,"30`, []string{`4: extraneous or missing " in quoted-field`}},
		{"size is a word", ",5,24", ",5,many", []string{`2: size "many" is not a number`}},
		{"grades are a word", ",1+2,", ",first,", []string{`3: grades "first"`}},
		{"check digit", "974760673", "974760674", []string{"4: organisation number 974760674 has a wrong check digit"}},
		{"owner with two names", "000000001,Fjordvik kommune,974760673", "000000001,Fjordvik,974760673", []string{`4: owner 000000001 is called both "Fjordvik kommune" and "Fjordvik"`}},
		{"school with two standards", "Fjordvik skole,nb,1-2", "Fjordvik skole,nn,1-2", []string{"3: school 000000002 has another name or written standard than above"}},
		{"class twice", ",1-2,1+2,11", ",5A,1+2,11", []string{"3: class 5A stands twice in Fjordvik skole"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spoilt := strings.Replace(valid, tt.old, tt.new, 1)
			if spoilt == valid {
				t.Fatalf("%q does not stand in the file", tt.old)
			}
			r, faults := Parse("roster.csv", []byte(spoilt))
			if diff := cmp.Diff(tt.want, brief(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if len(r.Owners) > 0 {
				t.Error("half of the roster was imported")
			}
		})
	}
}

func TestValidOrg(t *testing.T) {
	tests := []struct {
		org  string
		want bool
	}{
		{"974760673", true}, // Brønnøysundregistrene
		{"889640782", true}, // NAV
		{"974760674", false},
		{"000000001", true}, // simulated
		{"099999999", true},
		{"000000000", false},
		{"97476067", false},
		{"97476067x", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := ValidOrg(tt.org); got != tt.want {
			t.Errorf("ValidOrg(%q) = %v, want %v", tt.org, got, tt.want)
		}
	}
	if got := SimulatedOrg(42); got != "000000042" || !ValidOrg(got) {
		t.Errorf("SimulatedOrg(42) = %s", got)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("SimulatedOrg(0) did not panic")
			}
		}()
		SimulatedOrg(0)
	}()
}

func TestFromAnswers(t *testing.T) {
	answers := "school,class,wave,y\n" +
		"Math,Ada,1,5\nMath,Ada,1,4\nMath,Ada,2,3\nMath,Bo,1,2\n974760673,Cy,1,1\n"
	got, err := FromAnswers("answers.csv", []byte(answers), Owner{Name: "Recorded", Rhythm: 4}, []int{13})
	if err != nil {
		t.Fatal(err)
	}
	expect := Roster{Owners: []Owner{{
		Org: "000000001", Name: "Recorded", Rhythm: 4,
		Schools: []School{
			{Org: "974760673", Name: "974760673", Written: "nb", Classes: []Class{{Name: "Cy", Grades: []int{13}, Size: 1}}},
			{Org: "000000002", Name: "Math", Written: "nb", Classes: []Class{
				{Name: "Ada", Grades: []int{13}, Size: 2}, // two in wave 1, one in wave 2
				{Name: "Bo", Grades: []int{13}, Size: 1},
			}},
		},
	}}}
	if diff := cmp.Diff(expect, got); diff != "" {
		t.Errorf("roster (-want +got):\n%s", diff)
	}
}

func TestFromAnswersFaults(t *testing.T) {
	tests := []struct {
		name, answers string
		grades        []int
		want          string
	}{
		{"no wave", "school,class,y\na,b,1\n", []int{5}, "a.csv:1: column wave is missing (recorded answers have school, class, wave and one column per item)"},
		{"names", "school,class,wave,navn\na,b,1,Ola\n", []int{5}, "a.csv:1: column navn: a roster holds class sizes, never names (remove the column; one row a pupil, without names, is counted)"},
		{"no grades", "school,class,wave\na,b,1\n", nil, "a.csv: owners[0].schools[0].classes[0].grades: class b has no grades (such as [5], or [5, 6] for a class of two)"},
		{"no number", "school,class,wave,y\na,b,1,1\na,b,first,1\n", []int{5}, `a.csv:3: wave "first" is no whole number from 0 up (number the waves in the order they were asked)`},
		{"no rows", "school,class,wave\n", []int{5}, "a.csv: owners[0].schools: Recorded has no schools"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := FromAnswers("a.csv", []byte(tt.answers), Owner{Name: "Recorded"}, tt.grades)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	r := want()
	if o, ok := r.Owner("000000001"); !ok || o.Name != "Fjordvik kommune" {
		t.Errorf("owner: %v %v", o.Name, ok)
	}
	if _, ok := r.Owner("000000002"); ok {
		t.Error("a school is found as an owner")
	}
	if o, s, c, ok := r.Class("974760673", "Vg1 A"); !ok || o.Org != "000000001" || s.Written != "nn" || c.Size != 30 {
		t.Errorf("class: %v %v %v %v", o.Org, s.Org, c, ok)
	}
	if _, _, _, ok := r.Class("000000002", "Vg1 A"); ok {
		t.Error("a class is found in another school")
	}
	if _, s, ok := r.SchoolNamed("Øvre Fjordvik skule"); !ok || s.Org != "974760673" {
		t.Errorf("by name: %v %v", s.Org, ok)
	}
	if _, s, ok := r.SchoolNamed("000000002"); !ok || s.Name != "Fjordvik skole" {
		t.Errorf("by number: %v %v", s.Name, ok)
	}
	r.Owners[0].Schools[1].Name = "Fjordvik skole"
	if _, _, ok := r.SchoolNamed("Fjordvik skole"); ok {
		t.Error("a name that two schools share picks one of them")
	}
	if got := r.Owners[0].Sizes(); !cmp.Equal(got, []int{24, 11, 30}) {
		t.Errorf("sizes %v", got)
	}
}

// TestWriteParse: what is written is read back the same.
func TestWriteParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-ZÆØÅ0-9"'#&*!?-]([a-zæøå :,\[{#"']{0,18}[a-zæøå0-9"'\]}])?`)
		className := rapid.StringMatching(`[0-9]{1,2}[A-H#'"-]?`)
		org := 0
		next := func() string { org++; return SimulatedOrg(org) }
		var r Roster
		for range rapid.IntRange(1, 3).Draw(t, "owners") {
			o := Owner{Org: next(), Name: name.Draw(t, "owner"), Rhythm: 4, Rate: rapid.SampledFrom([]float64{0, .1}).Draw(t, "rate")}
			for range rapid.IntRange(1, 3).Draw(t, "schools") {
				s := School{Org: next(), Name: name.Draw(t, "school"), Written: "nn"}
				if rapid.Bool().Draw(t, "has adult") {
					s.Adults = []Adult{{Name: name.Draw(t, "adult"), Role: name.Draw(t, "role")}}
				}
				for _, c := range rapid.SliceOfNDistinct(className, 1, 4, strings.ToLower).Draw(t, "classes") {
					s.Classes = append(s.Classes, Class{Name: c, Grades: []int{rapid.IntRange(1, 13).Draw(t, "grade")}, Size: rapid.IntRange(1, 40).Draw(t, "size")})
				}
				o.Schools = append(o.Schools, s)
			}
			r.Owners = append(r.Owners, o)
		}
		var file bytes.Buffer
		if err := r.Write(&file); err != nil {
			t.Fatal(err)
		}
		got, faults := Parse("written.yaml", file.Bytes())
		if faults != nil {
			t.Fatalf("%v in\n%s", faults, file.String())
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Errorf("roster (-want +got):\n%s", diff)
		}
	})
}

// FuzzParse: no file makes a reader panic, and none gives both a roster and
// faults.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"roster.yaml", "roster.csv", "class-list.csv"} {
		f.Add(name, []byte(read(f, name)))
	}
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		r, faults := Parse(file, data)
		if (len(faults) == 0) == (len(r.Owners) == 0) {
			t.Errorf("%d owners and %d faults", len(r.Owners), len(faults))
		}
	})
}
