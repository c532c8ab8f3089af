// Package web is the shell of every page: errors to HTTP in one place, headers and CSP, rendering, static files, locale catalogs. It knows no domain package.
package web
