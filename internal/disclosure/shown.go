package disclosure

// shown is the rule of what is shown at all: under a hundred respondents one
// share per item, past the cut that the questionnaire declares, and how many
// took part in three words. There is no distribution, no mean and no number of
// respondents: with several figures of one class the others can be solved for.
// The gate keeps to it from a hundred on too; nobody has asked for more.
//
// Two kinds of items never come this way. What pupils say of adults has its own
// route, since the reader may be the adult; and a list of places is for the
// school as a whole, since the place a class goes to names the class.
func shown(r *round) {
	for _, f := range r.figures {
		switch {
		case f.item.Adult, f.item.SchoolOnly && f.Level != LevelSchool:
			f.drop = true
		case f.item == &participation:
			f.form = FormParticipation
		}
	}
}

// participationWord says how many of those on the roster took part.
//
//	under_half           ballots/roster < 1/2
//	half_to_four_fifths  up to and with 4/5
//	more                 above 4/5
func participationWord(ballots, roster int) string {
	switch {
	case 2*ballots < roster:
		return UnderHalf
	case 5*ballots <= 4*roster:
		return HalfToFourFifths
	default:
		return MoreThanFourFifths
	}
}
