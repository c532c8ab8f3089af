package disclosure

// bandCounts are the numbers of bands a share may be shown in.
var bandCounts = []int{2, 3, 4, 5, 10, 20, 100}

// bands is the rule of how exactly a share is told: as one of K equal bands,
// or for a sensitive item under a hundred respondents in words. Every band
// holds at least three counts, so that who knows two answers knows no third.
// There is no other rounding: to the nearest 5 % gives back every count up to
// n = 20.
//
// A pooled share is told as if it were one wave of the unit's size.
func bands(r *round) {
	for _, f := range r.figures {
		if !f.live() {
			continue
		}
		n := f.size().answered
		counted, answered := f.share()
		switch {
		case f.form == FormParticipation:
			f.value = participationWord(answered, f.rostered())
		case f.item.Sensitive && n < pooledBelow:
			f.form, f.value = FormWords, wordOf(counted, answered, n)
		default:
			f.form = FormBand
			k, of := bandOf(counted, answered, n, f.item.Sensitive)
			f.value = formatBand(k, k+1, of)
		}
	}
}

// bandCount is K, the largest of 2, 3, 4, 5, 10, 20, 100 with
//
//	n + 1 ≥ 3K    (sensitive items: n + 1 ≥ 5K)
//
// A band then holds at least 3 (5) of the n+1 counts that are possible. It is 2
// where none is.
func bandCount(n int, sensitive bool) int {
	least := 3
	if sensitive {
		least = 5
	}
	k := bandCounts[0]
	for _, c := range bandCounts {
		if n+1 >= least*c {
			k = c
		}
	}
	return k
}

// bandOf is the band of a share counted/answered in a unit of n:
//
//	k = ⌊K·y/(n+1)⌋,  y = n·counted/answered
//
// y is not rounded first, and the quotient is exact. It is 0 if nobody
// answered.
func bandOf(counted, answered, n int, sensitive bool) (k, of int) {
	of = bandCount(n, sensitive)
	if answered == 0 {
		return 0, of
	}
	return of * n * counted / (answered * (n + 1)), of
}

// wordOf tells the share counted/answered of a sensitive item in a unit of n,
// with y = n·counted/answered:
//
//	none_or_few  y < max(3, .15n)
//	many         y ≥ max(6, .35n)
//	some         between
func wordOf(counted, answered, n int) string {
	y := n * counted // times answered
	switch {
	case y < 3*answered || 20*counted < 3*answered:
		return WordsNoneOrFew
	case y >= 6*answered && 20*counted >= 7*answered:
		return WordsMany
	default:
		return WordsSome
	}
}
