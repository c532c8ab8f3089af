// Package answer is a validated answer sheet: wave, class and options, nothing
// else. It must not know a ballot, a token, a time or a device.
package answer

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
