// Package prompt turns released signals into prompts to follow up: group,
// inhibit, mute, join, rise. Every decision has a Reason.
//
// It decides; duty keeps the events. It sees released signals only and must
// not know answers, counts, the store or how a signal was found.
package prompt
