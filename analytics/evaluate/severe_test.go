package evaluate

import (
	"strings"
	"testing"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// The rule of the worst answers wave by wave: x a wave with a worst answer, A
// raised, a standing, r renewed. The same courses as the gate's own tests hold.
func TestSevereRule(t *testing.T) {
	hurt := simulate.Item{Shares: []float64{.5, .5}, GoodFirst: true, Watch: streamHurt}
	digital := hurt
	digital.Watch = streamDigital
	good, bad := simulate.Sheet{Options: []uint8{1}}, simulate.Sheet{Options: []uint8{2}}
	for _, tt := range []struct {
		name      string
		item      simulate.Item
		grade     int
		others    int // pupils who answered well
		hits, out string
	}{
		{"one is none", hurt, 6, 20, "x....x..", "........"},
		{"two of four", hurt, 6, 20, "x..x............", "...Aaaaaaaa....."},
		{"two of five", hurt, 6, 20, "x...x...", "........"},
		{"ends when the last four hold none", hurt, 6, 20, "xx...x..........", ".Aaaaaaaa......."},
		{"one of the last four renews for eight more", hurt, 6, 20, "xx....x.........", ".Aaaaaaaaraaaaaa"},
		{"nine are too few", hurt, 6, 8, "xxxxxxxx", "........"},
		{"ten are enough", hurt, 6, 9, "xxxxxxxx", ".Aaaaaaa"},
		{"the youngest too", hurt, 2, 20, "xx..", ".Aaa"},
		{"an item of every second wave looks back twice as far", digital, 6, 20, ".x.....x", ".......A"},
		{"but no further", digital, 6, 20, ".x.......x", ".........."},
		{"it was not asked", digital, 6, 20, "x.x.x.x.", "........"},
	} {
		c := severeClass{spec: simulate.Class{Items: []simulate.Item{tt.item}, Grade: tt.grade}}
		var out strings.Builder
		for wave, hit := range tt.hits {
			sheets := make([]simulate.Sheet, 0, tt.others+1)
			for range tt.others {
				sheets = append(sheets, good)
			}
			one := good
			if hit == 'x' {
				one = bad
			}
			raised, until := c.raised, c.until
			c.next(wave, append(sheets, one))
			switch {
			case c.raised > raised:
				out.WriteByte('A')
			case c.until > until:
				out.WriteByte('r')
			case c.raised > 0 && wave <= c.until:
				out.WriteByte('a')
			default:
				out.WriteByte('.')
			}
		}
		if out.String() != tt.out {
			t.Errorf("%s:\n%s\n%s, want\n%s", tt.name, tt.hits, out.String(), tt.out)
		}
	}
}

// At the national frequencies no more than a quarter of the classes stand under
// such a signal, and more where more are bullied.
func TestSevereShare(t *testing.T) {
	for _, rhythm := range []int{1, 2} {
		rows := SevereShare(3, rhythm)
		if len(rows) != len(stages) {
			t.Fatalf("%+v", rows)
		}
		for i, r := range rows {
			t.Logf("every %d weeks, %+v", rhythm, r)
			if !(r.Standing.Value > 0 && r.Standing.Value <= .25 && r.Standing.SE > 0 && r.Prompts.Value > 0) {
				t.Errorf("every %d weeks, %+v", rhythm, r)
			}
			if i > 0 && !(r.Most.Value > r.Standing.Value) || i == 0 && r.Most != r.Standing {
				t.Errorf("every %d weeks, %+v", rhythm, r)
			}
		}
	}
}
