// What Go's checksum-database client makes of a note, a key, a checkpoint, a proof or a tile: a line of JSON for each line
// of JSON, so that a test can ask many thousand times.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind   string   `json:"kind"`
	Data   []byte   `json:"data"` // base64 in JSON
	Vkeys  []string `json:"vkeys"`
	Size   int64    `json:"size"`
	Old    int64    `json:"old"`
	Index  int64    `json:"index"`
	Hash   []byte   `json:"hash"`
	Root   []byte   `json:"root"`
	Proof  [][]byte `json:"proof"`
	Level  int      `json:"level"`
	Tile   int64    `json:"tile"`
	Width  int      `json:"width"`
	Inside int      `json:"inside"` // levels above the tile's own hashes
}

func hash(data []byte) (tlog.Hash, error) {
	var found tlog.Hash
	if len(data) != tlog.HashSize {
		return found, errors.New("not a hash")
	}
	copy(found[:], data)
	return found, nil
}

func hashes(many [][]byte) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, one := range many {
		made, err := hash(one)
		if err != nil {
			return nil, err
		}
		found = append(found, made)
	}
	return found, nil
}

func openNote(q question) (string, error) {
	var known []note.Verifier
	for _, vkey := range q.Vkeys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return "", err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(q.Data, note.VerifierList(known...))
	if err != nil {
		return "", err
	}
	return opened.Text, nil
}

func prove(q question) (string, error) {
	proof, err := hashes(q.Proof)
	if err != nil {
		return "", err
	}
	root, err := hash(q.Root)
	if err != nil {
		return "", err
	}
	leaf, err := hash(q.Hash)
	if err != nil {
		return "", err
	}
	if q.Kind == "inclusion" {
		return "", tlog.CheckRecord(proof, q.Size, root, q.Index, leaf)
	}
	return "", tlog.CheckTree(proof, q.Size, root, q.Old, leaf)
}

func tile(q question) (string, error) {
	t := tlog.Tile{H: 8, L: q.Level, N: q.Tile, W: q.Width}
	index := tlog.StoredHashIndex(q.Level*8+q.Inside, q.Index)
	found, err := tlog.HashFromTile(t, q.Data, index)
	return hex.EncodeToString(found[:]), err
}

func answer(q question) (string, error) {
	switch q.Kind {
	case "note":
		return openNote(q)
	case "vkey":
		_, err := note.NewVerifier(q.Vkeys[0])
		return "", err
	case "checkpoint":
		tree, err := tlog.ParseTree(q.Data)
		return fmt.Sprintf("%d %s", tree.N, base64.StdEncoding.EncodeToString(tree.Hash[:])), err
	case "inclusion", "consistency":
		return prove(q)
	case "tile":
		return tile(q)
	case "path":
		path := tlog.Tile{H: 8, L: q.Level, N: q.Tile, W: q.Width}.Path()
		return strings.Replace(path, "tile/8/", "tile/", 1), nil
	}
	return "", errors.New("no such question")
}

// One that panics has not accepted.
func ask(q question) (found string, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("panic")
		}
	}()
	return answer(q)
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			fmt.Fprintln(os.Stderr, "parser:", err)
			os.Exit(2)
		}
		found, err := ask(q)
		out, _ := json.Marshal(map[string]any{"ok": err == nil, "found": found})
		fmt.Println(string(out))
	}
}
