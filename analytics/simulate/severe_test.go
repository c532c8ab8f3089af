package simulate_test

import (
	"math"
	"testing"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// TestSevereShare measures how many classes stand under a severe signal at
// national prevalence, for the rule that is applied to released waves: ten
// respondents, the worst step in two of the last four waves, stands eight
// waves, renewed if the last four hold one. Above a quarter the worst steps
// would have to be narrower.
func TestSevereShare(t *testing.T) {
	older := []simulate.Item{simulate.Wellbeing(true), simulate.Bullied(true), simulate.Bullied(true), simulate.Bullied(true)}
	younger := []simulate.Item{simulate.Faces(true), simulate.BulliedFaces(true)}
	for name, items := range map[string][]simulate.Item{"grades 1-4": younger, "grades 5-13": older} {
		c := simulate.Owner(11, 2, 60, 10)
		for s := range c.Schools {
			c.Schools[s].Owner = s
			for k := range c.Schools[s].Classes {
				c.Schools[s].Classes[k].Items = items
			}
		}
		const waves = 19
		w := simulate.New(c)
		hit := make([][waves]bool, 600)
		for wave := range waves {
			for class, sheets := range w.Next() {
				for _, s := range sheets {
					for k, o := range s.Options {
						// The third item of harm is asked every second wave.
						if worst := int(o) == len(items[k].Shares); worst && k > 0 && (k < 3 || wave%2 == 1) && len(sheets) >= 10 {
							hit[class][wave] = true
						}
					}
				}
			}
		}
		standing, late := 0, 0
		for _, h := range hit {
			until := -1
			for wave := range waves {
				recent := 0
				for back := wave; back >= max(0, wave-3); back-- {
					if h[back] {
						recent++
					}
				}
				if wave > until && recent >= 2 || wave == until && recent >= 1 {
					until = wave + 8
				}
				if wave >= waves/2 { // the second half of the year, when signals have piled up
					late++
					if wave <= until {
						standing++
					}
				}
			}
		}
		share := float64(standing) / float64(late)
		t.Logf("%s: %.2f of the classes stand under severe", name, share)
		if share > .25 || math.IsNaN(share) {
			t.Errorf("%s: %.2f of the classes stand under severe, want at most .25", name, share)
		}
		if share < .02 {
			t.Errorf("%s: %.2f of the classes stand under severe: too few to test the rule with", name, share)
		}
	}
}
