// Command tunelint reads everything that decides how an nginx host behaves
// under load as one host, reports where the layers contradict each other, and
// repairs the files with the smallest possible diff.
package main

import (
	"os"

	"github.com/tunelint/tunelint/lint/rules"
)

func main() { os.Exit(newApp(rules.All).run(os.Args[1:])) }
