package analytics

// Components are the variances a score is made of, in points².
type Components struct {
	Wave       float64 // s²_w: a class's own movement from wave to wave
	Respondent float64 // s²_e: of one respondent's composite; a mean of n has s²_e/n
	Class      float64 // between classes of a school
	School     float64 // between schools of an owner
	Owner      float64 // between owners
}

// Reference components are those of the simulated country (analytics/simulate,
// 2,000 null classes, see TestReference there). A small panel's estimates lean
// on them, a large one's do not.
var reference = Components{Wave: .0165, Respondent: .56, Class: .037, School: .008, Owner: .0015}

// How many cells' and how many units' worth of belief the reference has.
const (
	referenceCells = 1000
	referenceUnits = 10
)

// precision is w, the inverse of the variance of a mean of n about its class's
// level, for a class with volatility 1.
func (c Components) precision(n int) float64 {
	return 1 / (c.Wave + c.Respondent/float64(n))
}

// Estimate finds the components by nested moments. residuals and n are
// units × waves: the deviation of a unit's mean score from its band's effect,
// and the respondents behind it (0: no data).
//
//  1. s²_w and s²_e by regressing (r - r̄_unit)²·T/(T-1) on 1/n, T the waves of
//     that unit;
//  2. class: variance of r̄_unit within schools, less its sampling variance;
//  3. school and owner: the same one level up.
//
// Each is shrunk toward the reference components by the number of cells or
// units behind it and kept above a small positive floor, so one class, one
// wave and constant answers have an answer too. Estimate panics if the lengths
// do not fit.
func Estimate(units []Unit, residuals []float64, n []int) Components {
	prior := reference
	if len(units) == 0 {
		return prior
	}
	waves := len(residuals) / len(units)
	if len(residuals) != waves*len(units) || len(n) != len(residuals) {
		panic("analytics: residuals and n are units × waves")
	}

	type moments struct{ inverse, seen float64 }
	groups := make([]group, 0, len(units))
	sampling := make([]moments, 0, len(units))
	var fit regression
	fit.lean(prior)
	for i, u := range units {
		r, m := residuals[i*waves:(i+1)*waves], n[i*waves:(i+1)*waves]
		var mean, inverse, seen float64
		for t, k := range m {
			if k > 0 {
				mean += r[t]
				inverse += 1 / float64(k)
				seen++
			}
		}
		if seen == 0 {
			continue
		}
		mean /= seen
		inverse /= seen
		if seen > 1 {
			for t, k := range m {
				if k > 0 {
					d := r[t] - mean
					fit.add(1/float64(k), d*d*seen/(seen-1))
				}
			}
		}
		groups = append(groups, group{owner: u.Owner, school: u.School, mean: mean})
		sampling = append(sampling, moments{inverse, seen})
	}
	c := prior
	c.Wave, c.Respondent = fit.solve()
	for i := range groups {
		groups[i].variance = (c.Wave + c.Respondent*sampling[i].inverse) / sampling[i].seen
	}
	var schools, owners []group
	schools, c.Class = collapse(groups, func(g group) group { return group{owner: g.owner, school: g.school} }, prior.Class)
	owners, c.School = collapse(schools, func(g group) group { return group{owner: g.owner} }, prior.School)
	_, c.Owner = collapse(owners, func(group) group { return group{} }, prior.Owner)
	return c
}

// group is a node of the tree with its mean and the sampling variance of it.
type group struct {
	owner, school  string
	mean, variance float64
	size           float64
}

// collapse finds the variance between the children of one parent, shrunk
// toward prior, and returns the parents with their means.
func collapse(children []group, key func(group) group, prior float64) ([]group, float64) {
	index := map[group]int{}
	var parents []group
	of := make([]int, len(children))
	for i, c := range children {
		k := key(c)
		at, ok := index[k]
		if !ok {
			at = len(parents)
			index[k] = at
			parents = append(parents, k)
		}
		of[i] = at
		p := &parents[at]
		p.mean += c.mean
		p.size++
	}
	for i := range parents {
		parents[i].mean /= parents[i].size
	}
	// Σ(x-x̄)² of k children has the mean (k-1)·(between + average sampling
	// variance), whatever the single variances are.
	var squares, sampling, degrees float64
	for i, c := range children {
		p := &parents[of[i]]
		if p.size > 1 {
			d := c.mean - p.mean
			squares += d * d
			sampling += c.variance * (p.size - 1) / p.size
		}
	}
	for _, p := range parents {
		degrees += p.size - 1
	}
	const floor = .05 // share of the prior kept when moments would be negative
	between := max((referenceUnits*prior+squares-sampling)/(referenceUnits+degrees), floor*prior)
	for i, c := range children {
		p := &parents[of[i]]
		p.variance += (c.variance + between) / (p.size * p.size)
	}
	return parents, between
}

// regression is weighted least squares of squared residuals y on x = 1/n,
// y = wave + respondent·x, leaning on referenceCells pseudo-cells.
type regression struct {
	n, x, xx, y, xy float64
	prior           Components
}

// lean adds the pseudo-cells: classes of 10 and of 25 respondents, half each,
// whose squared residuals are what the prior says.
func (f *regression) lean(prior Components) {
	f.prior = prior
	for _, k := range []float64{10, 25} {
		x, y := 1/k, prior.Wave+prior.Respondent/k
		const weight = referenceCells / 2
		f.n += weight
		f.x += weight * x
		f.xx += weight * x * x
		f.y += weight * y
		f.xy += weight * x * y
	}
}

func (f *regression) add(x, y float64) {
	f.n++
	f.x += x
	f.xx += x * x
	f.y += y
	f.xy += x * y
}

// solve keeps both above a floor; if one would fall below it, it is set there
// and the other fitted alone.
func (f *regression) solve() (wave, respondent float64) {
	leastWave, leastRespondent := f.prior.Wave/50, f.prior.Respondent/50
	respondent = (f.n*f.xy - f.x*f.y) / (f.n*f.xx - f.x*f.x)
	wave = (f.y - respondent*f.x) / f.n
	switch {
	case respondent < leastRespondent:
		respondent = leastRespondent
		wave = max((f.y-respondent*f.x)/f.n, leastWave)
	case wave < leastWave:
		wave = leastWave
		respondent = max((f.xy-wave*f.x)/f.xx, leastRespondent)
	}
	return wave, respondent
}
