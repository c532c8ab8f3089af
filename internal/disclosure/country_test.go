package disclosure

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/folgmed/folgmed/analytics/simulate"
)

var countryClasses = flag.Int("classes", 600, "classes of the simulated country that TestCountry releases; 0 is all 30,000")

// asks are the items of simulate.Asked, in its order.
func asks(grade int) []Item {
	thrive := Item{ID: "thrive", Theme: ThemeWellbeing}
	safe := Item{ID: "safe", Theme: ThemeUnsafe, Sensitive: true}
	company := Item{ID: "company", Theme: ThemeAlone}
	care := Item{ID: "care", Theme: ThemeWellbeing}
	help := Item{ID: "adult", Theme: ThemeWellbeing}
	leftOut := Item{ID: "left_out", Theme: ThemeLeftOut, Sensitive: true, Bullying: true}
	hurt := Item{ID: "hurt", Theme: ThemeHurt, Sensitive: true, Bullying: true}
	digital := Item{ID: "digital", Theme: ThemeDigital, Sensitive: true, Bullying: true}
	harm := Item{ID: "adult_harm", Theme: "adult", Sensitive: true, Adult: true}
	if grade <= 4 {
		return []Item{thrive, safe, company, help, leftOut, hurt}
	}
	return []Item{thrive, safe, company, care, help, leftOut, hurt, digital, harm}
}

// simulated is a school year of a simulated country, by owner, with no line
// released yet. Pupils answer as in analytics/simulate; in one class of a hundred
// three replacement codes are used.
func simulated(classes, rhythm, waves int) []Input {
	config := simulate.Country(simulate.CountryConfig{Seed: 7, Classes: classes})
	config.Rhythm, config.Complete = rhythm, false
	world := simulate.New(config)
	owners := make(map[int]*Input)
	var order []int
	asked := make(map[int][]string)
	for grade := 1; grade <= 10; grade++ {
		for _, item := range asks(grade) {
			asked[grade] = append(asked[grade], item.ID)
		}
	}
	for w := range waves {
		rows := world.Rows()
		class := 0
		for s, school := range config.Schools {
			in := owners[school.Owner]
			if in == nil {
				in = &Input{Owner: fmt.Sprintf("9643%05d", school.Owner), Rhythm: rhythm, Items: asks(10)}
				owners[school.Owner] = in
				order = append(order, school.Owner)
			}
			if len(in.Waves) == w {
				in.Waves = append(in.Waves, Wave{Number: uint32(140 + w*rhythm), Ordinal: w})
			}
			id := strconv.Itoa(974700000 + s)
			i := slices.IndexFunc(in.Schools, func(s School) bool { return s.ID == id })
			if i < 0 {
				i = len(in.Schools)
				in.Schools = append(in.Schools, School{ID: id})
				for k, c := range school.Classes {
					in.Schools[i].Classes = append(in.Schools[i].Classes, Class{Name: fmt.Sprint(c.Grade, "-", k), Grades: []int{c.Grade}})
				}
			}
			var wave SchoolWave
			var small []int
			for k, c := range school.Classes {
				row := rows[class+k]
				cw := ClassWave{Roster: c.Size, Asked: asked[c.Grade]}
				if c.Size >= 10 {
					cw.Ballots = row.N
				}
				if (class+k)%100 == 7 {
					cw.Replaced = 3
				}
				wave.Classes = append(wave.Classes, cw)
				if row.N >= minShown {
					wave.Kept = append(wave.Kept, folded(rows[class+k:class+k+1], c.Grade, in.Schools[i].Classes[k].Name))
				} else if row.N > 0 {
					small = append(small, class+k)
				}
			}
			for young := range 2 { // what is left of a questionnaire
				var rest []simulate.Row
				n := 0
				for _, k := range small {
					if (school.Classes[k-class].Grade <= 4) == (young == 0) {
						rest = append(rest, rows[k])
						n += rows[k].N
					}
				}
				if n >= minShown {
					wave.Kept = append(wave.Kept, folded(rest, 1+4*young))
				}
			}
			in.Schools[i].Waves = append(in.Schools[i].Waves, wave)
			class += len(school.Classes)
		}
	}
	var all []Input
	for _, o := range order {
		all = append(all, *owners[o])
	}
	return all
}

// folded is a kept unit of some classes of the same questionnaire.
func folded(rows []simulate.Row, grade int, names ...string) Kept {
	k := Kept{Classes: names}
	for i, item := range asks(grade) {
		f := Figure{Item: item.ID}
		for _, row := range rows {
			steps := row.Fold.Items[i]
			for step, n := range steps {
				f.Answered += int(n)
				if worst := 2; step < worst && (grade > 4 || step == 0) {
					f.Counted += int(n)
				}
			}
		}
		k.Figures = append(k.Figures, f)
	}
	for _, row := range rows {
		k.Respondents += row.N
	}
	return k
}

// Of a simulated country, what is told of the pupils' classes, grades, schools
// and owners. What is printed is in the package's DESIGN.md.
func TestCountry(t *testing.T) {
	type key struct {
		level     Level
		sensitive bool
		how       string
	}
	told := make(map[key]int)
	all := make(map[key]int)
	widths := make(map[key][]float64)
	for _, rhythm := range []int{4, 1} {
		clear(told)
		clear(all)
		clear(widths)
		for _, year := range simulated(*countryClasses, rhythm, 24/rhythm) {
			var lines []Released
			for w := range year.Waves {
				r := draft(at(year, w, lines))
				for _, rule := range rules {
					rule.apply(r)
				}
				for _, row := range r.rows() {
					line, err := Decode(row)
					if err != nil {
						t.Fatal(err)
					}
					lines = append(lines, line)
				}
				if w < len(year.Waves)-1 {
					continue
				}
				for _, f := range r.figures {
					n := f.days[w].roster
					k := key{f.Level, f.item.Sensitive, ""}
					if f.item == &participation || f.drop || len(f.pool) == 0 {
						continue
					}
					all[k] += n
					switch {
					case f.wait:
						k.how = "waits"
					case f.hide == "complementary":
						k.how = "complementary"
					case f.hide != "":
						k.how = "too small"
					default:
						k.how = "shown"
					}
					told[k] += n
					if k.how != "shown" || f.value == "" {
						continue
					}
					bands, of := spanOf(f.value)
					k.how = map[bool]string{true: "own band", false: "wider"}[bands == 1]
					if bands == of {
						k.how = "anything"
					}
					told[k] += n
					if of > 3 || !f.item.Sensitive {
						k.how = ""
						widths[k] = append(widths[k], float64(bands)/float64(of))
					}
				}
			}
		}
		for _, level := range []Level{LevelClass, LevelGrade, LevelSchool, LevelOwner} {
			for _, sensitive := range []bool{false, true} {
				whole := key{level, sensitive, ""}
				text := fmt.Sprintf("every %d weeks, %s, sensitive %v:", rhythm, level, sensitive)
				for _, how := range []string{"shown", "own band", "wider", "anything", "too small", "complementary", "waits"} {
					text += fmt.Sprintf(" %s %.1f%%", how, 100*float64(told[key{level, sensitive, how}])/float64(all[whole]))
				}
				if w := widths[whole]; len(w) > 0 {
					slices.SortFunc(w, func(a, b float64) int { return cmp.Compare(a, b) })
					text += fmt.Sprintf("; width %.2f (quartiles %.2f-%.2f)", w[len(w)/2], w[len(w)/4], w[3*len(w)/4])
				}
				t.Log(text)
			}
		}
	}
}

// spanOf is in how many of how many bands or words a value tells a share.
func spanOf(value string) (bands, of int) {
	if from, to, of, err := parseBand(value); err == nil {
		return to - from, of
	}
	for i := range words {
		if j := slices.Index(words[i][:], value); j >= i {
			return j - i + 1, 3
		}
	}
	return 0, 0
}
