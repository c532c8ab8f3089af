package ballot

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func anyCode(r *rapid.T) Code {
	n := rapid.SampledFrom([]int{codeLength, boardLength}).Draw(r, "length") - 1
	digits := rapid.SliceOfN(rapid.ByteRange(0, 31), n, n).Draw(r, "digits")
	return Code{spell(append(digits, checkDigit(digits)))}
}

func TestParseCodeForgives(t *testing.T) {
	// Check characters by hand: α¹ = 2, α² = 4, α³ = 8, α⁴ = 16, α⁵ = 5, α⁶ = 10,
	// α⁷ = 20, α⁸ = 13, α⁹ = 26. All digits 1: 2^4^8^16^5^10^20^13^26 = 18, J.
	for typed, want := range map[string]string{
		"0000000000":              "0000000000",
		"1000000002":              "1000000002",
		"111111111J":              "111111111J",
		"111111111j":              "111111111J",
		"iIlL1-1111j":             "111111111J",
		" 11111 1111 J ":          "111111111J",
		"11111–1111J":             "111111111J",
		"OoOoO-ooooo":             "0000000000",
		"000000001\u00a0T":        "000000001T",
		"0-0-0-0-1-0-0-0-0-5":     "0000100005",
		strings.Repeat("0 ", 10):  "0000000000",
		"\u20110000000000\u2011 ": "0000000000",
		"o000-0000":               "00000000",
		// On the board: 2^4^8^16^5^10^20 = 5.
		"lIi1 1115": "11111115",
	} {
		c, err := ParseCode(typed)
		if err != nil || c.String() != want {
			t.Errorf("ParseCode(%q) = %q, %v, want %q", typed, c, err, want)
		}
	}
}

func TestParseCodeRefuses(t *testing.T) {
	for typed, want := range map[string]string{
		"":                       "too short",
		"111111111":              "too short",
		"111111111JJ":            "too long",
		"111111111K":             "one character of the code is wrong",
		"UUUUUUUUUU":             "only digits and letters",
		"11111\x001111J":         "only digits and letters",
		"111111111J#":            "only digits and letters",
		"١١١١١١١١١J":             "only digits and letters",
		strings.Repeat("1", 1e4): "too long",
	} {
		_, err := ParseCode(typed)
		var refused *Error
		if !errors.As(err, &refused) || refused.Outcome() != "malformed" || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseCode(%.20q): %v, want malformed: %s", typed, err, want)
		}
		if len(typed) > 8 && strings.Contains(err.Error(), typed) {
			t.Errorf("ParseCode(%.20q) repeats what was typed: %v", typed, err)
		}
	}
}

func TestCheckCharacterFindsOneMistake(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := anyCode(r)
		if got, err := ParseCode(c.Grouped()); err != nil || got != c {
			r.Fatalf("ParseCode(%q) = %v, %v", c.Grouped(), got, err)
		}
		for i := range c.chars {
			for _, wrong := range alphabet {
				if byte(wrong) == c.chars[i] {
					continue
				}
				if _, err := ParseCode(c.chars[:i] + string(wrong) + c.chars[i+1:]); err == nil {
					r.Fatalf("%s with %c at %d is accepted", c, wrong, i)
				}
			}
			for j := i + 1; j < len(c.chars); j++ {
				swapped := []byte(c.chars)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				if swapped[i] == swapped[j] {
					continue
				}
				if _, err := ParseCode(string(swapped)); err == nil {
					r.Fatalf("%s with %d and %d exchanged is accepted", c, i, j)
				}
			}
		}
	})
}

func TestNewCodeUsesAllCharacters(t *testing.T) {
	seen := map[rune]int{}
	for range 2000 {
		c, err := NewCode(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range c.String() {
			seen[r]++
		}
	}
	for _, r := range alphabet {
		// 20,000 characters in 32 kinds: 625 of each, standard deviation 25.
		if n := seen[r]; n < 425 || n > 825 {
			t.Errorf("%c is drawn %d times of 20,000, want about 625", r, n)
		}
	}
	if _, err := NewCode(strings.NewReader("short")); err == nil {
		t.Error("a code is drawn from too little randomness")
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("111111111J")
	f.Add("o0-Il 1111j")
	f.Fuzz(func(t *testing.T, typed string) {
		c, err := ParseCode(typed)
		if err != nil {
			if c != (Code{}) {
				t.Errorf("ParseCode(%q) fails and gives a code", typed)
			}
			return
		}
		again, err := ParseCode(c.String())
		if err != nil || again != c {
			t.Errorf("ParseCode(%q) = %v, which is read again as %v, %v", typed, c, again, err)
		}
	})
}
