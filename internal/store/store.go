// Package store is the only ClickHouse code: connect, migrate, insert, read.
package store
