// A verifier that shares no code with the hub: it reads exported logs with the client of Go's checksum database.
//
// Usage: stranger VKEY < list     where each line is FOLDER or FOLDER<TAB>CHECKPOINT-SEEN-EARLIER
// Prints a line for each: "ok SIZE" or "refused: why".
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int                            { return 8 }
func (f folder) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(string(f), "tile", path))
		if err != nil {
			return nil, errors.New("a tile is missing")
		}
		found = append(found, data)
	}
	return found, nil
}

func checkpoint(path string, keys note.Verifiers) (tlog.Tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, errors.New("no checkpoint")
	}
	opened, err := note.Open(data, keys)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != opened.Sigs[0].Name {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || err2 != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("malformed checkpoint")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

func entries(f folder, size int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for first := int64(0); first < size; first += 256 {
		tile := tlog.Tile{H: 8, L: -1, N: first / 256, W: 256}
		if size-first < 256 {
			tile.W = int(size - first)
		}
		path := strings.TrimPrefix(tile.Path(), "tile/8/data/")
		data, err := os.ReadFile(filepath.Join(string(f), "tile", "entries", path))
		if err != nil {
			return nil, errors.New("a bundle of entries is missing")
		}
		for count := 0; len(data) > 0; count++ {
			if count == tile.W || len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, errors.New("a bundle of entries is malformed")
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			hashes = append(hashes, tlog.RecordHash(data[2:end]))
			data = data[end:]
		}
	}
	if int64(len(hashes)) != size {
		return nil, errors.New("entries are missing")
	}
	return hashes, nil
}

func verify(f folder, seen string, keys note.Verifiers) (int64, error) {
	tree, err := checkpoint(filepath.Join(string(f), "checkpoint"), keys)
	if err != nil {
		return 0, err
	}
	hashes, err := entries(f, tree.N)
	if err != nil {
		return 0, err
	}
	// The tree anew, from the entries alone.
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	indexes := make([]int64, 0, len(hashes))
	for number, hash := range hashes {
		more, err := tlog.StoredHashesForRecordHash(int64(number), hash, reader)
		if err != nil {
			return 0, err
		}
		stored = append(stored, more...)
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(number)))
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil || root != tree.Hash {
		return 0, errors.New("the entries do not make the signed root")
	}
	// The tiles, authenticated against the signed root.
	tiled, err := tlog.TileHashReader(tree, f).ReadHashes(indexes)
	if err != nil {
		return 0, err
	}
	for number, hash := range tiled {
		if hash != hashes[number] {
			return 0, errors.New("a tile is not what the entries say")
		}
	}
	if seen == "" {
		return tree.N, nil
	}
	earlier, err := checkpoint(seen, keys)
	if err != nil || earlier.N > tree.N {
		return 0, errors.New("the log is shorter than it was")
	}
	proof, err := tlog.ProveTree(tree.N, earlier.N, reader)
	if err != nil {
		return 0, err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash); err != nil {
		return 0, errors.New("the log does not begin as it did")
	}
	return tree.N, nil
}

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "stranger:", err)
		os.Exit(2)
	}
	keys := note.VerifierList(verifier)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		name, seen, _ := strings.Cut(lines.Text(), "\t")
		size, err := verify(folder(name), seen, keys)
		if err != nil {
			fmt.Println("refused:", err)
		} else {
			fmt.Println("ok", size)
		}
	}
}
