package report

import (
	"strconv"
	"unicode/utf16"
)

// hashWindow is the number of UTF-16 code units that a line hash covers.
const hashWindow = 100

// A lineHash identifies a line by its content and the content that follows it.
type lineHash struct {
	hash  uint64
	count int // which of the lines with this hash, from 1
}

// String returns the form of partialFingerprints: hexadecimal hash and count.
func (h lineHash) String() string {
	return strconv.FormatUint(h.hash, 16) + ":" + strconv.Itoa(h.count)
}

// lineHashes returns the hash of every line, by line number minus 1, exactly as
// github/codeql-action (src/fingerprints.ts) computes "primaryLocationLineHash":
// upload-sarif warns of any other value. The hash of a line is the polynomial
// in 37, modulo 2^64, of the first 100 code units from its start.
func lineHashes(text string) []lineHash {
	units, starts := hashUnits(text)
	units = append(units, make([]uint16, hashWindow+1)...)
	drop := uint64(1)
	hash := uint64(0)
	for _, u := range units[:hashWindow] {
		drop *= 37
		hash = hash*37 + uint64(u)
	}
	seen := map[uint64]int{}
	lines := make([]lineHash, 0, len(starts))
	for i := 0; len(lines) < len(starts); i++ {
		if starts[len(lines)] == i {
			seen[hash]++
			lines = append(lines, lineHash{hash, seen[hash]})
		}
		hash = hash*37 + uint64(units[i+hashWindow]) - drop*uint64(units[i])
	}
	return lines
}

// hashUnits returns the code units that count - all but blanks, every line
// ending as one LF, and 65535 at the end - and where each line starts in them.
// CR alone ends a line here.
func hashUnits(text string) (units []uint16, starts []int) {
	units = make([]uint16, 0, len(text)+hashWindow+2)
	starts = []int{0}
	afterCR := false
	for i := 0; i < len(text); {
		r, n := decode(text[i:])
		i += n
		skip := r == ' ' || r == '\t' || r == '\n' && afterCR
		afterCR = r == '\r'
		switch {
		case skip:
		case r == '\r' || r == '\n':
			units = append(units, '\n')
			starts = append(starts, len(units))
		default:
			units = utf16.AppendRune(units, r)
		}
	}
	return append(units, 65535), starts
}
