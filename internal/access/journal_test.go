package access_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
)

// TestWhatIsNewIsFoldedAsAll: a server that has read on through all that happened
// knows what one knows that reads it all at once, whatever order of times other
// processes wrote in, in one moment or with an event twice.
func TestWhatIsNewIsFoldedAsAll(t *testing.T) {
	keys := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		time := newClock()
		journal := &accesstest.Journal{}
		start := func() *access.Service {
			s, err := access.New(access.Options{Store: journal, Audit: audit.New(journal, time.now), Keys: keys, Now: time.now})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		known := func(s *access.Service) (people []access.Person) {
			people, err := s.People(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return people
		}
		steady := start()
		for range rapid.IntRange(1, 20).Draw(t, "reads") {
			for range rapid.IntRange(0, 3).Draw(t, "events") {
				if err := journal.AppendAccess(t.Context(), drawEvent(t, time)); err != nil {
					t.Fatal(err)
				}
			}
			time.pass(hours[rapid.IntRange(0, len(hours)-1).Draw(t, "passes")])
			if diff := cmp.Diff(known(start()), known(steady)); diff != "" {
				t.Fatalf("-read at once +read on\n%s", diff)
			}
		}
	})
}

var hours = []time.Duration{0, time.Millisecond, time.Minute, 30 * time.Hour}

// drawEvent is one about three people and two addresses, by a process whose clock
// is not quite right.
func drawEvent(t *rapid.T, c *clock) access.Event {
	number := func(what string, most int) int { return rapid.IntRange(0, most).Draw(t, what) }
	person := fmt.Sprint("p", number("person", 2))
	e := access.Event{
		ID: fmt.Sprint("e", number("id", 40)), At: c.now().Add(time.Duration(number("early", 4)-2) * time.Millisecond), Step: "person_removed", Person: person,
	}
	if number("step", 3) > 0 {
		body, err := json.Marshal(access.Person{
			ID: person, Name: fmt.Sprint("n", number("name", 5)), Email: fmt.Sprint("a", number("email", 1), "@vik.no"), Role: access.Reporter,
		})
		if err != nil {
			t.Fatal(err)
		}
		e.Step, e.Body = "person_added", string(body)
	}
	return e
}
