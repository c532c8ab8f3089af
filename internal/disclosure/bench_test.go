package disclosure

import (
	"fmt"
	"strconv"
	"testing"
)

// country is a national release in mid-year: 2,700 schools of 350 owners,
// 30,000 classes, eight items, a fortnightly wave after others. What was
// released before is at hand.
func country(b *testing.B, waves int) []Input {
	const owners, schools, classes, size = 350, 2700, 30000, 20
	items := make([]Item, 8)
	ids := make([]string, len(items))
	for i := range items {
		ids[i] = "c" + strconv.Itoa(i)
		items[i] = Item{ID: ids[i], Theme: "wellbeing", Sensitive: i >= 5}
	}
	var ins []Input
	for o := range owners {
		in := Input{Owner: fmt.Sprintf("9643%05d", o), Rhythm: 2, Items: items}
		for w := range waves {
			in.Wave = uint32(140 + 2*w)
			in.Waves = append(in.Waves, Wave{Number: in.Wave, Ordinal: w})
		}
		for s := o; s < schools; s += owners {
			school := School{ID: strconv.Itoa(974700000 + s)}
			for c := s; c < classes; c += schools {
				school.Classes = append(school.Classes, Class{Name: strconv.Itoa(c), Grades: []int{1 + c%10}})
			}
			for w := range waves {
				var wave SchoolWave
				for c, class := range school.Classes {
					wave.Classes = append(wave.Classes, ClassWave{Roster: size, Ballots: size - c%4, Asked: ids})
					k := Kept{Classes: []string{class.Name}, Respondents: size - c%4}
					for i, id := range ids {
						k.Figures = append(k.Figures, Figure{Item: id, Answered: k.Respondents, Counted: (s + c + i + w) % 5, Worst: i >= 5 && (s+c+w)%16 == 0})
					}
					wave.Kept = append(wave.Kept, k)
				}
				school.Waves = append(school.Waves, wave)
			}
			in.Schools = append(in.Schools, school)
		}
		ins = append(ins, in)
	}
	for i := range ins {
		full := ins[i]
		var all []Released
		for w := range waves - 1 {
			out, err := Gate(at(full, w, all))
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, out.Lines...)
		}
		ins[i].Earlier = all
	}
	return ins
}

func BenchmarkNationalRelease(b *testing.B) {
	ins := country(b, 8)
	b.ReportAllocs()
	for b.Loop() {
		lines := 0
		for _, in := range ins {
			out, err := Gate(in)
			if err != nil {
				b.Fatal(err)
			}
			lines += len(out.Lines)
		}
		b.ReportMetric(float64(lines), "lines/op")
	}
}
