package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/folgmed/folgmed/analytics"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"
)

// CountryConfig describes a country like Norway's compulsory schools.
type CountryConfig struct {
	Seed    uint64
	Nation  uint64 // seed of the national waves; 0 means Seed
	Clean   bool
	Classes int              // end with the school that reaches this many; 0 means the whole country
	Kinds   map[Kind]float64 // share of classes of each kind; nothing is wrong in the rest
	Onset   [2]int           // first and last week of the onset, from 1; zero means 28 and 45
}

// The country, by Statistics Norway's numbers for compulsory school in 2025:
// 2,663 schools, of which 1,439 for grades 1-7, 729 for grades 1-10 and 495 for
// grades 8-10; 279 are private; 423,163 pupils in grades 1-7 and 198,798 in
// grades 8-10; two schools of five have 100-299 pupils. The number of classes is
// registered nowhere.
//
// The rest is ours. Schools of one kind differ in size by a log-normal factor.
// Private schools have an owner each; the others belong to 357 municipalities,
// of which the k-th has a log-normal share, so that the largest has some
// hundred and many have two or three. meanWithin is from R:
//
//	integrate(function(z) pmin(4, pmax(.05, exp(z-.5))) * dnorm(z), -8, 8)
const (
	countrySchools           = 2663
	municipalities           = 357
	privateSchools           = 279. / 2663
	sdSchool, sdMunicipality = 1., 1.  // of the logarithm
	smallest, largest        = .05, 4. // a school by the mean of its kind
	meanWithin               = .9309   // of a log-normal factor with mean 1 kept between these
	classMost                = 28      // pupils beyond which a grade is divided
	mergeBelow               = 9       // pupils below which a grade joins the next one
)

// schoolKind is a kind of school.
type schoolKind struct {
	upTo        float64 // share of schools of this kind and those before it
	first, last int     // grades
	pupils      float64 // mean per grade
}

// Pupils per grade follow from the totals when a school for grades 1-10 has
// 21.5 in each: 1,439·7·x + 729·7·21.5 = 423,163, and alike for grades 8-10.
var schoolKinds = []schoolKind{
	{1439. / countrySchools, 1, 7, (423_163 - 729*7*21.5) / (1439 * 7)},
	{(1439. + 729) / countrySchools, 1, 10, 21.5},
	{1, 8, 10, (198_798 - 729*3*21.5) / (495 * 3)},
}

// Country lays out a country's schools and classes. Each school is drawn from a
// source of its own, so that a part of the country is the beginning of the
// whole. It panics on an onset that is no range.
//
// Classes answer what their grade is asked ([Asked]); being hurt sinks in
// classes of kind One. Nobody skips an item, for a row has one number of
// respondents.
func Country(c CountryConfig) Config {
	config := Config{Seed: c.Seed, Nation: c.Nation, Rhythm: 1, Clean: c.Clean, Complete: true}
	onset := onsets(c.Onset)
	owners := municipalityShares()
	items := make(map[int][]Item)
	for grade := 1; grade <= 10; grade++ {
		items[grade] = Asked(grade)
	}
	classes := 0
	for i := range countrySchools {
		r := rand.New(rand.NewPCG(c.Seed, math.MaxUint64-1-uint64(i))) //nolint:gosec // repeatable, that is the point
		owner, _ := slices.BinarySearch(owners, r.Float64())
		if r.Float64() < privateSchools {
			owner = municipalities + i
		}
		school := School{Owner: owner, Classes: countryClasses(r)}
		for k := range school.Classes {
			class := &school.Classes[k]
			class.Items = items[class.Grade]
			kind, wave := pick(r.Float64(), c.Kinds), onset.draw(r)
			if class.Kind = kind; kind.begins() {
				class.Onset = wave
			}
		}
		config.Schools = append(config.Schools, school)
		if classes += len(school.Classes); c.Classes > 0 && classes >= c.Classes {
			break
		}
	}
	return config
}

// municipalityShares are cumulated shares of the public schools, up to 1.
func municipalityShares() []float64 {
	shares := make([]float64, municipalities)
	for k := range shares {
		u := (float64(k) + .5) / municipalities
		shares[k] = math.Exp(sdMunicipality * distuv.UnitNormal.Quantile(u))
	}
	floats.CumSum(shares, shares)
	floats.Scale(1/shares[municipalities-1], shares)
	return shares
}

// pick is the kind at u of the cumulated shares, None beyond them.
func pick(u float64, shares map[Kind]float64) Kind {
	for _, k := range kinds {
		if u -= shares[k]; u < 0 {
			return k
		}
	}
	return None
}

// countryClasses draws the classes of a school: its kind, its size, the pupils
// of each grade, and from them classes of even size. A grade of very few pupils
// shares a class with the next, but not beyond grades 4 and 7.
func countryClasses(r *rand.Rand) []Class {
	u, k := r.Float64(), 0
	for u >= schoolKinds[k].upTo {
		k++
	}
	kind := schoolKinds[k]
	factor := math.Exp(sdSchool*r.NormFloat64() - sdSchool*sdSchool/2)
	size := kind.pupils / meanWithin * min(largest, max(smallest, factor))
	var classes []Class
	pupils, youngest := 0, kind.first
	for grade := kind.first; grade <= kind.last; grade++ {
		if pupils == 0 {
			youngest = grade
		}
		pupils += max(0, int(math.Round(size+math.Sqrt(size)*r.NormFloat64())))
		endOfStage := grade == 4 || grade == 7 || grade == kind.last
		if pupils < mergeBelow && !endOfStage {
			continue
		}
		n := (pupils + classMost - 1) / classMost
		for j := range n {
			classes = append(classes, Class{Size: (pupils + j) / n, Grade: youngest})
		}
		pupils = 0
	}
	return classes
}

// harmStreams are those of the items of harm, in the order of [Asked]. What
// adults do has a route of its own and is no stream.
var harmStreams = [...]analytics.Stream{"left_out", "hurt", "digital", ""}

// Asked are the items of a grade (1-10): in grades 5-10 five of wellbeing, then
// being left out, hurt, bullied digitally and treated badly by adults, with the
// national shares of the grade; in grades 1-4 four with faces, then being left
// out and being hurt. Feeling safe and having someone to be with are watched
// beside the composite. Being left out and being hurt have each the share of
// bullying by pupils, which the national survey does not divide. Only being
// hurt is Single. Asked panics on another grade.
func Asked(grade int) []Item {
	wellbeing, harm := Faces(true), []Item{BulliedFaces(true), BulliedFaces(true)}
	n := 4
	if grade > 4 {
		n, wellbeing = 5, Wellbeing(true)
		harm = nil
		for _, form := range []Form{ByPupils, ByPupils, Digitally, ByAdults} {
			harm = append(harm, BulliedAt(National(form, grade), true))
		}
	} else if grade < 1 {
		panic(fmt.Sprintf("simulate: no grade %d", grade))
	}
	items := slices.Repeat([]Item{wellbeing}, n)
	items[1].Watch, items[2].Watch = "unsafe", "alone"
	for i, item := range harm {
		item.Apart, item.Single = true, i == 1
		item.Watch = harmStreams[i]
		items = append(items, item)
	}
	return items
}
