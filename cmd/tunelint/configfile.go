package main

import (
	"fmt"
	"os"
	"path"
	"slices"
)

// configNames are the names that a configuration file may have.
var configNames = [...]string{"tunelint.yaml", ".tunelint.yaml", "tunelint.yml", ".tunelint.yml"}

// configIn returns the configuration file in a folder, "" for none. Two are an
// error: nobody could say which one holds.
func configIn(folder string) (string, error) {
	found := ""
	for _, name := range configNames {
		file := path.Join(folder, name)
		if info, err := os.Stat(file); err != nil || info.IsDir() {
			continue
		}
		if found != "" {
			return "", fail(exitUsage, fmt.Errorf("%s: two configuration files, %s and %s: remove one", folder, path.Base(found), name))
		}
		found = file
	}
	return found, nil
}

// findConfig returns the nearest configuration file in a folder or above it, up
// to the folder that holds .git; "" for none.
func findConfig(folder string) (string, error) {
	for dir := folder; ; dir = path.Dir(dir) {
		config, err := configIn(dir)
		if config != "" || err != nil || dir == "/" || holdsGit(dir) {
			return config, err
		}
	}
}

// machineConfig returns the configuration file of a machine whose "/" is root.
func machineConfig(root string) (string, error) {
	for _, folder := range []string{path.Join(root, "etc/tunelint"), root} {
		if config, err := configIn(folder); config != "" || err != nil {
			return config, err
		}
	}
	return "", nil
}

// deepestConfig bounds how many folders deep configuration files are looked for.
const deepestConfig = 8

// configsBelow returns the configuration files below a folder; where one is
// found its own folders are not searched. What cannot be listed holds none.
func configsBelow(folder string, depth int) ([]string, error) {
	config, err := configIn(folder)
	if config != "" || err != nil || depth == deepestConfig {
		return slices.DeleteFunc([]string{config}, func(s string) bool { return s == "" }), err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() || e.Name()[0] == '.' || e.Name() == "node_modules" || e.Name() == "vendor" {
			continue
		}
		found, err := configsBelow(path.Join(folder, e.Name()), depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
