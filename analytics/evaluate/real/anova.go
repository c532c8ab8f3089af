package main

// components are the variances of answers between and within groups.
type components struct {
	between, within float64
}

// correlation is the intraclass correlation: the share of the variance that
// lies between groups. It is 0 if nothing varies.
func (c components) correlation() float64 {
	if c.between+c.within == 0 {
		return 0
	}
	return c.between / (c.between + c.within)
}

// oneWay estimates the components by moments, from the mean squares of a
// one-way analysis of variance with groups of unequal size:
//
//	within = MSW    between = max(0, (MSB - MSW)/n₀),  n₀ = (N - Σ n²/N)/(k - 1)
//
// (Searle, Casella and McCulloch 1992, Variance Components, §3.6). Values of
// group -1 are left out. It is zero with fewer than two groups or without a
// group of two.
func oneWay(values []float64, group []int, groups int) components {
	sum := make([]float64, groups)
	n := make([]float64, groups)
	var total, size float64
	for i, g := range group {
		if g >= 0 {
			sum[g] += values[i]
			n[g]++
			total += values[i]
			size++
		}
	}
	var between, within, squares, k float64
	for g := range sum {
		if n[g] > 0 {
			d := sum[g]/n[g] - total/size
			between += n[g] * d * d
			squares += n[g] * n[g]
			k++
		}
	}
	for i, g := range group {
		if g >= 0 {
			d := values[i] - sum[g]/n[g]
			within += d * d
		}
	}
	if k < 2 || size <= k {
		return components{}
	}
	c := components{within: within / (size - k)}
	c.between = max(0, (between/(k-1)-c.within)/((size-squares/size)/(k-1)))
	return c
}
