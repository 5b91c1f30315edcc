// Verifies a log in a folder, entry by entry, with golang.org/x/mod/sumdb and nothing of Dispatch:
//
//	verify_log FOLDER VKEY
//
// The checkpoint's signature, the tree over all tiles, every entry against its hash, and a proof
// that the first half is the beginning of the whole.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The height of C2SP tiles: 2^8 hashes in each.
const height = 8

type folder string

func (f folder) Height() int                        { return height }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	content := make([][]byte, len(tiles))
	for i, tile := range tiles {
		bytes, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		content[i] = bytes
	}
	return content, nil
}

func (f folder) read(tile tlog.Tile) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), path(tile)))
}

// path has neither the height nor the older name of entry bundles.
func path(tile tlog.Tile) string {
	rest := strings.TrimPrefix(tile.Path(), "tile/8/")
	if tile.L == -1 {
		rest = "entries/" + strings.TrimPrefix(rest, "data/")
	}
	return "tile/" + rest
}

func split(bundle []byte) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return nil, fmt.Errorf("a bundle ends within a length")
		}
		length := int(binary.BigEndian.Uint16(bundle))
		if bundle = bundle[2:]; len(bundle) < length {
			return nil, fmt.Errorf("a bundle ends within an entry")
		}
		entries, bundle = append(entries, bundle[:length]), bundle[length:]
	}
	return entries, nil
}

func verify(dir folder, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(filepath.Join(string(dir), "checkpoint"))
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	// x/mod reads trees with its own first line; the other two are the same.
	lines := strings.SplitN(opened.Text, "\n", 2)
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
	if err != nil {
		return err
	}
	if lines[0] != verifier.Name() {
		return fmt.Errorf("the origin is %q", lines[0])
	}
	reader := tlog.TileHashReader(tree, dir)
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the tiles have another root")
	}
	var count int64
	for bundle := int64(0); count < tree.N; bundle++ {
		width := tree.N - count
		if width > 1<<height {
			width = 1 << height
		}
		bytes, err := dir.read(tlog.Tile{H: height, L: -1, N: bundle, W: int(width)})
		if err != nil {
			return err
		}
		entries, err := split(bytes)
		if err != nil {
			return err
		}
		if int64(len(entries)) != width {
			return fmt.Errorf("bundle %d has %d entries instead of %d", bundle, len(entries), width)
		}
		var indexes []int64
		for i := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, count+int64(i)))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != hashes[i] {
				return fmt.Errorf("entry %d is not the one in the tree", count+int64(i))
			}
		}
		count += width
	}
	if half := tree.N / 2; half > 0 {
		before, err := tlog.TreeHash(half, reader)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, half, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, half, before); err != nil {
			return err
		}
	}
	fmt.Printf("%s: %d entries verified\n", lines[0], count)
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify_log FOLDER VKEY")
		os.Exit(2)
	}
	if err := verify(folder(os.Args[1]), os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}
