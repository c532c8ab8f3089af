package prove

import (
	"fmt"
	"io"
	"strings"
)

// lineWidth is where the lines of a report are broken.
const lineWidth = 80

// WriteText writes a report to read.
func (w Words) WriteText(to io.Writer, r Report) error {
	t := func(key string, args ...any) string { return w.cat.Text(r.Lang, key, args...) }
	var b strings.Builder
	b.WriteString(t("report.title") + "\n")
	about := "Følgmed " + r.Version
	if r.Address != "" {
		about += ", " + r.Address
	}
	b.WriteString(about + ", " + r.At.Format("2006-01-02 15:04") + "\n\n")
	paragraph(&b, "", t("report.lead"))
	for i, p := range r.Promises {
		fmt.Fprintf(&b, "\n%d. ", i+1)
		paragraph(&b, "   ", p.Promise)
		paragraph(&b, "   ", t("report.how")+" "+p.How)
		paragraph(&b, "   ", t("result."+string(p.Result))+" "+p.Found)
		for _, d := range p.Details {
			b.WriteString("     " + d + "\n")
		}
		if p.Do != "" {
			paragraph(&b, "   ", t("report.do")+" "+p.Do)
		}
	}
	b.WriteString("\n")
	paragraph(&b, "", t("report.limits"))
	for _, l := range r.Limits {
		b.WriteString("- ")
		paragraph(&b, "  ", l)
	}
	b.WriteString("\n")
	paragraph(&b, "", t("report."+string(r.Result())))
	_, err := io.WriteString(to, b.String())
	return err
}

// paragraph breaks a text into lines, and indents all of them but the first if
// something stands before it on its line.
func paragraph(b *strings.Builder, indent, text string) {
	written := b.String()
	column := len(written) - 1 - strings.LastIndex(written, "\n")
	if column == 0 {
		b.WriteString(indent)
		column = len(indent)
	}
	for i, word := range strings.Fields(text) {
		width := len([]rune(word))
		switch {
		case i == 0:
		case column+1+width > lineWidth:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += width
	}
	b.WriteString("\n")
}
