// Package attack holds the attacker of ANONYMITY §4 and the worlds that he
// attacks: schools whose pupils have places on the class list, which is what he
// is after. He reads every exit and knows who was present, the rosters, the
// settings and this source. He wins by
//
//	W1 swap    two pupils of a class exchange their answer sheets, and an exit changes
//	W2 bounds  what is told leaves too few whole counts of a unit
//	W3 naming  a pupil who always gives the worst answers is guessed too often
//	W4 store   something kept after the seal is about fewer than five persons
//
// and each of the four has controls, exits that leak on purpose, on which he
// must win: else he is asleep.
//
// Most worlds are played in memory, with the fold, the detector and the gate of
// the program and no store (TestSmallWorlds, TestNaming). Twenty are the owners
// of one whole server on the real engine, which is played twice, the second time
// with sheets exchanged: every page for every role, every metric, every log line
// and every table is compared, and every row that is kept is judged
// (TestRealExits).
//
// In every other small world the principal lets classes pause, as the attacker
// would have it: in the week of a roster change or after it, all of a grade but
// one, where a block begins or ends. What he says is taken or refused by
// wave.CheckPause, and goes the program's way to the gate.
//
// # What W2 proves
//
// For each item of each small world, after each wave, the lines told so far are
// read back as sums of whole counts within bounds, by the words of ANONYMITY §4
// and none of the gate's code, and an exact search says which counts are left. A
// win is a proof: there is no other table. That there is no win in so many
// worlds is none; the gate has its own (internal/disclosure/DESIGN.md). Signals
// are not read as bounds: a severe one says "not 0", and says so, and others
// rest on all items at once. "None or few" tells those who are the few that they
// are, nearly, alone.
//
// # What W3 comes to
//
// Three pupils who give the worst answers whenever they are present are the
// hardest to hide: the share of a block lies at the edge of a word, and on which
// side of it follows from which of them was away. With blocks of four weeks the
// likelihood of a year's figures named one of the three in four classes of five.
// That is why small units move every twelve weeks (internal/disclosure/blocks.go):
// of weekly waves it is .44 then, and may be .46.
//
// In three of four chronic schools the classes pause as often as they may: by
// chance, when most are present, or when a question has its turn. The last two
// know all year who will be away, as no principal does. Among 2,400 further
// classes with three such pupils that pause by chance it was .45, of .44. With
// pauses three surveys apart, instead of twelve, it was .47, of those who know
// all .51, and of fortnightly waves .49: that is why they are so far apart.
//
// ANONYMITY takes weekly waves for the worst case. They are not, for these three:
// the fewer waves a block has, the less one pupil's being away is lost among the
// others'. Over one to six pupils the likelihood named one in .33 of fortnightly
// and .34 of monthly years, of .37 that are allowed, but for exactly three in .53
// and .55, of .46 (2,400 classes each, pauses or none alike). With two blocks in a
// year instead of three, of nine fortnightly or five monthly waves, it would be
// .40 and .43 of three. The years of the test are weekly.
//
// # Longer runs
//
// Worlds are seeded and made one at a time. Every run of the tests has 2,000 of
// each attack. From another seed on, as many as you like:
//
//	go test -v -timeout 2h ./internal/attack -attack.worlds 30000 -attack.seed 100001
//
// All is in tests: no program imports this package.
package attack
