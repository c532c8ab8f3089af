package evaluate

// Report is what Run measured.
type Report struct {
	Protocol    Protocol `json:"protocol"`
	Calibration int      `json:"calibration_classes"`
	Classes     int      `json:"classes"`
	Nulls       int      `json:"null_classes"`
	Kinds       []Kind   `json:"kinds"`
	Methods     []Result `json:"methods"`

	Levels   []LevelAt `json:"levels,omitempty"`  // if the panel has classes of kind Chronic
	Shipped  []Shipped `json:"shipped,omitempty"` // of the product
	Severe   []Severe  `json:"severe,omitempty"`  // given with the options
	Examples []Example `json:"examples"`          // of the first method
}

// Kind is one kind of change in a panel.
type Kind struct {
	Name    string `json:"name"`
	Classes int    `json:"classes"`
}

// Result is what was measured of one method.
type Result struct {
	Method       string      `json:"method"`
	Source       string      `json:"source"`
	Milliseconds Number      `json:"ms_per_series"`
	Rates        []AtRate    `json:"rates"`
	AMOC         []Point     `json:"amoc"`
	Audit        []Audit     `json:"audit,omitempty"`     // of e-detectors
	Discovery    []Discovery `json:"discovery,omitempty"` // of e-detectors
}

// AtRate is what a method does at one rate of false alarms.
type AtRate struct {
	Rate        float64       `json:"rate"`      // wanted, per class-year
	Threshold   Number        `json:"threshold"` // of the score
	Calibration Estimate      `json:"calibration_rate"`
	Null        Estimate      `json:"null_rate"` // on the panel's classes without change
	Kinds       []Sensitivity `json:"kinds"`
	Within      Estimate      `json:"within"` // mean over the kinds but Chronic
	Soon        Estimate      `json:"soon"`
	MeanDelay   Estimate      `json:"mean_delay"` // weeks, over all classes that change, twelve for one that is not found
	Event       Estimate      `json:"event"`      // classes without change that alarm in a school event
	Predictive  Number        `json:"predictive"` // share of alarms that are true, if 5 % of classes change in a year
}

// Sensitivity is how many classes of one kind a method finds.
type Sensitivity struct {
	Kind   string   `json:"kind"`
	Within Estimate `json:"within"` // within twelve weeks
	Soon   Estimate `json:"soon"`   // within four weeks
	Delay  Number   `json:"delay"`  // median weeks to be found, of those found
}

// Point is one point of the curve of delay against false alarms (AMOC, Fawcett
// and Provost 1999).
type Point struct {
	Rate     float64  `json:"rate"`
	Realised Number   `json:"realised"`
	Delay    Estimate `json:"delay"` // mean weeks, twelve for a class that is not found
}

// mean fills in the means over kinds.
func (a *AtRate) mean() {
	var within, soon []Estimate
	for _, k := range a.Kinds {
		if k.Kind != Chronic {
			within, soon = append(within, k.Within), append(soon, k.Soon)
		}
	}
	a.Within, a.Soon = average(within), average(soon)
}
