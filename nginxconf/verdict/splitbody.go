package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// checkSplit judges the shares of a split_clients block, in hundredths of a
// percent. What follows the value is ignored.
func checkSplit(b *body, entries []*nginxconf.Directive) {
	var sum uint32 // nginx counts so
	end, wrong := b.owner.Block.CloseSpan(), b.owner.Doc.Err
	total, valid := false, b.certain && (wrong == nil || wrong.Span.Start > end.Start)
	for _, d := range entries {
		if d.Name == "*" {
			sum = wholeSplit
		} else if share, ok := splitShare(d.Name); ok {
			if sum += share; share == 0 {
				sum = wholeSplit
			}
		} else if valid = false; !isPlaceholder(d.Name) || strings.Count(d.Name, "%") >= 2 {
			b.refuse(InvalidValue, d, -1, `invalid percent value "%s"`, d.Name)
		}
		total = total || sum > wholeSplit
	}
	if total && valid {
		b.verdicts = append(b.verdicts, Verdict{Kind: InvalidValue, Directive: b.owner, Context: b.context, Arg: -1,
			Noticed: end, Message: "percent total is greater than 100%"})
	}
}

const wholeSplit = 10000

// splitShare reads "0.5%" as ngx_atofp does: digits, and at most two after a
// point. nginx keeps the lowest 32 bits.
func splitShare(word string) (share uint32, ok bool) {
	number, ok := strings.CutSuffix(word, "%")
	if !ok || number == "" {
		return 0, false
	}
	n, decimals, point := int64(0), 2, false
	for i := range len(number) {
		c := number[i]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case point && decimals == 0, c < '0' || c > '9', n > (1<<63-1-int64(c-'0'))/10:
			return 0, false
		case point:
			decimals--
		}
		n = n*10 + int64(c-'0')
	}
	for ; decimals > 0; decimals-- {
		if n > (1<<63-1)/10 {
			return 0, false
		}
		n *= 10
	}
	return uint32(n), n > 0
}
