package main

import (
	"strings"
	"testing"
)

// Every world has its line in both rhythms, and no figure is missing.
func TestRun(t *testing.T) {
	var b strings.Builder
	if err := run(&b, 3, 20); err != nil {
		t.Fatal(err)
	}
	for _, w := range worlds {
		if n := strings.Count(b.String(), "\n"+w.name+"  "); n != 2 {
			t.Errorf("%q stands %d times", w.name, n)
		}
	}
	if strings.Contains(b.String(), "NaN") {
		t.Error(b.String())
	}
	if err := run(&b, 3, 5); err == nil {
		t.Error("a world of five classes was measured")
	}
}
