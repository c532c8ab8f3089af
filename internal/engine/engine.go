// Package engine finds, starts, supervises and stops the embedded ClickHouse.
package engine
