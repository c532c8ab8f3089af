package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// In R 4.2.2:
//
//	a <- anova(aov(v ~ g))[["Mean Sq"]]; n <- table(g); n0 <- (sum(n)-sum(n^2)/sum(n))/3
//	max(0,(a[1]-a[2])/n0); a[2]
func TestOneWay(t *testing.T) {
	values := []float64{3, 2, 4, 4, 1, 2, 2, 3, 4, 4, 3, 4, 99}
	of := []int{0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, -1}
	got := oneWay(values, of, 4)
	if math.Abs(got.between-0.645047169811321) > 1e-12 || math.Abs(got.within-0.572916666666666) > 1e-12 {
		t.Errorf("got %+v, want between %g, within %g", got, 0.645047169811321, 0.572916666666666)
	}
	for name, of := range map[string][]int{"one group": {0, 0, 0}, "all alone": {0, 1, 2}, "none": {-1, -1, -1}} {
		if got := oneWay([]float64{1, 2, 3}, of, 3); got != (components{}) || got.correlation() != 0 {
			t.Errorf("%s: got %+v, want nothing", name, got)
		}
	}
}

// made writes a file of made answers.
func made(t *testing.T, header string, rows int, row func(*rand.Rand, int) string) string {
	t.Helper()
	rnd := rand.New(rand.NewPCG(31, 32))
	var s strings.Builder
	s.WriteString(header + "\n")
	for i := range rows {
		s.WriteString(row(rnd, i) + "\n")
	}
	name := filepath.Join(t.TempDir(), "made.csv")
	if err := os.WriteFile(name, []byte(s.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Made answers, in which schools, groups and lecturers differ, give what was put
// in.
func TestRun(t *testing.T) {
	pisaFile := made(t, "SCHOOLID,sex,ST27Q01,ST27Q02,ST27Q03,ST27Q04,ST27Q05,ST27Q06", 600, func(rnd *rand.Rand, i int) string {
		school := i / 20
		row := fmt.Sprintf("%03d,1", school)
		for range 6 {
			row += fmt.Sprintf(",%d", min(1+rnd.IntN(3)+school%2, 4))
		}
		if i%50 == 0 {
			row = fmt.Sprintf("%03d,2,9,NA,,1,2,8", school)
		}
		return row
	})
	yrbsFile := made(t, "psu,Sex,Grade,Race,SexOrientation,Q23,Q24,Q25", 1500, func(rnd *rand.Rand, i int) string {
		sex, grade := rnd.IntN(2), 9+rnd.IntN(4)
		answer := func(p float64) string {
			return strings.ToUpper(fmt.Sprint(rnd.Float64() < p))
		}
		race := []string{"A", "B", ""}[rnd.IntN(3)]
		return fmt.Sprintf("%d,%s,%d,%s,%s,%s,%s,NA", i/100, []string{"Female", "Male"}[sex], grade, race,
			[]string{"x", "y"}[rnd.IntN(2)], answer(.3-.2*float64(sex)), answer(.2)) // Q25 is asked of nobody
	})
	instevalFile := made(t, "s,d,dept,lectage,y", 6000, func(rnd *rand.Rand, i int) string {
		d := i % 40
		return fmt.Sprintf("%d,%d,%d,%d,%d", i, d, d%4, 1+rnd.IntN(6), min(1+rnd.IntN(4)+d%2, 5))
	})
	folder := filepath.Join(t.TempDir(), "out")
	var out strings.Builder
	err := run([]string{"--pisa", pisaFile, "--yrbs", yrbsFile, "--insteval", instevalFile, "--out", folder}, &out, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"600 pupils in 30 schools", "mean of all six",
		"1500 pupils in 15 primary sampling units", "Female  Female 1.00, Male 0.00", "none: E is below 10",
		"6000 ratings 1-5 of 40 lecturers over 6 waves", "40 lecturers whose own waves were drawn anew",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("the text lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "NaN") || strings.Contains(out.String(), "Inf") {
		t.Errorf("the text has a figure that is none:\n%s", out.String())
	}
	for _, name := range []string{"pisa.txt", "yrbs.txt", "insteval.txt"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"pisa.svg", "yrbs-q23.svg", "yrbs-q24.svg", "yrbs-q25.svg", "insteval.svg"} {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Error(err)
			continue
		}
		checkPicture(t, name, string(b))
	}
}

// checkPicture wants well-formed XML with a title and a description that the
// picture is named by, and no figure that is none.
func checkPicture(t *testing.T, name, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
	for _, want := range []string{`role="img" aria-labelledby="title desc"`, `<title id="title">`, `<desc id="desc">`} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s lacks %s", name, want)
		}
	}
	if strings.Contains(svg, "NaN") {
		t.Errorf("%s has a figure that is none", name)
	}
}

func TestPictureEscapes(t *testing.T) {
	c := chart{title: "<a> & b", desc: "it's", mark: "x < y", groups: []group{{heading: "<g>", bars: []bar{{label: "<b>", strong: true}}}}, format: percent}
	checkPicture(t, "escaped", c.svg())
	if got := c.svg(); strings.Contains(got, "<a>") || !strings.Contains(got, "● &lt;b&gt;") {
		t.Errorf("names go in as they are:\n%s", got)
	}
}

func TestRunBadInput(t *testing.T) {
	file := func(content string, called ...string) string {
		name := filepath.Join(t.TempDir(), append(called, "f.csv")[0])
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	pisaHeader := "SCHOOLID,ST27Q01,ST27Q02,ST27Q03,ST27Q04,ST27Q05,ST27Q06\n"
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"no file", nil, "name at least one file"},
		{"a stray word", []string{"pisa.csv"}, `"pisa.csv" is no option`},
		{"no such file", []string{"--pisa", "/nowhere/f.csv"}, "no such file"},
		{"empty", []string{"--pisa", file("")}, "the file is empty"},
		{"another file", []string{"--pisa", file("a,b\n1,2\n")}, "no column SCHOOLID"},
		{"header alone", []string{"--pisa", file(pisaHeader)}, "no row below the header"},
		{"ragged", []string{"--pisa", file(pisaHeader + "1,2\n")}, "wrong number of fields"},
		{"no number", []string{"--pisa", file(pisaHeader + "1,x,1,1,1,1,1\n")}, `row 1: ST27Q01 is "x", not a number`},
		{"off the scale", []string{"--pisa", file(pisaHeader + "1,5,1,1,1,1,1\n")}, "row 1: ST27Q01 is 5; answers are 1 to 4"},
		{"one school", []string{"--pisa", file(pisaHeader + "1,1,1,1,1,1,1\n1,2,2,2,2,2,2\n")}, "fewer than two units"},
		{"all alike", []string{"--pisa", file(pisaHeader + strings.Repeat("1,1,1,1,1,1,1\n2,1,1,1,1,1,1\n", 3))}, "all respondents answer the same"},
		{"neither yes nor no", []string{"--yrbs", file("psu,Sex,Grade,Race,SexOrientation,Q23,Q24,Q25\n1,F,9,A,x,maybe,TRUE,TRUE\n")}, `Q23 is "maybe"`},
		{"one value", []string{"--yrbs", file("psu,Sex,Grade,Race,SexOrientation,Q23,Q24,Q25\n1,F,9,A,x,TRUE,TRUE,TRUE\n")}, "can not be compared"},
		{"one lecturer", []string{"--insteval", file("d,dept,lectage,y\n1,1,1,5\n1,1,1,2\n")}, "fewer than two units"},
		{"not gzipped", []string{"--insteval", file("d,dept,lectage,y\n1,1,1,5\n", "f.csv.gz")}, "gzip"},
	} {
		err := run(append([]string{"--out", t.TempDir()}, test.args...), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}
