package disclosure

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// grid parts the counts that a pool may hold, 0 to answered, into the cells in
// which its share is told: bands, or words.
type grid struct {
	form     Form
	starts   []int // the first count of each cell; the first is 0
	answered int
}

// gridOf is the grid of a pool with answered answers in a unit of n. Its cells
// are those of bandOf and wordOf: cell k of K bands begins at the least Y with
//
//	K·n·Y ≥ k·answered·(n+1)
//
// and a word at the least Y that is not told by the one before it.
func gridOf(form Form, of, answered, n int) grid {
	g := grid{form: form, answered: answered}
	if form == FormWords {
		some := max(upTo(3*answered, n), upTo(3*answered, 20))
		many := max(upTo(6*answered, n), upTo(7*answered, 20))
		g.starts = []int{0, some, many}
		return g
	}
	g.starts = make([]int, of)
	for k := range g.starts {
		g.starts[k] = upTo(k*answered*(n+1), of*n)
	}
	return g
}

// upTo is a/b, rounded up.
func upTo(a, b int) int { return (a + b - 1) / b }

// cell is the cell that holds a count.
func (g grid) cell(count int) int {
	i, found := slices.BinarySearch(g.starts, count)
	if !found {
		i--
	}
	return i
}

// span is the least and the greatest count of the cells from one to another.
func (g grid) span(from, to int) (lo, hi int) {
	if to+1 < len(g.starts) {
		return g.starts[from], g.starts[to+1] - 1
	}
	return g.starts[from], g.answered
}

// tell writes the cells from one to another.
func (g grid) tell(from, to int) string {
	if g.form == FormWords {
		return words[from][to]
	}
	return formatBand(from, to+1, len(g.starts))
}

// words are what is told of a share of a sensitive item, by the first and the
// last of none or few, some and many that it may be.
var words = [3][3]string{
	{WordsNoneOrFew, WordsNoneToSome, WordsNoneToMany},
	{"", WordsSome, WordsSomeToMany},
	{"", "", WordsMany},
}

// spanOfWords are the first and the last word that words stand for.
func spanOfWords(told string) (from, to int, ok bool) {
	for from := range words {
		for to := from; to < len(words); to++ {
			if words[from][to] == told {
				return from, to, true
			}
		}
	}
	return 0, 0, false
}

// read is the inverse of tell: the least and the greatest count that a line
// tells of a pool with answered answers in a unit of n.
func read(row *Row, answered, n int) (lo, hi int, err error) {
	switch Form(row.Form) {
	case FormWords:
		from, to, ok := spanOfWords(row.Value)
		if !ok {
			return 0, 0, fmt.Errorf("%q is no word for a share", row.Value)
		}
		lo, hi = gridOf(FormWords, 0, answered, n).span(from, to)
		return lo, hi, nil
	case FormBand:
		from, to, of, err := parseBand(row.Value)
		if err != nil {
			return 0, 0, err
		}
		lo, hi = gridOf(FormBand, of, answered, n).span(from, to-1)
		return lo, hi, nil
	default:
		return 0, 0, errors.New("the line tells no share")
	}
}

// A share in one of several equal bands is written k/of, in one of several
// bands side by side first-last/of.
func formatBand(from, to, of int) string {
	s := strconv.Itoa(from)
	if to > from+1 {
		s += "-" + strconv.Itoa(to-1)
	}
	return s + "/" + strconv.Itoa(of)
}

func parseBand(value string) (from, to, of int, err error) {
	bands, count, _ := strings.Cut(value, "/")
	first, last, several := strings.Cut(bands, "-")
	if !several {
		last = first
	}
	from, errFrom := strconv.Atoi(first)
	to, errTo := strconv.Atoi(last)
	of, errOf := strconv.Atoi(count)
	to++
	if errFrom != nil || errTo != nil || errOf != nil || formatBand(from, to, of) != value {
		return 0, 0, 0, fmt.Errorf("band %q is not written k/of or first-last/of", value)
	}
	if !slices.Contains(bandCounts, of) || from < 0 || to <= from || to > of {
		return 0, 0, 0, fmt.Errorf("band %q does not exist", value)
	}
	return from, to, of, nil
}
