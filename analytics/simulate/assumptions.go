package simulate

// Assumptions are constants of the model that no source settles, or that differ
// from one country and survey to the next. A method that was built on the usual
// ones can be tried on others. The zero value means [Usual].
type Assumptions struct {
	Roster, RosterSD float64 // pupils of a class in a [Set], kept between 8 and 30
	Loading          float64 // of the items of a [Set] on the pupil's mood
	Response         float64 // log-odds that a pupil in the middle of the moods answers
	Movement         float64 // variance of a class's own movement from week to week
	Memory           float64 // correlation of that movement over one week
	Volatility       float64 // sd of the logarithm of a class's factor on its movement; none in a clean world
	Events           float64 // of a school in a week; a clean world has its own
}

// Usual are the assumptions that the published simulations were made with.
func Usual() Assumptions {
	return Assumptions{
		Roster: 21, RosterSD: 4.5,
		Loading:  .75,
		Response: 1.65,
		Movement: .010, Memory: .5,
		Volatility: .8,
		Events:     1.2 / 60,
	}
}

func (a Assumptions) defaults() Assumptions {
	if a == (Assumptions{}) {
		return Usual()
	}
	return a
}
