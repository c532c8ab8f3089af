// Package commit is the group commit: Add returns when the item is durable.
package commit
