// Package tally counts outcomes and publishes them in quarter-hour steps, rounded to ten.
package tally
