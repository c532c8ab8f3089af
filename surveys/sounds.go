package surveys

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// A questionnaire in own.yaml may have recordings of its texts in a folder own
// beside it, one folder for each language, one MP3 for each text:
//
//	own/nb/title.mp3  own/nb/period.mp3  own/nb/skip.mp3 ("would rather not answer")
//	own/nb/thrive/question.mp3  own/nb/thrive/1.mp3  own/nb/thrive/2.mp3  …
//
// Where there is one it is played; the device's own voice reads the others.

// Sounds are the recordings of a questionnaire: by language and text, such as
// "thrive/1", the name that Set.Recording knows it by.
type Sounds map[Lang]map[string]string

const (
	soundEnding = ".mp3"
	// maxSound is generous for half a minute of speech.
	maxSound = 1 << 20
)

// recording is where a sound lies.
type recording struct {
	fsys fs.FS
	path string
}

// Recording returns the MP3 of that name, which holds a hash of what is in it.
func (s Set) Recording(name string) ([]byte, error) {
	r, ok := s.recordings[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return fs.ReadFile(r.fsys, r.path)
}

// addSounds finds the recordings of a questionnaire. One that can not be played
// is a fault.
func (s *Set) addSounds(fsys fs.FS, file string, q *Questionnaire) error {
	found, faults, err := findSounds(fsys, file, q)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return joined(faults)
	}
	for lang, paths := range found {
		for text, at := range paths {
			data, err := fs.ReadFile(fsys, at)
			if err != nil {
				return fmt.Errorf("read recording: %w", err)
			}
			sum := sha256.Sum256(data)
			name := hex.EncodeToString(sum[:12]) + soundEnding
			if s.recordings == nil {
				s.recordings = map[string]recording{}
			}
			s.recordings[name] = recording{fsys, at}
			if q.Sounds == nil {
				q.Sounds = Sounds{}
			}
			if q.Sounds[lang] == nil {
				q.Sounds[lang] = map[string]string{}
			}
			q.Sounds[lang][text] = name
		}
	}
	return nil
}

// CheckSounds returns what is wrong with the recordings of a questionnaire:
// those that can not be played, those of no text of it, and, in a language that
// has any, the texts without one.
func CheckSounds(fsys fs.FS, file string, q *Questionnaire) ([]Fault, error) {
	found, faults, err := findSounds(fsys, file, q)
	if err != nil {
		return nil, err
	}
	folder := strings.TrimSuffix(file, path.Ext(file))
	known := map[string]bool{}
	for _, lang := range slices.Sorted(maps.Keys(found)) {
		for _, text := range q.spoken() {
			at, there := found[lang][text]
			known[at] = true
			if !there {
				faults = append(faults, Fault{File: path.Join(folder, string(lang), text+soundEnding), Message: "this recording is missing",
					Hint: "a child would hear two voices, or none; record it too"})
			}
		}
	}
	for _, fault := range faults {
		known[fault.File] = true
	}
	err = fs.WalkDir(fsys, folder, func(at string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && at == folder {
			return nil
		}
		if err == nil && !d.IsDir() && !known[at] {
			faults = append(faults, Fault{File: at, Message: "a recording of no text of the questionnaire",
				Hint: "name it as the text, such as nb/thrive/question.mp3 or nb/thrive/1.mp3, or remove it"})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list recordings: %w", err)
	}
	return faults, nil
}

// findSounds returns the path of each text's recording where there is one.
func findSounds(fsys fs.FS, file string, q *Questionnaire) (map[Lang]map[string]string, []Fault, error) {
	folder := strings.TrimSuffix(file, path.Ext(file))
	found := map[Lang]map[string]string{}
	var faults []Fault
	for _, lang := range append(slices.Clone(Languages), slices.Sorted(maps.Keys(q.Translations))...) {
		for _, text := range q.spoken() {
			at := path.Join(folder, string(lang), text+soundEnding)
			data, err := fs.ReadFile(fsys, at)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case err != nil:
				return nil, nil, fmt.Errorf("read recording: %w", err)
			case len(data) > maxSound:
				faults = append(faults, Fault{File: at, Message: fmt.Sprintf("larger than %d KB", maxSound>>10), Hint: "save it in mono, at 64 kbit/s or less"})
			case !isMP3(data):
				faults = append(faults, Fault{File: at, Message: "not an MP3", Hint: "every browser plays MP3; save it as one"})
			default:
				if found[lang] == nil {
					found[lang] = map[string]string{}
				}
				found[lang][text] = at
			}
		}
	}
	return found, faults, nil
}

// isMP3 knows an MP3 by its tag or the sync word of its first frame.
func isMP3(data []byte) bool {
	return bytes.HasPrefix(data, []byte("ID3")) || len(data) > 1 && data[0] == 0xff && data[1]&0xe6 == 0xe2
}

// spoken are the texts that are read aloud.
func (q *Questionnaire) spoken() []string {
	texts := []string{"title", "period", "skip"}
	for _, item := range q.Items {
		texts = append(texts, item.ID+"/question")
		for o := range item.Options {
			texts = append(texts, fmt.Sprintf("%s/%d", item.ID, o+1))
		}
	}
	return texts
}

// Of keeps the recordings that a wave with these items needs, in languages that
// are offered.
func (s Sounds) Of(langs []Lang, asked []Item) Sounds {
	of := Sounds{}
	wave := Questionnaire{Items: asked}
	for _, lang := range langs {
		for _, text := range wave.spoken() {
			if name, there := s[lang][text]; there {
				if of[lang] == nil {
					of[lang] = map[string]string{}
				}
				of[lang][text] = name
			}
		}
	}
	return of
}
