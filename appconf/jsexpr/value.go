package jsexpr

import (
	"math"
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

// A Kind is the type of a JavaScript value, as far as settings need it.
type Kind int

// The kinds. The zero value is not known.
const (
	Unknown Kind = iota // Why says why
	Undefined
	Number
	Text
	Bool
)

// A Value is the value of an expression. Where it depends on an environment
// variable that no file sets, it is the value without that variable.
type Value struct {
	Kind Kind
	// Number and Text hold the value of those kinds.
	Number float64
	Text   string
	truth  bool
	// env is the environment variable it was taken from; "" for none.
	env string
	// Why says why the value is not known; "" for one that is.
	Why string
}

// UnknownValue returns a value that is not known, and why.
func UnknownValue(why string) Value { return Value{Kind: Unknown, Why: why} }

// NumberValue returns a number.
func NumberValue(f float64) Value { return Value{Kind: Number, Number: f} }

func textJS(s string) Value           { return Value{Kind: Text, Text: s} }
func (v Value) from(env string) Value { v.env = env; return v }

// String writes numbers and texts as JavaScript does, for whole numbers.
func (v Value) String() string {
	if v.Kind == Number {
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	}
	return v.Text
}

// isTrue is ToBoolean.
func (v Value) isTrue() bool {
	switch v.Kind {
	case Number:
		return v.Number != 0 && !math.IsNaN(v.Number)
	case Text:
		return v.Text != ""
	case Bool:
		return v.truth
	}
	return false
}

// ToNumber is ToNumber of ECMAScript: NaN for what is no number.
func (v Value) ToNumber() float64 {
	switch v.Kind {
	case Number:
		return v.Number
	case Text:
		return textToNumber(v.Text)
	case Bool:
		if v.truth {
			return 1
		}
		return 0
	}
	return math.NaN()
}

const jsBlanks = " \t\n\v\f\r\u00a0\u2028\u2029\ufeff"

// textToNumber is StringToNumber.
func textToNumber(s string) float64 {
	s = strings.Trim(s, jsBlanks)
	if s == "" {
		return 0
	}
	if len(s) > 2 && s[0] == '0' {
		if base := radix(s[1]); base > 0 {
			return digits(s[2:], base)
		}
	}
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return math.NaN()
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f
	}
	return math.NaN()
}

// radix returns the base that the letter after a leading 0 stands for, 0 for none.
func radix(letter byte) int {
	switch letter | 0x20 {
	case 'x':
		return 16
	case 'o':
		return 8
	case 'b':
		return 2
	}
	return 0
}

func digits(s string, base int) float64 {
	n, err := strconv.ParseUint(s, base, 53)
	if err != nil || strings.HasPrefix(s, "+") {
		return math.NaN()
	}
	return float64(n)
}

// parseInt is the global function.
func parseInt(s string, base int) float64 {
	s = strings.TrimLeft(s, jsBlanks)
	sign := 1.0
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if (base == 0 || base == 16) && len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		s, base = s[2:], 16
	}
	if base == 0 {
		base = 10
	}
	n := 0
	for n < len(s) {
		if _, err := strconv.ParseUint(s[n:n+1], base, 8); err != nil {
			break
		}
		n++
	}
	if n == 0 || base < 2 || base > 36 {
		return math.NaN()
	}
	if n > 15 {
		return math.NaN() // beyond what is exact
	}
	v, _ := strconv.ParseInt(s[:n], base, 64)
	return sign * float64(v)
}

// LiteralValue is the value of a literal.
func LiteralValue(n js.LiteralExpr) Value {
	text := string(n.Data)
	switch n.TokenType {
	case js.DecimalToken, js.IntegerToken, js.NumericToken:
		if f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64); err == nil {
			return NumberValue(f)
		}
	case js.HexadecimalToken, js.OctalToken, js.BinaryToken:
		if plain := strings.ReplaceAll(text, "_", ""); len(plain) > 2 && radix(plain[1]) > 0 {
			return NumberValue(digits(plain[2:], radix(plain[1])))
		}
	case js.StringToken:
		if len(text) >= 2 && !strings.Contains(text, `\`) {
			return textJS(text[1 : len(text)-1])
		}
	case js.TrueToken, js.FalseToken:
		return Value{Kind: Bool, truth: n.TokenType == js.TrueToken}
	}
	return UnknownValue("computed value")
}

// arithmeticJS applies a binary operator to two known values.
func arithmeticJS(op js.TokenType, a, b Value) Value {
	if op == js.AddToken && (a.Kind == Text || b.Kind == Text) {
		return UnknownValue("texts are joined, not added")
	}
	x, y := a.ToNumber(), b.ToNumber()
	switch op {
	case js.AddToken:
		return NumberValue(x + y)
	case js.SubToken:
		return NumberValue(x - y)
	case js.MulToken:
		return NumberValue(x * y)
	case js.DivToken:
		return NumberValue(x / y)
	case js.ModToken:
		return NumberValue(math.Mod(x, y))
	case js.ExpToken:
		if math.IsNaN(y) || (math.Abs(x) == 1 && math.IsInf(y, 0)) {
			return NumberValue(math.NaN()) // where JavaScript differs from C
		}
		return NumberValue(math.Pow(x, y))
	case js.LtLtToken:
		return NumberValue(float64(toInt32(x) << (uint32(toInt32(y)) & 31)))
	case js.GtGtToken:
		return NumberValue(float64(toInt32(x) >> (uint32(toInt32(y)) & 31)))
	case js.BitOrToken:
		return NumberValue(float64(toInt32(x) | toInt32(y)))
	}
	return UnknownValue("computed value")
}

// toInt32 is ToInt32.
func toInt32(f float64) int32 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return int32(uint32(int64(math.Mod(math.Trunc(f), 1<<32))))
}
