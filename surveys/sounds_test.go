package surveys

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// mp3 begins as one does; what follows is not looked at.
func mp3(rest string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("ID3" + rest)} }

func TestSounds(t *testing.T) {
	fsys := fstest.MapFS{
		"own.yaml":                   {Data: []byte(valid(t))},
		"own/nb/thrive/question.mp3": mp3("har du det bra"),
		"own/nb/thrive/1.mp3":        {Data: []byte("\xff\xfb\x90\x64ja")},
		"own/nn/thrive/1.mp3":        {Data: []byte("\xff\xfb\x90\x64ja")},
	}
	set, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	q := set.Questionnaires[0]
	name := q.Sounds["nb"]["thrive/question"]
	data, err := embeddedSet(t).Merge(set).Recording(name)
	if err != nil || string(data) != "ID3har du det bra" {
		t.Errorf("recording %q: %q, %v", name, data, err)
	}
	if _, err := set.Recording("../own.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is no recording: %v", err)
	}
	if q.Sounds["nb"]["thrive/1"] != q.Sounds["nn"]["thrive/1"] {
		t.Error("the same sound has two names")
	}
	of := q.Sounds.Of([]Lang{Bokmaal}, q.Items[1:])
	if len(of) != 0 {
		t.Errorf("a wave that does not ask a thing needs its recordings: %v", of)
	}
	of = q.Sounds.Of([]Lang{Bokmaal}, q.Items)
	if diff := cmp.Diff([]string{"thrive/1", "thrive/question"}, slices.Sorted(maps.Keys(of[Bokmaal]))); diff != "" || len(of) != 1 {
		t.Errorf("recordings of a wave in bokmål: %v", of)
	}

	fsys["own/nb/skip.mp3"] = &fstest.MapFile{Data: []byte("RIFF")}
	if _, err := Load(fsys); err == nil || err.Error() != "own/nb/skip.mp3: not an MP3 (every browser plays MP3; save it as one)" {
		t.Errorf("load: %v", err)
	}
}

func TestCheckSounds(t *testing.T) {
	whole := fstest.MapFS{}
	q, faults := parse("own.yaml", []byte(valid(t)))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, text := range q.spoken() {
		whole["own/nn/"+text+".mp3"] = mp3(text)
	}
	tests := []struct {
		name   string
		change func(fsys fstest.MapFS)
		want   []string
	}{
		{"whole in one language", func(fstest.MapFS) {}, nil},
		{"none at all", func(fsys fstest.MapFS) { clear(fsys) }, nil},
		{"one is missing", func(fsys fstest.MapFS) { delete(fsys, "own/nn/hurt/2.mp3") }, []string{"own/nn/hurt/2.mp3: this recording is missing"}},
		{"unknown", func(fsys fstest.MapFS) {
			fsys["own/nn/hurt/3.mp3"] = mp3("")
			fsys["own/sv/title.mp3"] = mp3("")
			fsys["own/nn/title.wav"] = mp3("")
		}, []string{
			"own/nn/hurt/3.mp3: a recording of no text of the questionnaire",
			"own/nn/title.wav: a recording of no text of the questionnaire",
			"own/sv/title.mp3: a recording of no text of the questionnaire",
		}},
		{"too large", func(fsys fstest.MapFS) { fsys["own/nn/title.mp3"] = mp3(strings.Repeat(" ", maxSound)) }, []string{
			"own/nn/title.mp3: larger than 1024 KB", "own/nn/title.mp3: this recording is missing",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := maps.Clone(whole)
			tt.change(fsys)
			faults, err := CheckSounds(fsys, "own.yaml", q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range faults {
				got = append(got, f.File+": "+f.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}
