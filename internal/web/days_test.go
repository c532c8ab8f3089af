package web_test

import (
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/web"
)

// TestDays: a month that two days share is said once.
func TestDays(t *testing.T) {
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 8, 0, 0, 0, web.Oslo) }
	for _, tt := range []struct {
		lang     string
		from, to time.Time
		want     string
	}{
		{"nb", day(11, 23), day(11, 26), "23.–26. november"},
		{"nn", day(11, 30), day(12, 3), "30. november – 3. desember"},
		{"en", day(11, 2), day(11, 5), "2–5 November"},
		{"en", day(11, 30), day(12, 3), "30 November – 3 December"},
	} {
		if got := web.Days(tt.lang, tt.from, tt.to); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.lang, got, tt.want)
		}
	}
}
