package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// SentField is one value of a form that was sent.
type SentField struct{ Name, Value string }

// Sent lists what was sent, to be sent again as it was.
func Sent(r *http.Request) ([]SentField, error) {
	if err := r.ParseForm(); err != nil {
		return nil, Fail("malformed", fmt.Errorf("read form: %w", err))
	}
	var fields []SentField
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		for _, value := range r.PostForm[name] {
			fields = append(fields, SentField{name, value})
		}
	}
	return fields, nil
}
