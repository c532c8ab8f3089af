// Package owner is the owner's metrics endpoint.
package owner
