// Package tablet is the tablet's side of a ballot in Go, for the demo, replay, tests and the load generator.
package tablet
