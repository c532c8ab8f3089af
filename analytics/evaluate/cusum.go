package evaluate

import "math"

// phaseOne is the first school week that is watched by methods that learn a
// class's level once and for all: half a year comes before it.
const phaseOne = 21

// rossiCUSUM is the CUSUM of the transformed Poisson count
//
//	x = (y - 3m + 2√(ym)) / (2√m),   S = max(0, S + x - 1.04)
//
// with m the class's mean count before week [phaseOne], at least .3. It is
// algo.cusum with trans = "rossi", k = 1.04 in R surveillance.
func rossiCUSUM(_, panel *Table) [][]float64 {
	const k, least = 1.04, .3
	s := panel.scores()
	for c := range s {
		var sum, waves, level float64
		for t, week := range panel.Weeks {
			y := float64(panel.At(c, t).Y)
			if week < phaseOne {
				sum += y
				waves++
				continue
			}
			if waves == 0 {
				break
			}
			m := max(sum/waves, least)
			level = max(0, level+(y-3*m+2*math.Sqrt(y*m))/(2*math.Sqrt(m))-k)
			s[c][t] = level
		}
	}
	return s
}

// oddsRatio is the change that the binomial CUSUMs are tuned to.
const oddsRatio = 2

// likelihoodRatio is the log of how much better odds of p times [oddsRatio]
// explain y of n than p does:
//
//	y·log(p₁/p) + (n-y)·log((1-p₁)/(1-p)),   logit p₁ = logit p + log 2
func likelihoodRatio(y, n int, p float64) float64 {
	p1 := oddsRatio * p / (1 - p + oddsRatio*p)
	return float64(y)*math.Log(p1/p) + float64(n-y)*math.Log((1-p1)/(1-p))
}

// categoricalCUSUM is S = max(0, S + likelihoodRatio) against the country's
// share in each wave.
func categoricalCUSUM(calibration, panel *Table) [][]float64 {
	p, s := calibration.shares(low), panel.scores()
	for c := range s {
		cusum(s[c], panel.Rows[c*len(p):], p)
	}
	return s
}

func cusum(s []float64, rows []Row, p []float64) {
	var level float64
	for t := range s {
		level = max(0, level+likelihoodRatio(rows[t].Y, rows[t].N, p[t]))
		s[t] = level
	}
}

// runningLag is how many waves a class's running level leaves out: the wave at
// hand and the two before, lest a change hide itself.
const runningLag = 3

// runningCUSUM is S = max(0, S + likelihoodRatio) against the class's own level
// up to three waves before, in units of the country's:
//
//	p_t = q_t·(Σy + 30·q_t)/(Σnq + 30·q_t),   at most .9
//
// with q the country's share in a wave and 30 respondents' worth of belief.
func runningCUSUM(calibration, panel *Table) [][]float64 {
	const belief, highest = 30, .9
	q, s := calibration.shares(low), panel.scores()
	for c := range s {
		var y, expected, level float64
		for t := runningLag; t < len(q); t++ {
			past := panel.At(c, t-runningLag)
			y += float64(past.Y)
			expected += float64(past.N) * q[t-runningLag]
			p := min(highest, q[t]*(y+belief*q[t])/(expected+belief*q[t]))
			r := panel.At(c, t)
			level = max(0, level+likelihoodRatio(r.Y, r.N, p))
			s[c][t] = level
		}
	}
	return s
}

// scoreCUSUM is S = max(0, S + z - .5), z the fall of the mean score, less the
// country's mean of the wave, below the class's own mean up to three waves
// before:
//
//	z = -(x_t - x̄)/√(.64·(1/n_t + 1/Σn))
//
// .64 is the variance of a pupil's composite. A wave without respondents has
// z = 0.
func scoreCUSUM(calibration, panel *Table) [][]float64 {
	const variance, k = .64, .5
	mu, s := calibration.means(), panel.scores()
	for c := range s {
		var x, n, level float64
		for t := range s[c] {
			if t < runningLag {
				s[c][t] = 0
				continue
			}
			past := panel.At(c, t-runningLag)
			if past.N > 0 {
				x += (past.Mean - mu[t-runningLag]) * float64(past.N)
				n += float64(past.N)
			}
			var z float64
			if r := panel.At(c, t); r.N > 0 {
				before := max(n, 1)
				z = -(r.Mean - mu[t] - x/before) / math.Sqrt(variance/float64(r.N)+variance/before)
			}
			level = max(0, level+z-k)
			s[c][t] = level
		}
	}
	return s
}
