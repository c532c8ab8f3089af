// Package pupil is the tablet app: handlers, TypeScript sources and the built bundle. No session, no cookie, no request log.
package pupil
