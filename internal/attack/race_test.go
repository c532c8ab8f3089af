//go:build race

package attack

// slower is how many times fewer worlds are attacked under the race detector.
const slower = 40
