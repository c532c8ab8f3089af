// Package chart draws small accessible SVG with title, description and a table beside it.
package chart
