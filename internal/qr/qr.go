// Package qr draws the square that a camera reads: a link as one SVG path.
package qr

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is the white border a reader needs, in modules.
const quiet = 4

// Square is a drawn link.
type Square struct {
	Size int    // with the quiet zone, in modules; the drawing begins at -4
	Path string // of the black modules
}

// Draw draws a link. Level M stands a crease or a thumb print: 15 % of it may
// be lost.
func Draw(link string) (Square, error) {
	code, err := qr.Encode(link, qr.M)
	if err != nil {
		return Square{}, fmt.Errorf("draw the square: %w", err)
	}
	return Square{code.Size + 2*quiet, path(code)}, nil
}

// path draws the black modules, a run of them at a time.
func path(c *qr.Code) string {
	var b strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			from := x
			for c.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return b.String()
}
