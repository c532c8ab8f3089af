package analytics

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Subsets tells whether some of the values of an attribute, one or several
// together and not known beforehand, give an answer more often than the others
// do: some grades of a school, or girls, or two of five lines of study.
//
// For a subset S of the values, a cluster (class, school) has y of n in S among
// Y of N in all. Given Y, and with b the log-odds of S against the rest of the
// cluster, y has Fisher's noncentral hypergeometric distribution
//
//	f(y | b) ∝ C(n, y)·C(N-n, Y-y)·e^(b·y)
//
// in which whatever moves the cluster as a whole has cancelled: its level, a
// school's bad week, the nation's season. The null of S is that b is random
// from cluster to cluster without leaning either way, b ~ N(0, τ²); the
// alternative that it leans by δ in all of them:
//
//	LR_S = mean over δ, τ of Π_clusters Σ_b π_τ(b)·f(y | b+δ)
//	       ÷ max over τ of Π_clusters Σ_b π_τ(b)·f(y | b)
//
// The mean of LR_S over all proper subsets of up to ten values, or over the
// single values if there are more, is the evidence E. Its mean is at most 1
// under the null, whatever τ among Spread is true, for the numerator is a fixed
// density and the denominator the greatest of the null's. Nothing is estimated,
// so nothing is too sure of itself. Each LR_S pools its subset: a product over
// the values would count what the pupils of one cluster share many times.
//
// Sources: the mean of e-values is an e-value (Vovk and Wang 2021, Annals of
// Statistics 49:1736); a numerator over the greatest null likelihood is one
// (universal inference; Wasserman, Ramdas and Balakrishnan 2020, PNAS
// 117:16880); Fisher's distribution and its mode, Liao and Rosen 2001, American
// Statistician 55:366.
//
// The cost grows as 2^values × clusters; a cross-section of 50 clusters of 250
// pupils and eight values takes some tenths of a second.
type Subsets struct {
	Shifts []float64 // δ, log-odds, multiples of .1 from .1 to 1.2; none means .5, .8 and 1.2
	Spread []float64 // τ, log-odds, 0 or from .1 to 1; none means 0, .1, .2, .4 and .8
	Phi    float64   // overdispersion of waves; a value above 1 tempers f. 0 means 1, and 1 is right for a cross-section

	Window int // of Change: starts looked back on; 0 means 16
	Before int // of Change: waves that lie before a start; 0 means 4
}

// SubsetEvidence is the result of [Subsets].
type SubsetEvidence struct {
	LogE   float64   // log of the mean over subsets; of Change, of the sum over starts too
	Starts int       // starts that Change summed over: LogE - log(Starts) is the log of an e-value in this wave
	Values []float64 // per value: the share of the evidence in subsets that hold it, 0 to 1
	Top    []int     // the values of the subset with most evidence
	TopLog float64   // log of its own evidence, which is no e-value: it was chosen for being great
	Start  int       // of Change: the wave with which the change of Top began
}

// ErrSubset is in the chain of every error that [Subsets] returns.
var ErrSubset = errors.New("subset")

// Level compares the values with each other over all waves at once: do some of
// them stand worse than the others? Counts are clusters × waves × values; a
// cross-section is one wave. Clusters and waves without answers say nothing.
//
// Counts that are not whole or not possible, rows of unequal length and fewer
// than two values are errors. Level panics if the settings are outside their
// domain.
func (s Subsets) Level(counts [][][]Proportion) (SubsetEvidence, error) {
	return s.evidence(counts, func(r *subsetRun) (float64, int) {
		return r.ratio(0), 0
	}, 1)
}

// Change looks for values that have come to give the answer more often than
// before, each subset against how it stood in its own cluster. It is the
// Shiryaev-Roberts sum in the last wave,
//
//	M = mean over S of Σ_j LR_S,j
//
// with LR_S,j as in [Subsets] but with the lean from wave j on, over starts j in
// the last Window waves and one long start; a start has Before waves before it.
// Counts are clusters × waves × values. With no more than Before waves there is
// no start, and no evidence: LogE is -Inf.
//
// Errors and panics are those of Level.
func (s Subsets) Change(counts [][][]Proportion) (SubsetEvidence, error) {
	s = s.defaults()
	waves := 0
	if len(counts) > 0 {
		waves = len(counts[0])
	}
	var starts []int
	first := max(s.Before, waves-s.Window)
	if s.Before < first {
		starts = append(starts, s.Before)
	}
	for j := first; j < waves; j++ {
		starts = append(starts, j)
	}
	terms := make([]float64, len(starts))
	return s.evidence(counts, func(r *subsetRun) (float64, int) {
		if len(starts) == 0 {
			return math.Inf(-1), 0
		}
		for i, j := range starts {
			terms[i] = r.ratio(j)
		}
		return floats.LogSumExp(terms), starts[floats.MaxIdx(terms)]
	}, len(starts))
}

func (s Subsets) defaults() Subsets {
	if len(s.Shifts) == 0 {
		s.Shifts = countShifts[:]
	}
	if len(s.Spread) == 0 {
		s.Spread = []float64{0, .1, .2, .4, .8}
	}
	if s.Phi == 0 {
		s.Phi = 1
	}
	if s.Window == 0 {
		s.Window = 16
	}
	if s.Before == 0 {
		s.Before = 4
	}
	return s
}

func (s Subsets) must() {
	for _, delta := range s.Shifts {
		steps := delta / gridStep
		if !(steps > .5 && steps < maxSteps+.5) || math.Abs(steps-math.Round(steps)) > 1e-9 {
			panic(fmt.Sprintf("analytics: shift %g; want a multiple of .1 from .1 to 1.2", delta))
		}
	}
	for _, tau := range s.Spread {
		if !(tau == 0 || tau >= gridStep && tau <= 1) {
			panic(fmt.Sprintf("analytics: spread %g; want 0, or .1 to 1", tau))
		}
	}
	if !(s.Phi > 0) || s.Window < 1 || s.Before < 0 {
		panic("analytics: subsets want a positive φ and window, and no start before the first wave")
	}
}

const (
	maxSteps   = 12                  // the greatest shift, in steps of the grid
	wideGrid   = gridSize + maxSteps // b and b + δ
	allSubsets = 10                  // values up to which all subsets are taken
)

// evidence is the mean of one over the subsets.
func (s Subsets) evidence(counts [][][]Proportion, one func(*subsetRun) (float64, int), starts int) (SubsetEvidence, error) {
	s = s.defaults()
	s.must()
	values, most, err := shape(counts)
	if err != nil {
		return SubsetEvidence{}, fmt.Errorf("%w: %w", ErrSubset, err)
	}
	run := newSubsetRun(s, counts, most)
	result := SubsetEvidence{Starts: starts, Values: make([]float64, values), TopLog: math.Inf(-1)}
	subsets := subsetsOf(values)
	logs := make([]float64, len(subsets))
	best := 0
	for i, subset := range subsets {
		run.load(subset)
		var start int
		logs[i], start = one(run)
		if i == 0 || logs[i] > logs[best] {
			best, result.Start = i, start
		}
	}
	sum := floats.LogSumExp(logs)
	result.LogE = sum - math.Log(float64(len(logs)))
	result.TopLog = logs[best]
	for v, in := range subsets[best] {
		if in {
			result.Top = append(result.Top, v)
		}
	}
	for i, subset := range subsets {
		for v, in := range subset {
			if in && sum > math.Inf(-1) {
				result.Values[v] += math.Exp(logs[i] - sum)
			}
		}
	}
	return result, nil
}

// shape checks counts and finds the number of values and the most respondents
// of a cluster and wave.
func shape(counts [][][]Proportion) (values, most int, err error) {
	if len(counts) == 0 || len(counts[0]) == 0 {
		return 0, 0, errors.New("no cluster or no wave")
	}
	waves := len(counts[0])
	values = len(counts[0][0])
	if values < 2 {
		return 0, 0, fmt.Errorf("an attribute of %d values can not be compared with itself", values)
	}
	for g, cluster := range counts {
		if len(cluster) != waves {
			return 0, 0, fmt.Errorf("cluster %d has %d waves, the first %d", g, len(cluster), waves)
		}
		for t, row := range cluster {
			if len(row) != values {
				return 0, 0, fmt.Errorf("cluster %d, wave %d has %d values, the first %d", g, t, len(row), values)
			}
			total := 0.
			for v, p := range row {
				if err := p.Validate(); err != nil {
					return 0, 0, fmt.Errorf("cluster %d, wave %d, value %d: %w", g, t, v, err)
				}
				if p.Y != math.Trunc(p.Y) || p.N != math.Trunc(p.N) {
					return 0, 0, fmt.Errorf("cluster %d, wave %d, value %d: %g of %g is not whole", g, t, v, p.Y, p.N)
				}
				total += p.N
			}
			if total > mostRespondents {
				return 0, 0, fmt.Errorf("cluster %d, wave %d has %g respondents, more than %d", g, t, total, mostRespondents)
			}
			most = max(most, int(total))
		}
	}
	return values, most, nil
}

// mostRespondents bounds the memory and time that one cluster may take.
const mostRespondents = 1_000_000

// subsetsOf lists all proper subsets of few values, the single values of many.
func subsetsOf(values int) [][]bool {
	var subsets [][]bool
	if values > allSubsets {
		for v := range values {
			subset := make([]bool, values)
			subset[v] = true
			subsets = append(subsets, subset)
		}
		return subsets
	}
	for bits := 1; bits < 1<<values-1; bits++ {
		subset := make([]bool, values)
		for v := range subset {
			subset[v] = bits>>v&1 == 1
		}
		subsets = append(subsets, subset)
	}
	return subsets
}

// subsetRun holds, for one subset at a time, the log likelihoods on the grid.
type subsetRun struct {
	counts    [][][]Proportion
	steps     []int       // shifts, in steps of the grid
	priors    [][]float64 // per spread: weights on the grid; nil for none at all
	temper    float64
	factorial []float64 // log k!

	// prefix[g][t] is Λ of cluster g on the wide grid over waves before t.
	prefix [][][]float64
	weight []float64 // scratch
}

func newSubsetRun(s Subsets, counts [][][]Proportion, most int) *subsetRun {
	r := &subsetRun{counts: counts, temper: max(1, s.Phi), factorial: make([]float64, most+2), weight: make([]float64, gridSize)}
	for k := 1; k < len(r.factorial); k++ {
		r.factorial[k] = r.factorial[k-1] + math.Log(float64(k))
	}
	for _, delta := range s.Shifts {
		r.steps = append(r.steps, int(math.Round(delta/gridStep)))
	}
	for _, tau := range s.Spread {
		if tau == 0 {
			r.priors = append(r.priors, nil)
			continue
		}
		prior := make([]float64, gridSize)
		normalGrid(prior, tau*tau)
		for k := range prior {
			prior[k] = math.Exp(prior[k])
		}
		r.priors = append(r.priors, prior)
	}
	r.prefix = make([][][]float64, len(counts))
	for g := range counts {
		r.prefix[g] = make([][]float64, len(counts[g])+1)
		for t := range r.prefix[g] {
			r.prefix[g][t] = make([]float64, wideGrid)
		}
	}
	return r
}

// load computes Λ for a subset.
func (r *subsetRun) load(subset []bool) {
	for g, cluster := range r.counts {
		for t, row := range cluster {
			before, after := r.prefix[g][t], r.prefix[g][t+1]
			copy(after, before)
			var in, all Proportion
			for v, p := range row {
				all.Y += p.Y
				all.N += p.N
				if subset[v] {
					in.Y += p.Y
					in.N += p.N
				}
			}
			r.add(after, int(in.Y), int(in.N), int(all.Y), int(all.N))
		}
	}
}

// add adds log f(y | b) to each b of the wide grid, without the constant
// C(n,y)·C(N-n,Y-y).
func (r *subsetRun) add(lambda []float64, y, n, total, size int) {
	if n == 0 || n == size || total == 0 || total == size {
		return // one possible outcome
	}
	for k := range lambda {
		b := gridStep * float64(k-gridHalf)
		lambda[k] += (b*float64(y) - r.norm(n, total, size, b)) / r.temper
	}
}

// norm is log Σ_k C(n,k)·C(size-n,total-k)·e^(b·k) less log n!·(size-n)!: from
// the mode outward, until a term adds nothing.
func (r *subsetRun) norm(n, total, size int, b float64) float64 {
	low, high := max(0, total-size+n), min(n, total)
	odds := math.Exp(b)
	// The mode, by the root of term(k) = term(k-1) that does not cancel.
	qa := odds - 1
	qb := -(float64(n+total+2)*odds + float64(size-n-total))
	qc := odds * float64(n+1) * float64(total+1)
	q := -.5 * (qb + math.Copysign(math.Sqrt(max(0, qb*qb-4*qa*qc)), qb))
	mode := min(max(int(qc/q), low), high)

	const nothing = 1e-17
	rest := size - n - total
	sum, term := 1., 1.
	for k := mode; k < high && term > nothing*sum; k++ {
		term *= odds * float64(n-k) * float64(total-k) / (float64(k+1) * float64(rest+k+1))
		sum += term
	}
	term = 1
	for k := mode; k > low && term > nothing*sum; k-- {
		term *= float64(k) * float64(rest+k) / (odds * float64(n-k+1) * float64(total-k+1))
		sum += term
	}
	f := r.factorial
	return b*float64(mode) + math.Log(sum) - f[mode] - f[n-mode] - f[total-mode] - f[rest+mode]
}

// ratio is log LR_S for a lean that begins with wave start.
func (r *subsetRun) ratio(start int) float64 {
	null := make([]float64, len(r.priors))
	lean := make([]float64, len(r.priors)*len(r.steps))
	for g := range r.counts {
		before, now := r.prefix[g][start], r.prefix[g][len(r.counts[g])]
		r.integrate(null, func(k int) float64 { return now[k] })
		for i, step := range r.steps {
			r.integrate(lean[i*len(r.priors):(i+1)*len(r.priors)], func(k int) float64 {
				return before[k] + now[k+step] - before[k+step]
			})
		}
	}
	return floats.LogSumExp(lean) - math.Log(float64(len(lean))) - floats.Max(null)
}

// integrate adds to each sum the log of the mean of exp(log) under its prior.
func (r *subsetRun) integrate(sums []float64, log func(k int) float64) {
	top := math.Inf(-1)
	for k := range r.weight {
		r.weight[k] = log(k)
		top = max(top, r.weight[k])
	}
	for k, l := range r.weight {
		r.weight[k] = math.Exp(l - top)
	}
	for i, prior := range r.priors {
		if prior == nil {
			sums[i] += log(gridHalf)
			continue
		}
		sums[i] += top + math.Log(floats.Dot(prior, r.weight))
	}
}
