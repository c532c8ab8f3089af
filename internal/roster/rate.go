package roster

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Rates are the false alarms per class and school year that an owner may choose
// among (DETECTION §3): few, some, many.
var Rates = []float64{.1, .25, .5}

// DefaultRate is the rate of an owner that has chosen none.
const DefaultRate = .25

// RateChoice is an owner's choice of a rate. It acts from the next term on:
// signals that come and go as a setting is turned would tell what lies between
// two thresholds (ANONYMITY §4).
type RateChoice struct {
	ID    string // made by the client: sent twice is one choice
	Owner string // organisation number
	Rate  float64
	From  Date // first day of the term from which it acts
	At    time.Time
	By    string // person id
}

// NewRateChoice is the choice of a rate at a time of Oslo's clock. The error
// names the rates there are.
func NewRateChoice(id, owner string, rate float64, at time.Time, by string) (RateChoice, error) {
	if !slices.Contains(Rates, rate) {
		return RateChoice{}, fmt.Errorf("alarm rate %g is not one of %v false alarms per class and school year", rate, Rates)
	}
	return RateChoice{ID: id, Owner: owner, Rate: rate, From: NextTerm(at), At: at, By: by}, nil
}

// NextTerm is the first day of the term after the one that a time lies in.
// Autumn lasts from 1 August, spring from 1 January.
func NextTerm(at time.Time) Date {
	if at.Month() >= time.August {
		return Date(fmt.Sprintf("%d-01-01", at.Year()+1))
	}
	return Date(fmt.Sprintf("%d-08-01", at.Year()))
}

// RateOn is the rate in force for the owner on a day; for a wave that is its
// Monday. It is the latest of the owner's choices that act by then, else the
// rate it began with. Choices of other owners and their order do not matter.
func (o Owner) RateOn(day Date, choices []RateChoice) float64 {
	latest := RateChoice{Rate: cmp.Or(o.Rate, DefaultRate)}
	for _, c := range choices {
		if c.Owner == o.Org && c.From <= day && c.after(latest) {
			latest = c
		}
	}
	return latest.Rate
}

func (c RateChoice) after(b RateChoice) bool {
	return cmp.Or(cmp.Compare(c.From, b.From), c.At.Compare(b.At), cmp.Compare(c.ID, b.ID)) > 0
}
