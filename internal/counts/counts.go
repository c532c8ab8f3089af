// Package counts folds a sealed wave into histograms (ANONYMITY §3). It is the
// only reader of answers, and what it makes is all that is kept.
//
// It must not know ballots, codes or staff.
package counts

// Row is one bin of one histogram of one kept unit.
//
// Unit is "class:5A", "joined:5A+5B" (classes of one grade with fewer than five
// ballots each) or "rest" (what is left of a school). Stratum is "" for all, or
// "girl" and "boy" where both have five or more. Measure is
//
//	item:ID      respondents per option, bin 0 = would rather not answer
//	score        composite in 21 bins, bin b = 1.0 + 0.2·b, nearest, ties to the lower
//	worst_items  respondents per number of items in the two worst options
//	ballots      counted ballots of a class with roster >= 10 (bin 0)
//	roster       class size in force at the seal (bin 0)
//	replaced     codes printed beyond the roster (bin 0)
type Row struct {
	Wave    uint32
	Owner   string
	School  string
	Unit    string
	Stratum string
	Measure string
	Bin     uint8
	N       uint32
}
