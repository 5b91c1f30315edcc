// Makes the tiles of a log whose entries are the lines of a file, with golang.org/x/mod/sumdb/tlog and
// nothing of Dispatch, so that `diff -r` can tell whether ours are the same:
//
//	make_tiles ENTRIES FOLDER
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The height of C2SP tiles: 2^8 hashes in each.
const height = 8

// All hashes in the order in which x/mod stores them.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d is not stored", index)
		}
		hashes[i] = s[index]
	}
	return hashes, nil
}

func write(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o666)
}

func run(entries, folder string) error {
	file, err := os.Open(entries)
	if err != nil {
		return err
	}
	defer file.Close()
	var hashes stored
	var lines [][]byte
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<17)
	for scanner.Scan() {
		line := append([]byte(nil), scanner.Bytes()...)
		more, err := tlog.StoredHashes(int64(len(lines)), line, hashes)
		if err != nil {
			return err
		}
		hashes, lines = append(hashes, more...), append(lines, line)
	}
	if err := scanner.Err(); err != nil {
		return err
	}
	for _, tile := range tlog.NewTiles(height, 0, int64(len(lines))) {
		// x/mod lists every width that a log which grew one by one would have published.
		there := int64(len(lines))>>(height*tile.L) - tile.N<<height
		if there < 1<<height && int64(tile.W) < there {
			continue
		}
		content, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		rest := strings.TrimPrefix(tile.Path(), "tile/8/")
		if err := write(filepath.Join(folder, "tile", rest), content); err != nil {
			return err
		}
		if tile.L != 0 {
			continue
		}
		var bundle []byte
		first := int(tile.N) << height
		for _, line := range lines[first : first+tile.W] {
			bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(line)))
			bundle = append(bundle, line...)
		}
		rest = "entries" + strings.TrimPrefix(rest, "0")
		if err := write(filepath.Join(folder, "tile", rest), bundle); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(int64(len(lines)), hashes)
	if err != nil {
		return err
	}
	fmt.Printf("%d %s\n", len(lines), root)
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: make_tiles ENTRIES FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
