package store_test

import (
	"encoding/xml"
	"os"
	"slices"
	"testing"
)

// TestNoLogsOfAnOperatorsServer holds the file for a ClickHouse of the
// operator's own to what may not be logged: each of these could hold a
// nullifier, or the minute at which a ballot came.
func TestNoLogsOfAnOperatorsServer(t *testing.T) {
	text, err := os.ReadFile("../../deploy/clickhouse/no-logs.xml")
	must(t, err)
	var file struct {
		Off []struct {
			XMLName xml.Name
			Remove  string `xml:"remove,attr"`
		} `xml:",any"`
		Logger struct {
			Level string `xml:"level"`
		} `xml:"logger"`
	}
	must(t, xml.Unmarshal(text, &file))
	var off []string
	for _, section := range file.Off {
		if section.Remove == "1" {
			off = append(off, section.XMLName.Local)
		}
	}
	for _, log := range []string{
		"query_log", "query_thread_log", "query_views_log", "part_log", "text_log", "trace_log", "metric_log",
		"asynchronous_metric_log", "asynchronous_insert_log", "processors_profile_log", "session_log", "opentelemetry_span_log",
	} {
		if !slices.Contains(off, log) {
			t.Errorf("%s is not off", log)
		}
	}
	if file.Logger.Level != "warning" {
		t.Errorf("the server logs at level %q: at a lower one it writes queries", file.Logger.Level)
	}
}
