// Command real runs the methods of package analytics on public survey data, to
// show what they give where nobody made the answers up:
//
//	go run ./analytics/evaluate/real --pisa F --yrbs F --insteval F --out DIR
//
// Each file is optional. The results are written to DIR as text and pictures,
// and no row of data is. README.md tells of the files and of what was found.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// report is what is told of one data set.
type report struct {
	text     string
	pictures map[string]string // name of the file → SVG
}

// study is one data set and what is done with it.
type study struct {
	name, usage string
	columns     []string
	run         func(*table) (report, error)
}

func studies() []study {
	return []study{
		{"pisa", "PISA 2003 pupils, CSV with SCHOOLID and ST27Q01-06", pisaColumns(), pisa},
		{"yrbs", "YRBS 2019 pupils, CSV with psu, attributes and Q23-Q25", yrbsColumns(), yrbs},
		{"insteval", "InstEval ratings, CSV with d, dept, lectage and y", instevalColumns(), insteval},
	}
}

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			_, _ = fmt.Fprintln(os.Stderr, "real:", err)
			os.Exit(1)
		}
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("real", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", ".", "folder for text and pictures")
	files := map[string]*string{}
	for _, s := range studies() {
		files[s.name] = flags.String(s.name, "", s.usage+", plain or .gz")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no option: files are named by --pisa, --yrbs and --insteval", flags.Arg(0))
	}
	ran := false
	for _, s := range studies() {
		name := *files[s.name]
		if name == "" {
			continue
		}
		ran = true
		data, err := readFile(name, s.columns)
		if err != nil {
			return err
		}
		r, err := s.run(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := io.WriteString(stdout, r.text); err != nil {
			return err
		}
		if err := r.write(*out, s.name); err != nil {
			return err
		}
	}
	if !ran {
		return errors.New("name at least one file: --pisa, --yrbs or --insteval")
	}
	return nil
}

// write puts r into a folder.
func (r report) write(folder, name string) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, name+".txt"), []byte(r.text), 0o600); err != nil {
		return err
	}
	for _, picture := range slices.Sorted(maps.Keys(r.pictures)) {
		if err := os.WriteFile(filepath.Join(folder, picture), []byte(r.pictures[picture]), 0o600); err != nil {
			return err
		}
	}
	return nil
}
