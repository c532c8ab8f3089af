package prove_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/prove"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestReportReads writes a report with every kind of result in each language.
func TestReportReads(t *testing.T) {
	words, err := prove.NewWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"nb", "nn", "en"} {
		r := prove.Report{
			At: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC), Version: "1.0", Address: "https://folgmed.example", Lang: lang,
			Limits: words.Limits(lang),
			Promises: []prove.Checked{
				words.Write(lang, "columns", prove.Finding{Result: prove.Broken, Details: []string{"answers.phone String"}}),
				words.Write(lang, "grants", prove.Finding{Result: prove.Kept, Args: []any{5}}),
				words.Write(lang, "logs", prove.Finding{Result: prove.Unchecked, What: "error", Details: []string{"connection refused"}}),
				words.Write(lang, "chain", prove.Finding{Result: prove.Elsewhere, Args: []any{"--role job"}}),
			},
		}
		var got strings.Builder
		if err := words.WriteText(&got, r); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "report."+lang+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || got.String() != string(want) {
			t.Errorf("%s: the report is not that of %s (%v):\n%s", lang, golden, err, got.String())
		}
	}
}

// TestEveryFindingHasWords puts each result of each promise in words: none may
// lack a text, nor a text what to do.
func TestEveryFindingHasWords(t *testing.T) {
	words, err := prove.NewWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range prove.Promises {
		for _, f := range []prove.Finding{
			{Result: prove.Kept}, {Result: prove.Broken}, {Result: prove.Unchecked, What: "error"}, {Result: prove.Elsewhere, Args: []any{"--role job"}},
		} {
			c := words.Write("nb", id, f)
			for _, text := range []string{c.Promise, c.How, c.Found, c.Do} {
				if text == "" && (text != c.Do || f.Result != prove.Kept) || strings.HasPrefix(text, id+".") || strings.HasPrefix(text, "any.") || strings.Contains(text, "EXTRA") {
					t.Errorf("%s, %s: %+v", id, f.Result, c)
				}
			}
		}
	}
}

// TestWorstResultIsThatOfTheWhole: what is another part's to check does not
// count as broken, nor as unchecked.
func TestWorstResultIsThatOfTheWhole(t *testing.T) {
	for _, c := range []struct {
		of   []prove.Result
		want prove.Result
	}{
		{nil, prove.Kept},
		{[]prove.Result{prove.Kept, prove.Elsewhere}, prove.Kept},
		{[]prove.Result{prove.Unchecked, prove.Kept}, prove.Unchecked},
		{[]prove.Result{prove.Unchecked, prove.Broken, prove.Kept}, prove.Broken},
	} {
		var r prove.Report
		for _, result := range c.of {
			r.Promises = append(r.Promises, prove.Checked{Result: result})
		}
		if got := r.Result(); got != c.want {
			t.Errorf("%v is %s, want %s", c.of, got, c.want)
		}
	}
}
