package evaluate

import (
	"encoding/json"
	"math"
)

// Number is a number that may not be known: NaN and infinities are null in
// JSON.
type Number float64

func (n Number) unknown() bool { return math.IsNaN(float64(n)) }

// MarshalJSON writes null where there is no finite number.
func (n Number) MarshalJSON() ([]byte, error) {
	if v := float64(n); !math.IsNaN(v) && !math.IsInf(v, 0) {
		return json.Marshal(v)
	}
	return []byte("null"), nil
}

// Estimate is a value with its standard error.
type Estimate struct {
	Value Number `json:"value"`
	SE    Number `json:"se"`
}

// share is k of n. The standard error is that of the posterior after Jeffreys'
// prior, so that it is not 0 for none and all. Classes count as independent, and
// the threshold as given: its own chance is not in it.
func share(k, n int) Estimate {
	if n == 0 {
		return Estimate{Number(math.NaN()), Number(math.NaN())}
	}
	q := (float64(k) + .5) / (float64(n) + 1)
	return Estimate{Number(float64(k) / float64(n)), Number(math.Sqrt(q * (1 - q) / float64(n+2)))}
}

// perYear is a number of alarms over class-years. The standard error is that of
// a Poisson count, again with half an alarm's worth of doubt.
func perYear(alarms, years float64) Estimate {
	if years == 0 {
		return Estimate{Number(math.NaN()), Number(math.NaN())}
	}
	return Estimate{Number(alarms / years), Number(math.Sqrt(alarms+.5) / years)}
}

// meanOf is the mean of values.
func meanOf(x []float64) Estimate {
	n := float64(len(x))
	if n == 0 {
		return Estimate{Number(math.NaN()), Number(math.NaN())}
	}
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	mean := sum / n
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return Estimate{Number(mean), Number(math.Sqrt(squares / max(n-1, 1) / n))}
}

// average is the mean of independent estimates.
func average(of []Estimate) Estimate {
	var sum, variance float64
	for _, e := range of {
		sum += float64(e.Value)
		variance += float64(e.SE) * float64(e.SE)
	}
	n := float64(len(of))
	return Estimate{Number(sum / n), Number(math.Sqrt(variance) / n)}
}

// plus is the sum of two independent estimates.
func (e Estimate) plus(o Estimate) Estimate {
	return Estimate{e.Value + o.Value, Number(math.Hypot(float64(e.SE), float64(o.SE)))}
}
