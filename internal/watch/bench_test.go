package watch

import (
	"math"
	"testing"

	"github.com/folgmed/folgmed/internal/roster"
)

// played is an owner of so many schools with ten classes each, after 40 weekly
// waves.
func played(b *testing.B, schools int) *scenario {
	b.Helper()
	s := &scenario{t: b, seed: 1, version: math.MaxInt, owner: owner(schools, 10, 24)}
	s.owner.Rhythm, s.owner.Rate = 1, roster.DefaultRate
	for n := 1; n <= 40; n++ {
		s.add(n)
	}
	return s
}

// BenchmarkFind is an owner's round after a wave, from what is stored.
func BenchmarkFind(b *testing.B) {
	for _, size := range []struct {
		name    string
		schools int
	}{{"school", 1}, {"30_schools", 30}} {
		b.Run(size.name, func(b *testing.B) {
			s := played(b, size.schools)
			round := s.past.round(s.owner, s.week(40), nil)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Find(round); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLearn is what is learned of an installation of 30 schools in its
// fortieth wave, and how long that is when written.
func BenchmarkLearn(b *testing.B) {
	s := played(b, 30)
	earlier := s.past.usual[:39]
	var u Usual
	for b.Loop() {
		u = Learn(s.week(40), s.past.summaries, earlier)
	}
	body, err := u.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(body))/300, "B/class-wave")
}

// BenchmarkDecode reads 40 vintages of that installation.
func BenchmarkDecode(b *testing.B) {
	s := played(b, 30)
	body, err := s.past.usual[39].Encode()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for range 40 {
			if _, err := Decode(body); err != nil {
				b.Fatal(err)
			}
		}
	}
}
