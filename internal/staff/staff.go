// Package staff holds the pages for teachers and principals, one file per page.
package staff
