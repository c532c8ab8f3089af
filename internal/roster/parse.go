package roster

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/folgmed/folgmed/surveys"
)

// Fault is one thing wrong in a roster file. It is the fault of a
// questionnaire file too, so that whoever checks both prints one list.
type Fault = surveys.Fault

// DefaultRhythm is the rhythm of an owner that gives none (SCHOOL §1).
const DefaultRhythm = 2

const (
	// maxClass is far above any class: recorded data may have a lecturer's whole
	// audience for one. What is unusual is for the owner's audit to show.
	maxClass = 500
	maxName  = 100
	// maxClassName fits a class on a slip and over a column.
	maxClassName = 24
)

// namesNever is what a file with pupils in it is told.
const namesNever = "a roster holds class sizes, never names"

// Parse reads a roster from a YAML file, or from a CSV file if its name ends
// in .csv. A rhythm or rate that is not given stays 0: what it stands for depends
// on whether the owner is known. If it returns faults the roster is empty: nothing
// is half imported.
func Parse(file string, data []byte) (Roster, []Fault) {
	if strings.EqualFold(filepath.Ext(file), ".csv") {
		return parseCSV(file, data)
	}
	var r Roster
	src := surveys.ReadYAML(file, data, &r)
	if faults := src.Faults(); len(faults) > 0 {
		for i, f := range faults {
			if field := unknownField.FindStringSubmatch(f.Message); field != nil && namesPupils(field[1]) {
				faults[i].Message = fmt.Sprintf("field %q: %s", field[1], namesNever)
				faults[i].Hint = "give size: the number of pupils"
			}
		}
		return Roster{}, faults
	}
	r.check(src.Fault)
	if faults := src.Faults(); len(faults) > 0 {
		return Roster{}, faults
	}
	return r, nil
}

var unknownField = regexp.MustCompile(`unknown field "([^"]*)"`)

// namesPupils reports whether a column or field is called what lists of pupils
// call the things that a roster must not hold.
func namesPupils(column string) bool {
	switch strings.NewReplacer("_", "", " ", "", "-", "").Replace(strings.ToLower(column)) {
	case "name", "names", "firstname", "lastname", "surname", "pupil", "pupils", "student", "students", "birthdate", "email", "phone",
		"navn", "namn", "fornavn", "etternavn", "førenamn", "etternamn", "elev", "elever", "elevar", "elevnavn", "elevnamn",
		"fødselsdato", "fødselsnummer", "fnr", "personnummer", "epost", "mobil", "telefon", "feide", "feideid":
		return true
	}
	return false
}

// noter takes a fault of the value at a path such as "owners[0].schools[2].org".
type noter func(path, message, hint string)

// check holds the rules of a roster, whatever file it came from.
func (r *Roster) check(fault noter) {
	if len(r.Owners) == 0 {
		fault("owners", "there are no owners", "a roster begins with owners:")
	}
	owners, schools := map[string]bool{}, map[string]bool{}
	for i, o := range r.Owners {
		path := fmt.Sprintf("owners[%d]", i)
		checkOrg(fault, path+".org", o.Org)
		if owners[o.Org] {
			fault(path+".org", fmt.Sprintf("owner %s stands twice", o.Org), "put all its schools under one")
		}
		owners[o.Org] = true
		o.check(fault, path)
		for j, s := range o.Schools {
			at := fmt.Sprintf("%s.schools[%d]", path, j)
			checkOrg(fault, at+".org", s.Org)
			if schools[s.Org] {
				fault(at+".org", fmt.Sprintf("school %s stands twice", s.Org), "put all its classes under one")
			}
			schools[s.Org] = true
			s.check(fault, at)
		}
	}
}

func (o Owner) check(fault noter, path string) {
	checkName(fault, path+".name", o.Name, maxName)
	if o.Rhythm != 0 && !slices.Contains(Rhythms, o.Rhythm) {
		fault(path+".rhythm", fmt.Sprintf("rhythm %d", o.Rhythm), "1, 2 or 4 weeks between waves")
	}
	if o.Rate != 0 && !slices.Contains(Rates, o.Rate) {
		fault(path+".alarm_rate", fmt.Sprintf("alarm_rate %g", o.Rate), "0.1, 0.25 or 0.5 false alarms per class and school year")
	}
	for i, h := range o.Holidays {
		checkSpan(fault, fmt.Sprintf("%s.holidays[%d]", path, i), h.From, h.To)
	}
	for i, t := range o.Terms {
		at := fmt.Sprintf("%s.terms[%d]", path, i)
		if !checkSpan(fault, at, t.From, t.To) {
			continue
		}
		if t.To.Day().Sub(t.From.Day()) > 366*24*time.Hour {
			fault(at, "longer than a year", "a term is one school year, first to last school day")
		}
		for j, before := range o.Terms[:i] {
			if before.From <= t.To && t.From <= before.To {
				fault(at, fmt.Sprintf("overlaps with term %d", j+1), "one term for each school year")
			}
		}
	}
	for i, h := range o.HelpLines {
		at := fmt.Sprintf("%s.help_lines[%d]", path, i)
		checkName(fault, at+".name", h.Name, maxName)
		if h.URL != "" && !strings.HasPrefix(h.URL, "https://") {
			fault(at+".url", fmt.Sprintf("url %q", h.URL), "begin it with https://")
		}
		if h.Number == "" && h.URL == "" {
			fault(at, fmt.Sprintf("%s has neither number nor url", h.Name), "a pupil must be able to reach it")
		} else if h.Number != "" {
			checkName(fault, at+".number", h.Number, maxName)
		}
	}
	if len(o.Schools) == 0 {
		fault(path+".schools", o.Name+" has no schools", "")
	}
}

func (s School) check(fault noter, path string) {
	checkName(fault, path+".name", s.Name, maxName)
	if s.Written != "nb" && s.Written != "nn" {
		fault(path+".written", fmt.Sprintf("written %q", s.Written), "nb or nn: the written standard the school uses")
	}
	for i, a := range s.Adults {
		checkName(fault, fmt.Sprintf("%s.adults[%d].name", path, i), a.Name, maxName)
		checkName(fault, fmt.Sprintf("%s.adults[%d].role", path, i), a.Role, maxName)
	}
	if len(s.Classes) == 0 {
		fault(path+".classes", s.Name+" has no classes", "")
	}
	seen := map[string]bool{}
	for i, c := range s.Classes {
		at := fmt.Sprintf("%s.classes[%d]", path, i)
		if checkName(fault, at+".name", c.Name, maxClassName) && strings.ContainsAny(c.Name, "+:/") {
			fault(at+".name", fmt.Sprintf("class name %q holds + : or /", c.Name), "these join the names of units; write 5-6 for a class of two grades")
		}
		key := strings.ToLower(c.Name)
		if seen[key] {
			fault(at+".name", fmt.Sprintf("class %s stands twice in %s", c.Name, s.Name), "capital and small letters are the same here")
		}
		seen[key] = true
		c.check(fault, at)
	}
}

func (c Class) check(fault noter, path string) {
	if len(c.Grades) == 0 {
		fault(path+".grades", fmt.Sprintf("class %s has no grades", c.Name), "such as [5], or [5, 6] for a class of two")
	}
	for i, g := range c.Grades {
		at := fmt.Sprintf("%s.grades[%d]", path, i)
		if g < 1 || g > 13 {
			fault(at, fmt.Sprintf("grade %d", g), "1 to 13; 11-13 are Vg1-Vg3")
		}
		if slices.Index(c.Grades, g) != i {
			fault(at, fmt.Sprintf("grade %d stands twice", g), "remove one")
		}
	}
	if c.Size < 1 || c.Size > maxClass {
		fault(path+".size", fmt.Sprintf("class %s has size %d", c.Name, c.Size), fmt.Sprintf("the number of pupils, 1 to %d", maxClass))
	}
}

// checkName checks a name that people read and that goes into the text a
// ballot is bound to, where control characters would move its borders.
func checkName(fault noter, path, name string, longest int) bool {
	switch {
	case name == "":
		fault(path, "the name is missing", "")
	case strings.TrimSpace(name) != name:
		fault(path, fmt.Sprintf("%q begins or ends with a space", name), "remove it")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) }):
		fault(path, fmt.Sprintf("%q holds a character that can not be seen", name), "type it again by hand, saved as UTF-8")
	case utf8.RuneCountInString(name) > longest:
		fault(path, fmt.Sprintf("%q is longer than %d characters", name, longest), "shorten it")
	default:
		return true
	}
	return false
}

// checkSpan checks two dates, both of them in the span.
func checkSpan(fault noter, path string, from, to Date) bool {
	ok := true
	for _, end := range []struct {
		name string
		date Date
	}{{".from", from}, {".to", to}} {
		if end.date.Day().IsZero() {
			fault(path+end.name, fmt.Sprintf("date %q", end.date), "write it as 2026-08-17")
			ok = false
		}
	}
	if ok && to < from {
		fault(path+".to", fmt.Sprintf("%s is before %s", to, from), "turn them round")
		return false
	}
	return ok
}

// Day is the date at midnight UTC, and the zero time if it is not a date.
func (d Date) Day() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// checkOrg checks an organisation number and its check digit.
func checkOrg(fault noter, path, org string) {
	if close := strings.Join(strings.Fields(org), ""); close != org && len(close) == 9 {
		fault(path, fmt.Sprintf("organisation number %q holds spaces", org), "write it as "+close)
		return
	}
	if len(org) != 9 || strings.Trim(org, "0123456789") != "" {
		fault(path, fmt.Sprintf("organisation number %q is not nine digits", org), "look it up in Enhetsregisteret; quote it in YAML")
		return
	}
	if !ValidOrg(org) {
		fault(path, fmt.Sprintf("organisation number %s has a wrong check digit", org), "a digit is mistyped; numbers from 000000001 to 099999999 are for simulated schools")
	}
}

// ValidOrg reports whether org is a Norwegian organisation number,
//
//	Σ wᵢ·dᵢ ≡ 0 (mod 11), w = 3 2 7 6 5 4 3 2 1,
//
// or one of the simulated series. Enhetsregisteret gives out no number that
// begins with 0, so that series can never meet a real school, and needs no
// check digit.
func ValidOrg(org string) bool {
	if len(org) != 9 || strings.Trim(org, "0123456789") != "" {
		return false
	}
	if org[0] == '0' {
		return org != "000000000"
	}
	sum := 0
	for i, weight := range [9]int{3, 2, 7, 6, 5, 4, 3, 2, 1} {
		sum += weight * int(org[i]-'0')
	}
	return sum%11 == 0
}

// SimulatedOrg is the n-th number of the series for simulated owners and
// schools. It panics if n is not in 1..99,999,999.
func SimulatedOrg(n int) string {
	if n < 1 || n > 99_999_999 {
		panic(fmt.Sprintf("roster: simulated organisation number %d is out of range", n))
	}
	return fmt.Sprintf("%09d", n)
}
