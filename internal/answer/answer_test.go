package answer

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/surveys"
)

// asked is a sheet of two items, with five options and with three.
var asked = Asked{
	School: "912345674", Class: "7B", Wave: 140, Attempt: 1,
	Items: []surveys.Item{
		{ID: "thrive", Options: make([]surveys.Option, 5)},
		{ID: "gender", Options: make([]surveys.Option, 3)},
	},
}

func TestParse(t *testing.T) {
	both := []string{"thrive", "gender"}
	for _, options := range [][]int{{0, 0}, {1, 1}, {5, 3}, {0, 3}} {
		sheet, err := Parse(asked, both, options)
		if err != nil {
			t.Errorf("%v: %v", options, err)
			continue
		}
		if sheet.School != asked.School || sheet.Class != asked.Class || sheet.Wave != asked.Wave || sheet.Attempt != asked.Attempt {
			t.Errorf("the sheet is of %+v", sheet)
		}
		if !slices.Equal(sheet.Items, both) || int(sheet.Options[0]) != options[0] || int(sheet.Options[1]) != options[1] {
			t.Errorf("answers %v became %v %v", options, sheet.Items, sheet.Options)
		}
	}
	for name, test := range map[string]struct {
		ids     []string
		options []int
		want    string
	}{
		"nothing":                    {nil, nil, "another number of items than the 2 asked"},
		"an item missing":            {[]string{"thrive"}, []int{1}, "another number of items than the 2 asked"},
		"an item too many":           {[]string{"thrive", "gender", "safe"}, []int{1, 1, 1}, "another number of items than the 2 asked"},
		"an item twice":              {[]string{"thrive", "thrive"}, []int{1, 1}, "item 2 is not gender"},
		"another order":              {[]string{"gender", "thrive"}, []int{1, 1}, "item 1 is not thrive"},
		"unknown item":               {[]string{"thrive", "name"}, []int{1, 1}, "item 2 is not gender"},
		"an option missing":          {both, []int{1}, "the number of options is not the number of items"},
		"options not sent":           {both, nil, "the number of options is not the number of items"},
		"option too high":            {both, []int{6, 1}, "no such option of item thrive: it has 1 to 5, and 0"},
		"option of another":          {both, []int{1, 4}, "no such option of item gender: it has 1 to 3, and 0"},
		"negative option":            {both, []int{-1, 1}, "no such option of item thrive"},
		"option that would overflow": {both, []int{256 + 1, 1}, "no such option of item thrive"},
	} {
		sheet, err := Parse(asked, test.ids, test.options)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want: %s", name, err, test.want)
		}
		if sheet.Items != nil || sheet.Options != nil {
			t.Errorf("%s: fails and gives a sheet", name)
		}
	}
}

// FuzzParse holds that a sheet is what was asked and what was sent, or nothing,
// and that no error repeats what was sent.
func FuzzParse(f *testing.F) {
	f.Add(`["thrive","gender"]`, `[5,3]`)
	f.Add(`["thrive","gender"]`, `[6,3]`)
	f.Add(`["gender","thrive"]`, `[-1,99]`)
	f.Add(`["thrive","Kari Nordmann"]`, `[1,1]`)
	f.Fuzz(func(t *testing.T, idsText, optionsText string) {
		var ids []string
		var options []int
		if json.Unmarshal([]byte(idsText), &ids) != nil || json.Unmarshal([]byte(optionsText), &options) != nil {
			return
		}
		sheet, err := Parse(asked, ids, options)
		if err != nil {
			for _, id := range ids {
				if id = strings.TrimSpace(id); len(id) > 2 && !known(id) && strings.Contains(err.Error(), id) {
					t.Errorf("%v repeats what was sent", err)
				}
			}
			return
		}
		for i, item := range asked.Items {
			if sheet.Items[i] != item.ID || ids[i] != item.ID || int(sheet.Options[i]) != options[i] || options[i] > len(item.Options) {
				t.Errorf("%v %v became %+v", ids, options, sheet)
			}
		}
	})
}

// known reports whether the questionnaire or the words of the errors hold it.
func known(id string) bool {
	for _, said := range []string{
		"item 1 is not thrive, which was asked there", "item 2 is not gender, which was asked there",
		"answers to another number of items than the 2 asked", "the number of options is not the number of items",
		"no such option of item thrive: it has 1 to 5, and 0", "no such option of item gender: it has 1 to 3, and 0",
	} {
		if strings.Contains(said, id) {
			return true
		}
	}
	return false
}
