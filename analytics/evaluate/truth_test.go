package evaluate

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadTruth(t *testing.T) {
	panel := read(t, small)
	got, err := ReadTruth("truth.csv", strings.NewReader("onset,type,class,school_event_week,school\n,null,9,2,1\n2,drop,10,0,2\nNA,null,1,,1\n"), panel)
	if err != nil {
		t.Fatal(err)
	}
	want := Truth{{Kind: "null"}, {Kind: "null", Event: 2}, {Kind: "drop", Onset: 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadTruthFaults(t *testing.T) {
	panel := read(t, small)
	for _, tt := range []struct{ name, file, want string }{
		{"nothing", "", "the file is empty"},
		{"no onset column", "class,type\n1,null\n", "t.csv:1: no column onset"},
		{"no lines", "class,type,onset\n", "no line for 3 classes of the panel, among them 1, 9, 10"},
		{"a class left out", "class,type,onset\n1,null,\n9,null,\n", "no line for 1 classes of the panel, among them 10"},
		{"unknown class", "class,type,onset\n2,null,\n", `t.csv:2: class "2" is not in the panel (truth and panel must be of the same set)`},
		{"twice", "class,type,onset\n1,null,\n1,drop,2\n", "t.csv:3: class 1 stands on line 2 already"},
		{"no type", "class,type,onset\n1,,\n", "t.csv:2: class 1 has no type (null if nothing happens in it)"},
		{"an onset of nothing", "class,type,onset\n1,null,2\n", `t.csv:2: onset "2" of a class of type null (leave it empty)`},
		{"no onset", "class,type,onset\n1,drop,NA\n", "t.csv:2: class 1 of type drop has no onset"},
		{"onset in words", "class,type,onset\n1,drop,soon\n", `t.csv:2: onset "soon" (a school week from 1 to the panel's last, 2)`},
		{"onset after the panel", "class,type,onset\n1,drop,3\n", `t.csv:2: onset "3" (a school week from 1 to the panel's last, 2)`},
		{"event in words", "class,type,onset,school_event_week\n1,drop,1,x\n", `t.csv:2: school_event_week "x" is not a whole number`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			truth, err := ReadTruth("t.csv", strings.NewReader(tt.file), panel)
			if err == nil {
				t.Fatalf("read as %+v", truth)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q in it", err, tt.want)
			}
		})
	}
}

func TestKindsStandInTheirOrder(t *testing.T) {
	truth := Truth{{Kind: "sliding"}, {Kind: Chronic}, {Kind: Null}, {Kind: "girls"}, {Kind: "fading"}, {Kind: "drop"}}
	if got := truth.kinds(); !slices.Equal(got, []string{"drop", "girls", Chronic, "fading", "sliding"}) {
		t.Errorf("got %v", got)
	}
}

func FuzzReadTruth(f *testing.F) {
	f.Add([]byte("class,type,onset\n1,null,\n9,null,\n10,drop,2\n"))
	f.Add([]byte("class,type,onset,school_event_week\n1,drop,99999999999999999999,-1\n"))
	f.Add([]byte("class,type,onset\n\"1"))
	f.Fuzz(func(t *testing.T, file []byte) {
		panel, err := ReadTable("set.csv", strings.NewReader(small))
		if err != nil {
			t.Fatal(err)
		}
		truth, err := ReadTruth("f", bytes.NewReader(file), panel)
		if err != nil {
			return
		}
		for i, c := range truth {
			if (c.Kind == Null) != (c.Onset == 0) || c.Kind == "" {
				t.Fatalf("class %s: %+v", panel.Classes[i], c)
			}
		}
		if _, err := Run(panel, panel, truth, Options{}); err != nil {
			t.Fatal(err)
		}
	})
}
