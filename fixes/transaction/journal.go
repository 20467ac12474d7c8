package transaction

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// A Line of the journal says what happened to a run.
type Line struct {
	Time  time.Time `json:"time"`
	Run   string    `json:"run"`
	State string    `json:"state"`
	// Why is what went wrong, "" for nothing.
	Why   string   `json:"why,omitempty"`
	Rules []string `json:"rules,omitempty"`
	Files []string `json:"files"`
}

// record appends a line to the journal of the state folder that holds the run.
func (r *Run) record(now time.Time, why string) error {
	line := Line{Time: now.UTC().Truncate(time.Second), Run: r.Name(), State: r.State, Why: why, Rules: r.Rules}
	for _, e := range r.Files {
		line.Files = append(line.Files, e.Path)
	}
	data, err := json.Marshal(line)
	if err != nil {
		return err
	}
	path := filepath.Join(filepath.Dir(r.path), "journal")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}
