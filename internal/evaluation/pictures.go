package evaluation

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/folgmed/folgmed/analytics/evaluate"
)

// style is the page's for a picture that stands alone, on white paper.
const style = `<style>text{font:12px system-ui,sans-serif;fill:#5b6675}.line-tick{text-anchor:middle}.line-left{text-anchor:end}` +
	`.line-end.line-strong{fill:#0b5cad;font-weight:700}.line-grid{stroke:#d9dee5}` +
	`.line-curve{fill:none;stroke-width:1.5;stroke-linecap:round}.line-curve.line-faint{stroke:#5b6675;opacity:.7}` +
	`.line-curve.line-dashed{stroke:#1c2430;stroke-dasharray:6 4}.line-curve.line-plain{stroke:#1c2430}` +
	`.line-curve.line-strong{stroke:#0b5cad;stroke-width:2.5}.line-mark{stroke:#1c2430}` +
	`.line-mark.line-dashed{stroke-dasharray:4 4}.line-mark.line-strong{stroke:#0b5cad;stroke-width:2}</style>` +
	`<rect width="100%" height="100%" fill="#fff"/>`

// Pictures are those of a report, each as an SVG file that stands alone, by the
// file's name: delays.svg, and of each kind of change a class that was found and
// one that was missed, what it answered and what the method made of it.
func Pictures(r *evaluate.Report) map[string]string {
	pictures := map[string]string{"delays.svg": alone(delays(r, "delays"))}
	for _, e := range r.Examples {
		end := "missed"
		if e.Alarm != 0 {
			end = "found"
		}
		name := fmt.Sprintf("%s-%s", e.Kind, end)
		pictures[name+".svg"] = alone(answers(e, name))
		pictures[name+"-evidence.svg"] = alone(evidence(e, name+"-evidence"))
	}
	return pictures
}

// alone puts the style behind the title and description of a picture.
func alone(picture template.HTML) string {
	const end = "</desc>"
	head, tail, _ := strings.Cut(string(picture), end)
	return head + end + style + tail + "\n"
}
