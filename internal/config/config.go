// Package config is the whole configuration of a server, from flags and environment, with every fault listed at once.
package config
