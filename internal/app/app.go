// Package app wires everything: New, Start, Stop in reverse order. Only this package knows all the others.
package app
