package ballot

import (
	"fmt"
	"io"
	"strings"
)

// alphabet is Crockford's base32: no I, L, O or U, so that a code read from
// paper has one spelling.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// How many characters a code has, the check character in: one on a slip, and
// the one on the board, by which a tablet joins a class session.
const (
	codeLength  = 10
	boardLength = 8
)

// Code is a code in its one spelling: random characters, nine on a slip (45
// bits) and seven on the board (35 bits), and a check character. Its zero value
// is no code.
type Code struct{ chars string }

// NewCode draws a code for a slip.
func NewCode(random io.Reader) (Code, error) { return drawCode(random, codeLength) }

func drawCode(random io.Reader, length int) (Code, error) {
	digits := make([]byte, length-1)
	if _, err := io.ReadFull(random, digits); err != nil {
		return Code{}, fmt.Errorf("draw a code: %w", err)
	}
	for i := range digits {
		digits[i] &= 31
	}
	return Code{spell(append(digits, checkDigit(digits)))}, nil
}

// ParseCode reads a code as people type it: in any case, with spaces and
// dashes anywhere, O for 0, I and L for 1. Its errors have the outcome
// malformed and never repeat what was typed.
func ParseCode(typed string) (Code, error) {
	digits := make([]byte, 0, codeLength)
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '\u00a0', '-', '\u2010', '\u2011', '\u2013':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		d := strings.IndexRune(alphabet, r)
		if d < 0 {
			return Code{}, fail(Malformed, "a code has only digits and letters, without U: look at the slip again")
		}
		if len(digits) == codeLength {
			return Code{}, fail(Malformed, "the code is too long: it has %d characters", codeLength)
		}
		digits = append(digits, byte(d))
	}
	if n := len(digits); n != codeLength && n != boardLength {
		return Code{}, fail(Malformed, "the code is too short: it has %d characters, on the board %d", codeLength, boardLength)
	}
	if last := len(digits) - 1; checkDigit(digits[:last]) != digits[last] {
		return Code{}, fail(Malformed, "one character of the code is wrong: compare it with the slip or the board")
	}
	return Code{spell(digits)}, nil
}

// String is the code in its one spelling.
func (c Code) String() string { return c.chars }

// Grouped is the code as it is printed for people: two groups, of five on a
// slip and of four on the board.
func (c Code) Grouped() string { return inGroups(c.chars, len(c.chars)/2) }

// onBoard says that tablets join a class session by the code.
func (c Code) onBoard() bool { return len(c.chars) == boardLength }

func spell(digits []byte) string {
	var b strings.Builder
	for _, d := range digits {
		b.WriteByte(alphabet[d])
	}
	return b.String()
}

func inGroups(s string, n int) string {
	var groups []string
	for len(s) > n {
		groups, s = append(groups, s[:n]), s[n:]
	}
	return strings.Join(append(groups, s), "-")
}

// checkDigit is
//
//	c = Σ αⁱ⁺¹·dᵢ over GF(32), with α = 2 a root of x⁵ + x² + 1.
//
// The weights, 1 for c itself among them, are all different and none is zero,
// so every wrong character and every exchange of two characters shows.
func checkDigit(digits []byte) byte {
	var c byte
	for i := len(digits) - 1; i >= 0; i-- {
		c = timesAlpha(c ^ digits[i])
	}
	return c
}

func timesAlpha(x byte) byte {
	x <<= 1
	if x&0b100000 != 0 {
		x ^= 0b100101
	}
	return x
}
