package analytics

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// fuzzed is where a panel's bytes come from: those given, and when they are spent
// random ones, of which a share are of what no class has.
type fuzzed struct {
	given []byte
	rnd   *rand.Rand
	odd   byte // of 256
}

func (f *fuzzed) byte() byte {
	if len(f.given) > 0 {
		b := f.given[0]
		f.given = f.given[1:]
		return b
	}
	b := byte(f.rnd.UintN(228))
	if byte(f.rnd.UintN(256)) < f.odd {
		b = byte(f.rnd.UintN(256))
	}
	return b
}

// below is a number from 0 to n-1.
func (f *fuzzed) below(n int) int { return int(f.byte()) % n }

// oddNumbers are those that no class has.
var oddNumbers = []float64{
	math.NaN(), math.Inf(1), math.Inf(-1), -1, -1e-9, 5e-324, 1e-300, .5, 1e9, math.MaxInt32, 1e18, 1e300, math.MaxFloat64,
}

// number is mostly one that a class may have, at times any at all.
func (f *fuzzed) number(usual float64) float64 {
	switch b := f.byte(); {
	case b < 230:
		return usual
	case b < 250:
		return oddNumbers[f.below(len(oddNumbers))]
	default:
		var raw [8]byte
		for i := range raw {
			raw[i] = f.byte()
		}
		return math.Float64frombits(binary.LittleEndian.Uint64(raw[:]))
	}
}

// count is a number of pupils, or not.
func (f *fuzzed) count(usual int) int {
	switch b := f.byte(); {
	case b < 235:
		return usual
	case b < 240:
		return -usual
	case b < 245:
		return math.MaxInt
	case b < 250:
		return math.MinInt
	default:
		return usual << f.below(64)
	}
}

func (f *fuzzed) proportion(n int) Proportion {
	y := f.below(n + 1)
	return Proportion{f.number(float64(y)), f.number(float64(n))}
}

// panel is of a few units and waves, with all that may be wrong in one.
func (f *fuzzed) panel() Panel {
	var p Panel
	units, waves := f.below(7), f.below(26)
	p.Items = []Stream{"unsafe", "alone", "hurt"}[:f.below(4)]
	week := f.below(50) - 5
	for range waves {
		p.Weeks = append(p.Weeks, week)
		switch b := f.byte(); {
		case b < 240:
			week += 1 + int(b)%3
		case b < 248:
			week += int(b-240) * 1_000_000_000_000_000_000
		default:
			week -= int(b) - 248
		}
	}
	for u := range units {
		unit := Unit{Name: strconv.Itoa(u), School: strconv.Itoa(f.below(2)), Owner: strconv.Itoa(f.below(2)), Band: f.below(2)}
		if b := f.byte(); b > 200 {
			unit.Before = int(b) - 205
		}
		p.Units = append(p.Units, unit)
	}
	for range units * waves {
		var c Cell
		n := 5 + f.below(21)
		if f.byte() < 235 {
			c.Roster = f.count(n + 3)
			mean := 1 + 4*float64(f.byte())/255
			c.Score = Moments{N: f.count(n), Sum: f.number(mean * float64(n)), Squares: f.number(float64(f.byte()) / 64 * float64(n))}
			c.Low, c.Girls, c.Boys = f.proportion(n), f.proportion(n/2), f.proportion(n-n/2)
		}
		c.Missing = f.proportion(n)
		p.Cells = append(p.Cells, c)
		for range p.Items {
			p.Counts = append(p.Counts, f.proportion(n))
		}
	}
	return p
}

// FuzzDetect: whatever a panel holds, nothing panics; Validate names what is
// wrong; a finding has no number that is none; and a unit that has data has
// evidence.
func FuzzDetect(f *testing.F) {
	f.Add([]byte{}, uint64(0), byte(0), byte(0))
	for seed := range uint64(30) {
		f.Add([]byte{byte(1 + seed%6), byte(25 - seed/2)}, seed, byte(seed*seed/4), byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64, odd, options byte) {
		source := fuzzed{given: data, rnd: rand.New(rand.NewPCG(81, seed)), odd: odd}
		p := source.panel()
		o := Options{Rhythm: []int{1, 2, 4}[options%3], Rate: []float64{.1, .25, .5}[options/3%3], From: int(options) / 9}
		fault := p.Validate()
		o.Vintages = Fit(p)
		sound(t, o.Vintages)
		for _, f := range Detect(p, o) {
			for _, x := range []float64{f.Observed, f.Expected, f.Low, f.High, f.M, f.Threshold, f.Rate, f.Bound} {
				if !finite(x) {
					t.Fatalf("a finding without numbers: %+v", f)
				}
			}
			if f.Low > f.Expected || f.Expected > f.High || f.M < f.Threshold || f.Start > f.Wave || f.Start < 0 || f.Wave < o.From {
				t.Fatalf("a finding that is not one: %+v", f)
			}
		}
		evidence := Evidence(p, o)
		for i := range p.Cells {
			c := p.Cells[i]
			if !c.possible() {
				if fault == nil {
					t.Fatalf("impossible, and Validate finds nothing: %+v", c)
				}
				continue
			}
			if m := evidence[KindChange][i]; c.Score.N > 0 && !(finite(m) && m >= 0) {
				t.Fatalf("evidence of change %g of cell %+v", m, c)
			}
			if m := evidence[KindSilence][i]; known(c.Missing).N > 0 && !(finite(m) && m >= 0) {
				t.Fatalf("evidence of silence %g of cell %+v", m, c)
			}
		}
	})
}
