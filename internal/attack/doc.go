// Package attack holds the attacker of ANONYMITY §4 and the worlds that he
// attacks: schools whose pupils have places on the class list, which is what he
// is after. He reads every exit and knows who was present, the rosters and this
// source. He wins by
//
//	W1 swap    two pupils of a class exchange their answer sheets, and an exit changes
//	W2 bounds  what is shown allows too few counts of a unit
//	W3 naming  a pupil who always gives the worst answers is guessed too often
//	W4 store   something stored after the seal is about fewer than five persons
//
// and each of the four has controls, exits that leak on purpose, on which he
// must win: else he is asleep.
//
// Worlds are seeded and made one at a time. A short run is part of every test
// run; go test -attack.worlds N makes it longer, from -attack.seed on. All is
// in tests: no program imports this package.
package attack
