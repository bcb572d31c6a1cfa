// Opens a signed note (a checkpoint) with Go's own reader: verify_note CHECKPOINT KEY. Prints how many signatures were
// verified and how many were passed over, then the text that they are under.
package main

import (
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	verifier, err := note.NewVerifier(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d %d\n%s", len(opened.Sigs), len(opened.UnverifiedSigs), opened.Text)
}
