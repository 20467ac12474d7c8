package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/fixes"
)

// A Verdict says what a real nginx makes of changes.
type Verdict uint8

const (
	// CannotTell means that nginx refuses the configuration with the changes, as
	// it did without them, and that the changes are not what it complains of.
	// Nothing is known of what it would say behind that place.
	CannotTell Verdict = iota
	// Accepted means that nginx accepts the configuration with the changes.
	Accepted
	// Worse means that nginx refuses the changed configuration for a reason that
	// was not there before.
	Worse
)

// A Validation is what "nginx -t" said.
type Validation struct {
	Verdict Verdict
	// Before and After are nginx's first complaint without and with the changes;
	// "" where it accepts.
	Before, After string
}

// Ask asks the nginx of this machine about changes to its
// configuration before they are written. Only root can. conf is the main file
// on disk, prefix nginx's prefix, "" for the one it was built with.
//
// "nginx -t" opens logs, creates and chowns temporary directories and writes
// the pid file, so it runs in a mount namespace of its own, with empty file
// systems over the places where nginx's packages put those. The changed files
// are bound over the live ones there; the machine itself stays as it is.
//
// The error says that nginx could not be asked: no nginx, no unshare(1), no
// permission, a new file, the end of ctx.
func Ask(ctx context.Context, changes []fixes.Change, conf, prefix string) (Validation, error) {
	t := trial{conf: conf, prefix: prefix}
	var err error
	if t.nginx, err = exec.LookPath("nginx"); err != nil {
		return Validation{}, err
	}
	if t.unshare, err = exec.LookPath("unshare"); err != nil {
		return Validation{}, err
	}
	stage, err := os.MkdirTemp("", "tunelint-stage-*")
	if err != nil {
		return Validation{}, err
	}
	defer os.RemoveAll(stage)
	binds, err := stageFiles(stage, changes)
	if err != nil {
		return Validation{}, err
	}
	before, err := t.run(ctx, nil)
	if err != nil {
		return Validation{}, err
	}
	after, err := t.run(ctx, binds)
	return Validation{judge(before, after, changes), before, after}, err
}

// stageFiles writes the changed files into a folder and returns pairs of staged
// and live paths.
func stageFiles(folder string, changes []fixes.Change) ([]string, error) {
	var binds []string
	for i, c := range changes {
		if c.Created() {
			return nil, fmt.Errorf("%s does not exist yet and cannot be shown to it", c.File.Path)
		}
		staged := filepath.Join(folder, strconv.Itoa(i))
		if err := os.WriteFile(staged, []byte(c.Text), 0o600); err != nil {
			return nil, err
		}
		binds = append(binds, staged, c.File.Path)
	}
	return binds, nil
}

// sandboxFailed is the exit status of the script when nginx was not reached.
const sandboxFailed = 125

// isolated runs nginx -t where it cannot change the machine. A directory keeps
// its folders below the empty file system, and names can still be looked up
// where resolv.conf is a link into /run.
const isolated = `
nginx=$1 conf=$2 prefix=$3
shift 3
resolv=$(cat /etc/resolv.conf 2>/dev/null)
while [ $# -gt 0 ]; do
	mount --bind "$1" "$2" || exit 125
	shift 2
done
for dir in /run /var/log/nginx /var/lib/nginx /var/cache/nginx; do
	if [ -d "$dir" ] && [ ! -L "$dir" ]; then
		folders=$(cd "$dir" && find . -xdev -type d) || exit 125
		mount -t tmpfs tmpfs "$dir" || exit 125
		printf '%s\n' "$folders" | (cd "$dir" && while IFS= read -r d; do mkdir -p "$d"; done) || exit 125
	fi
done
if [ -n "$resolv" ] && [ ! -e /etc/resolv.conf ]; then
	target=$(readlink -m /etc/resolv.conf)
	mkdir -p "${target%/*}" && printf '%s\n' "$resolv" >"$target"
fi
exec "$nginx" -t -c "$conf" ${prefix:+-p "$prefix"}
`

// A trial is how nginx is asked.
type trial struct {
	nginx, unshare, conf, prefix string
}

// run returns nginx's first complaint, "" when it accepts the configuration
// with files bound over others. The error says that it could not be asked.
func (t trial) run(ctx context.Context, binds []string) (complaint string, err error) {
	args := []string{"-m", "--propagation", "private", "sh", "-c", isolated, "sh", t.nginx, t.conf, t.prefix}
	cmd := exec.CommandContext(ctx, t.unshare, append(args, binds...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"} // without NGINX, which hands over sockets
	var said bytes.Buffer
	cmd.Stderr = &said
	err = cmd.Run()
	var status *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case ctx.Err() != nil:
		return "", errors.New("nginx -t did not come to an end")
	case !errors.As(err, &status):
		return "", err
	}
	complaint, nginxSpoke := firstComplaint(said.String())
	if !nginxSpoke || status.ExitCode() == sandboxFailed {
		return "", fmt.Errorf("it cannot be run in a mount namespace of its own: %s", complaint)
	}
	return complaint, nil
}

// complaintForm is a line of nginx's log at a level that ends it, as it is
// written to a terminal and as it is written to a log.
var complaintForm = regexp.MustCompile(`(?m)^(?:nginx: |[0-9/]+ [0-9:]+ )\[(?:emerg|alert|crit)\] (?:[0-9]+#[0-9]+: )?(.*)$`)

// firstComplaint returns the first error of nginx in its output, else the first
// line, and whether it is nginx that speaks.
func firstComplaint(said string) (complaint string, nginx bool) {
	if m := complaintForm.FindStringSubmatch(said); m != nil {
		return m[1], true
	}
	first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	return first, strings.HasPrefix(first, "nginx: ")
}

var (
	complaintPlace = regexp.MustCompile(` in (/.*):[0-9]+$`)
	complaintLine  = regexp.MustCompile(`:[0-9]+$`)
)

// judge compares nginx's complaints without and with the changes.
func judge(before, after string, changes []fixes.Change) Verdict {
	switch {
	case after == "":
		return Accepted
	case before == "":
		return Worse
	case complaintLine.ReplaceAllString(before, "") == complaintLine.ReplaceAllString(after, ""):
		return CannotTell // the line may have moved
	case blames(after, changes):
		return Worse
	}
	return CannotTell
}

// blames reports whether a complaint is about one of the changed files.
func blames(complaint string, changes []fixes.Change) bool {
	m := complaintPlace.FindStringSubmatch(complaint)
	if m == nil {
		return false
	}
	file, err := filepath.EvalSymlinks(m[1])
	if err != nil {
		file = m[1]
	}
	for _, c := range changes {
		if c.File.Path == file {
			return true
		}
	}
	return false
}
