package evaluate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Null is the kind of a class in which nothing happens.
const Null = "null"

// Chronic is the kind of a class that is bad from the first week on. It is no
// change, so it counts in no mean of sensitivities.
const Chronic = "chronic"

// Class is what is known of one class of a panel.
type Class struct {
	Kind  string // Null, Chronic, or what changes
	Onset int    // school week in which it begins; 0 if Kind is Null
	Event int    // school week of its school's first event; 0 for none
}

// Truth is what is known of each class of a panel, in the panel's order.
type Truth []Class

// ReadTruth reads what is known of each class of a panel: a header with the
// columns class, type and onset, and school_event_week if it is known, in any
// order, and one line per class. onset is empty or NA for type null, and a
// school week of the panel or before it for all others.
//
// The error lists what is wrong by line: a class that the panel has not, or
// twice; an onset that is missing or out of place. Each class of the panel must
// have its line.
func ReadTruth(name string, r io.Reader, panel *Table) (Truth, error) {
	lines, err := newLines(name, r, []string{"class", "type", "onset"})
	if err != nil {
		return nil, err
	}
	index := make(map[string]int, len(panel.Classes))
	for i, c := range panel.Classes {
		index[c] = i
	}
	var (
		truth = make(Truth, len(panel.Classes))
		on    = make([]int, len(panel.Classes))
		last  = panel.Weeks[len(panel.Weeks)-1]
	)
	for lines.next() {
		class := lines.text("class")
		i, ok := index[class]
		if !ok {
			lines.fault("class %q is not in the panel (truth and panel must be of the same set)", class)
			continue
		}
		if on[i] > 0 {
			lines.fault("class %s stands on line %d already (keep one of them)", class, on[i])
			continue
		}
		on[i] = lines.line()
		k := Class{Kind: lines.text("type")}
		if k.Kind == "" {
			lines.fault("class %s has no type (%s if nothing happens in it)", class, Null)
			continue
		}
		onset := lines.text("onset")
		week, err := strconv.Atoi(onset)
		none := onset == "" || onset == "NA"
		switch {
		case k.Kind == Null && none:
		case k.Kind == Null:
			lines.fault("onset %q of a class of type %s (leave it empty)", onset, Null)
		case none:
			lines.fault("class %s of type %s has no onset (the school week in which it begins)", class, k.Kind)
		case err != nil || week < 1 || week > last:
			lines.fault("onset %q (a school week from 1 to the panel's last, %d)", onset, last)
		default:
			k.Onset = week
		}
		if lines.has("school_event_week") {
			if s := lines.text("school_event_week"); s != "" && s != "NA" {
				k.Event = lines.count("school_event_week")
			}
		}
		truth[i] = k
	}
	if err := lines.err(); err != nil {
		return nil, err
	}
	var missing []string
	for i, c := range panel.Classes {
		if on[i] == 0 {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 {
		told := missing[:min(len(missing), 5)]
		return nil, fmt.Errorf("%s: no line for %d classes of the panel, among them %s (one line per class, type %s if nothing happens in it)",
			name, len(missing), strings.Join(told, ", "), Null)
	}
	return truth, nil
}

// order is that of the published comparison.
var order = []string{"drop", "minority", "two", "item", "girls", "drift", "incident", Chronic}

// kinds lists the kinds but Null: those of order first, then others by name.
func (t Truth) kinds() []string {
	seen := map[string]bool{}
	for _, c := range t {
		seen[c.Kind] = true
	}
	delete(seen, Null)
	var kinds []string
	for _, k := range order {
		if seen[k] {
			kinds = append(kinds, k)
			delete(seen, k)
		}
	}
	return append(kinds, slices.Sorted(maps.Keys(seen))...)
}

// of lists the classes of a kind.
func (t Truth) of(kind string) []int {
	var classes []int
	for i, c := range t {
		if c.Kind == kind {
			classes = append(classes, i)
		}
	}
	return classes
}
