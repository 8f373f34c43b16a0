// Runs a block of the page on the cases in a folder.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"receiving/webhooks"
)

func main() {
	cases, err := os.ReadDir(os.Args[1])
	if err != nil {
		panic(err)
	}
	for _, entry := range cases {
		read := func(name string) []byte {
			content, err := os.ReadFile(filepath.Join(os.Args[1], entry.Name(), name))
			if err != nil {
				panic(err)
			}
			return content
		}
		text := func(name string) string { return string(read(name)) }
		verdict := "refused"
		if webhooks.Verify(text("secret"), text("id"), text("timestamp"), text("signatures"), read("body")) {
			verdict = "verified"
		}
		fmt.Println(entry.Name(), verdict)
	}
}
