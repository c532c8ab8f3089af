// Package answer is a validated answer sheet: wave, class and options, nothing
// else. It must not know a ballot, a token, a time or a device.
package answer

import (
	"errors"
	"fmt"

	"github.com/folgmed/folgmed/surveys"
)

// Sheet is one pupil's answers. Options holds one option number per item in
// the order the questionnaire asks them; 0 is "would rather not answer".
type Sheet struct {
	School  string
	Class   string
	Wave    uint32
	Attempt uint8
	Items   []string
	Options []uint8
}

// Asked is what a class was asked: which sheet, and the items in their order.
type Asked struct {
	School  string
	Class   string
	Wave    uint32
	Attempt uint8
	Items   []surveys.Item
}

// Parse makes a sheet of what a tablet sent: every asked item once and in the
// order it was asked, each with an option of that item or 0. Its errors say
// which item is at fault as the questionnaire names it, and never repeat what
// was sent.
func Parse(asked Asked, ids []string, options []int) (Sheet, error) {
	if len(ids) != len(asked.Items) {
		return Sheet{}, fmt.Errorf("answers to another number of items than the %d asked", len(asked.Items))
	}
	if len(options) != len(ids) {
		return Sheet{}, errors.New("the number of options is not the number of items")
	}
	sheet := Sheet{
		School:  asked.School,
		Class:   asked.Class,
		Wave:    asked.Wave,
		Attempt: asked.Attempt,
		Items:   make([]string, len(ids)),
		Options: make([]uint8, len(ids)),
	}
	for i, item := range asked.Items {
		if ids[i] != item.ID {
			return Sheet{}, fmt.Errorf("item %d is not %s, which was asked there", i+1, item.ID)
		}
		if options[i] < 0 || options[i] > len(item.Options) {
			return Sheet{}, fmt.Errorf("no such option of item %s: it has 1 to %d, and 0", item.ID, len(item.Options))
		}
		sheet.Items[i] = item.ID
		sheet.Options[i] = uint8(options[i])
	}
	return sheet, nil
}
