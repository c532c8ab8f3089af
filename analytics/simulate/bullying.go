package simulate

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"
)

// Form is a form of bullying of which the national share is known.
type Form string

// The forms: by other pupils at the school, digitally by them, by adults at the
// school, and any of the three.
const (
	ByPupils  Form = "pupils"
	Digitally Form = "digital"
	ByAdults  Form = "adults"
	AnyForm   Form = "any"
)

// bullied is the share of pupils of each grade who were bullied two or three
// times a month or more, in the year 2023.
//
// Any form, from the national survey Elevundersøkelsen: grade 5 .14, 7 .13,
// 10 .11, Vg1 .06, Vg3 .022 (Statsforvalteren 2024, Læringsmiljøsenteret 2024).
// Between them it is drawn by us: falling with age with a small bump in grade 9;
// Vg2 lies between its neighbours as in 2024-25. Grades 1-4 have no national
// survey: they get the share of grade 5.
//
// Pupils and digitally are .80 and .38 of any form in all grades, as in the
// whole country in 2023 (8.0 % and 3.8 % of 10 %). Adults are .049 in grade 10
// (2023), .026, .025 and .018 in Vg1-Vg3 (2025), and .025 in all grades; the
// grades below are drawn by us so that they rise to a peak in grades 9-10.
var bullied = map[int]struct{ any, adults float64 }{
	1: {.14, .014}, 2: {.14, .014}, 3: {.14, .014}, 4: {.14, .014},
	5: {.14, .014}, 6: {.135, .014}, 7: {.13, .016}, 8: {.11, .028}, 9: {.115, .047}, 10: {.11, .049},
	11: {.06, .026}, 12: {.055, .025}, 13: {.022, .018},
}

// National is the share of pupils of a grade (1-13, 11 being Vg1) who were
// bullied in a form two or three times a month or more, 0 to 1. It panics on
// another grade or form.
func National(form Form, grade int) float64 {
	b, ok := bullied[grade]
	if !ok {
		panic(fmt.Sprintf("simulate: no grade %d", grade))
	}
	switch form {
	case AnyForm:
		return b.any
	case ByPupils:
		return .80 * b.any
	case Digitally:
		return .38 * b.any
	case ByAdults:
		return b.adults
	default:
		panic("simulate: no form " + string(form))
	}
}

// BulliedAt is the five-step item [Bullied] with another share in its three
// worst steps, a few times or more. Two weeks in which something happened a few
// times stand for two or three times a month, at which the national survey cuts.
// The pupils are moved on the latent scale, not single steps. It panics on a
// share outside 0 to 1.
func BulliedAt(share float64, goodFirst bool) Item {
	if !(share > 0 && share < 1) {
		panic(fmt.Sprintf("simulate: a share of %g", share))
	}
	item := Bullied(goodFirst)
	cut := cuts(item)
	move := distuv.UnitNormal.Quantile(share) - cut[2]
	item.Shares = make([]float64, len(cut)+1)
	below := 0.
	for i, c := range cut {
		upTo := distuv.UnitNormal.CDF(c + move)
		item.Shares[i] = upTo - below
		below = upTo
	}
	item.Shares[len(cut)] = 1 - below
	return item
}
