package appconf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// contained lists what is known of an application's container and of how it is
// stopped, with the places that were not understood.
func contained(a *App) []string {
	c := a.Container
	var out []string
	add := func(name, value string) {
		if value != "unknown" {
			out = append(out, name+" "+value)
		}
	}
	if c.Kind != "" {
		out = append(out, fmt.Sprintf("%s %q", c.Kind, c.Span.Text()))
	}
	if len(c.Names) > 0 {
		out = append(out, "names "+strings.Join(c.Names, " "))
	}
	if len(c.Beside) > 0 {
		out = append(out, "beside "+strings.Join(c.Beside, " "))
	}
	for _, n := range c.Neighbours {
		add("neighbour "+n.Image, describe(n.CPUs))
	}
	for _, port := range slices.Sorted(maps.Keys(c.Ports)) {
		out = append(out, "port "+port+" to "+c.Ports[port])
	}
	for _, port := range slices.Sorted(maps.Keys(c.Published)) {
		out = append(out, "published "+port+" to "+c.Published[port])
	}
	add("host network", describe(c.HostNetwork))
	for _, key := range slices.Sorted(maps.Keys(c.Sysctls)) {
		out = append(out, "sysctl "+key+" "+describe(c.Sysctls[key]))
	}
	add("soft", describe(c.NoFileSoft))
	add("hard", describe(c.NoFileHard))
	add("cpus", describe(c.CPUs))
	add("tasks", describe(c.Tasks))
	add("replicas", describe(c.Replicas))
	for _, p := range c.Probes {
		out = append(out, describeProbe(p))
	}
	add("pre-stop", describe(a.Stop.PreStop))
	add("grace", describe(a.StopGrace))
	add("signal", describe(a.Stop.Signal))
	if a.Stop.Shell.IsValid() {
		out = append(out, fmt.Sprintf("shell %q", a.Stop.Shell.Text()))
	}
	add("first", describe(a.Stop.First))
	for _, s := range a.Skips {
		out = append(out, fmt.Sprintf("skip %q: %s", s.Span.Text(), s.Why))
	}
	return out
}

func describeProbe(p Probe) string {
	return fmt.Sprintf("%s %q: path %s, delay %s, every %s, %s long, %s failures, %s successes", p.Kind, p.Span.Text(),
		describe(p.Path), describe(p.InitialDelay), describe(p.Interval), describe(p.Timeout), describe(p.Failures), describe(p.Successes))
}

// containedIn loads an application from files in the order given, NAME and text in
// turn, and leaves out what holds by default.
func containedIn(t *testing.T, runtime string, files ...string) []string {
	t.Helper()
	var out []string
	for _, line := range contained(loadInOrder(t, runtime, files...)) {
		if strings.HasSuffix(line, " default)") || strings.HasSuffix(line, " default, assumed)") {
			continue
		}
		out = append(out, line)
	}
	return out
}

// loadInOrder loads the application api from files, NAME and text in turn.
func loadInOrder(t *testing.T, runtime string, files ...string) *App {
	t.Helper()
	config, texts := "hosts:\n- apps:\n  - name: api\n    runtime: "+runtime+"\n    files:\n", map[string]string{}
	for i := 0; i < len(files); i += 2 {
		config += "    - " + files[i] + "\n"
		texts[files[i]] = files[i+1]
	}
	apps, err := load(t, config, texts)
	if err != nil {
		t.Fatal(err)
	}
	return apps[0]
}

func TestContainerDefaults(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{"compose", "compose.yml", "services: {api: {image: x}}\n", []string{
			`compose "api"`, "names api", "host network false (docker compose default)", "replicas 1 (docker compose default)",
			"grace 10s (docker compose default)", "signal SIGTERM (docker compose default, assumed)",
		}},
		{"Kubernetes", "pod.yaml", "kind: Pod\nspec: {containers: [{image: x}]}\n", []string{
			`kubernetes "{image: x}"`, "host network false (Kubernetes default)", "replicas 1 (Kubernetes default)",
			"pre-stop 0s (Kubernetes default)", "grace 30s (Kubernetes default)", "signal SIGTERM (Kubernetes default, assumed)",
		}},
		{"Dockerfile", "Dockerfile", "FROM scratch\nENTRYPOINT [\"/app\"]\n", []string{
			"signal SIGTERM (docker default)", `first true (Dockerfile:2 "/app")`,
		}},
		{"systemd", "api.service", "[Service]\nExecStart=/app\n", []string{"grace 1m30s (systemd default, assumed)", "signal SIGTERM (systemd default)"}},
	} {
		if diff := cmp.Diff(c.want, contained(loadInOrder(t, "node@20", c.file, c.text))); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestComposeContainer(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"names", "services:\n  web:\n    container_name: shop-web\n    hostname: shop\n    networks: {front: {aliases: [api.local, web]}, back: }\n", []string{`compose "web"`, "names web shop-web shop api.local"}},
		{"networks as a list", "services: {api: {networks: [a, b], container_name: '${NAME}'}}\n", []string{`compose "api"`, "names api"}},
		{"host network", "services:\n  api:\n    network_mode: host\n    sysctls: {net.core.somaxconn: 1024}\n", []string{`compose "api"`, "host network true (compose.yml:3 network_mode: host)",
			"sysctl net.core.somaxconn 1024 (compose.yml:4 net.core.somaxconn: 1024)"}},
		{"network of another", "services: {api: {network_mode: 'service:vpn'}}\n", []string{`compose "api"`, `skip "network_mode: 'service:vpn'": it is on the network of another container`}},
		{"network of this one", "services: {api: {}, web: {image: 'nginx:1.28', network_mode: 'service:api'}, db: {image: x}}\n", []string{`compose "api"`, "names api", "beside nginx:1.28"}},
		{"bridge", "services: {api: {network_mode: bridge}}\n", []string{`compose "api"`, "names api", "host network false (compose.yml:1 network_mode: bridge)"}},
		{"sysctls", "services:\n  api:\n    sysctls:\n      net.core.somaxconn: 1024\n      net.ipv4.ip_local_port_range: \"1024 65000\"\n", []string{`compose "api"`, "names api",
			"sysctl net.core.somaxconn 1024 (compose.yml:4 net.core.somaxconn: 1024)",
			`sysctl net.ipv4.ip_local_port_range 1024 65000 (compose.yml:5 net.ipv4.ip_local_port_range: "1024 65000")`}},
		{"sysctls as a list", "services: {api: {sysctls: [net.core.somaxconn=512, 'net.ipv4.tcp_syncookies=${S}']}}\n", []string{`compose "api"`, "names api",
			"sysctl net.core.somaxconn 512 (compose.yml:1 net.core.somaxconn=512)", "sysctl net.ipv4.tcp_syncookies unknown",
			`skip "'net.ipv4.tcp_syncookies=${S}'": it depends on the environment variable S`}},
		{"one limit", "services: {api: {ulimits: {nofile: 65536}}}\n", []string{`compose "api"`, "names api", "soft 65536 (compose.yml:1 nofile: 65536)", "hard 65536 (compose.yml:1 nofile: 65536)"}},
		{"two limits", "services: {api: {ulimits: {nofile: {soft: 1024, hard: 4096}}}}\n", []string{`compose "api"`, "names api", "soft 1024 (compose.yml:1 soft: 1024)", "hard 4096 (compose.yml:1 hard: 4096)"}},
		{"no limit", "services: {api: {ulimits: {nofile: -1}}}\n", []string{`compose "api"`, "names api",
			`skip "nofile: -1": not a value that is understood`}},
		{"cpus", "services: {api: {cpus: 0.5}}\n", []string{`compose "api"`, "names api", "cpus 0.5 (compose.yml:1 cpus: 0.5)"}},
		{"deploy wins", "services: {api: {cpus: 4, scale: 2, deploy: {replicas: 3, resources: {limits: {cpus: '1.5'}}}}}\n", []string{`compose "api"`, "names api",
			"cpus 1.5 (compose.yml:1 cpus: '1.5')", "replicas 3 (compose.yml:1 replicas: 3)"}},
		{"tasks", "services: {api: {pids_limit: 100}}\n", []string{`compose "api"`, "names api", "tasks 100 (compose.yml:1 pids_limit: 100)"}},
		{"tasks of deploy", "services: {api: {pids_limit: 5, deploy: {resources: {limits: {pids: 200}}}}}\n", []string{`compose "api"`, "names api", "tasks 200 (compose.yml:1 pids: 200)"}},
		{"no limit on tasks", "services: {api: {pids_limit: -1}}\n", []string{`compose "api"`, "names api"}},
		{"no cpus", "services: {api: {cpus: 0}}\n", []string{`compose "api"`, "names api"}},
		{"ports", "services:\n  api:\n    ports: ['8080:3000', '127.0.0.1:9000:9001', '53:53/udp', '3000', '7000-7001:7000-7001', '${P}:1', {target: 80, published: '8081', host_ip: 127.0.0.1}]\n", []string{`compose "api"`, "names api",
			"published 127.0.0.1:8081 to 80", "published 127.0.0.1:9000 to 9001", "published 8080 to 3000"}},
		{"stop signal", "services: {api: {stop_signal: 3}}\n", []string{`compose "api"`, "names api", "signal SIGQUIT (compose.yml:1 stop_signal: 3)"}},
		{"no signal", "services: {api: {stop_signal: '???'}}\n", []string{`compose "api"`, "names api", `skip "stop_signal: '???'": not a value that is understood`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, containedIn(t, "node@20", "compose.yml", c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestComposeFiles(t *testing.T) {
	const base = "services:\n  api:\n    command: node a.js\n    mem_limit: 1g\n    environment: {A: 1}\n    sysctls: {net.core.somaxconn: 1}\n    ulimits: {nofile: {soft: 1, hard: 2}}\n    healthcheck: {test: curl localhost/a, interval: 5s}\n  db: {image: x}\n"
	for _, c := range []struct {
		name  string
		files []string
		want  []string
	}{
		{"later files win", []string{"compose.yml", base, "compose.prod.yml", "services:\n  api:\n    cpus: 2\n    sysctls: {net.core.somaxconn: 9}\n    ulimits: {nofile: {hard: 3}}\n    healthcheck: {interval: 9s}\n"}, []string{
			`compose "api"`, "names api", "sysctl net.core.somaxconn 9 (compose.prod.yml:4 net.core.somaxconn: 9)",
			"soft 1 (compose.yml:7 soft: 1)", "hard 3 (compose.prod.yml:5 hard: 3)", "cpus 2 (compose.prod.yml:3 cpus: 2)",
			`healthcheck "healthcheck: {interval: 9s}": path /a (compose.yml:8 localhost/a), delay 0s (docker default), every 9s (compose.prod.yml:6 interval: 9s), 30s (docker default) long, 3 (docker default) failures, 1 (docker default) successes`,
			"first true (compose.yml:3 node, assumed)",
		}},
		{"extends", []string{"compose.yml", "services:\n  base: {cpus: 2, image: y}\n  api: {extends: base, hostname: h}\n"}, []string{`compose "api"`, "names api h", "neighbour y 2 (compose.yml:2 cpus: 2)", "cpus 2 (compose.yml:2 cpus: 2)"}},
		{"extends another file", []string{"compose.yml", "services:\n  api: {extends: {file: common-compose.yml, service: b}}\n", "common-compose.yml", "services: {b: {cpus: 2}, other: {}}\n"}, []string{
			`compose "api"`, "names api", "cpus 2 (common-compose.yml:1 cpus: 2)"}},
		{"what it extends is not there", []string{"compose.yml", "services:\n  api: {extends: {file: common.yml, service: b}, command: node x}\n"}, []string{`compose "api"`, "names api", "first true (compose.yml:2 node, assumed)", `skip "extends": the service it extends is not among the application's files`}},
		{"extends itself", []string{"compose.yml", "services: {api: {extends: api, cpus: 1, command: node x}}\n"}, []string{`compose "api"`, "names api", "cpus 1 (compose.yml:1 cpus: 1)", "first true (compose.yml:1 node, assumed)", `skip "extends": the service it extends is not among the application's files`}},
		{"reset", []string{"compose.yml", base, "compose.b.yml", "services: {api: {sysctls: !reset null}}\n"}, []string{`skip "!reset null": !reset and !override are not evaluated`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, containedIn(t, "node@20", c.files...)); diff != "" {
				t.Error(diff)
			}
		})
	}
	app := loadInOrder(t, "gunicorn@23", "compose.yml", "services: {api: {command: gunicorn -w 2 app, mem_limit: 1g}}\n", "compose.override.yml", "services: {api: {command: gunicorn -w 3 app}}\n")
	if diff := cmp.Diff([]string{"memory 1073741824 (compose.yml:1 mem_limit: 1g)", "workers 3 (compose.override.yml:1 -w 3)"}, declared(app)); diff != "" {
		t.Error(diff)
	}
}

func TestHealthcheck(t *testing.T) {
	const after = ", 1 (docker default) successes"
	figures := func(interval string) string {
		return ", delay 0s (docker default), every " + interval + ", 30s (docker default) long, 3 (docker default) failures" + after
	}
	byDefault := figures("30s (docker default)")
	for _, c := range []struct {
		name, dockerfile, compose string
		want                      string
	}{
		{"shell form", "FROM x\nHEALTHCHECK CMD curl -f http://localhost:3000/health || exit 1\n", "", "path /health (Dockerfile:2 http://localhost:3000/health)" + byDefault},
		{"exec form", "FROM x\nHEALTHCHECK CMD [\"wget\", \"-q\", \"127.0.0.1\"]\n", "", `path / (Dockerfile:2 "127.0.0.1")` + byDefault},
		{"options", "FROM x\nHEALTHCHECK --interval=5m --timeout=3s \\\n  --start-period=1m --retries=5 CMD true\n", "",
			"path unknown, delay 1m0s (Dockerfile:3 --start-period=1m), every 5m0s (Dockerfile:2 --interval=5m), 3s (Dockerfile:2 --timeout=3s) long, 5 (Dockerfile:3 --retries=5) failures" + after},
		{"none", "FROM x\nHEALTHCHECK NONE\n", "", ""},
		{"nothing", "FROM x\nHEALTHCHECK --interval=5s\n", "", ""},
		{"inherited", "FROM x AS a\nHEALTHCHECK CMD curl localhost/a\nFROM a\n", "", "path /a (Dockerfile:2 localhost/a)" + byDefault},
		{"text", "", "test: 'curl http://localhost/x?y'", "path /x (compose.yml:1 http://localhost/x?y)" + byDefault},
		{"CMD", "", "test: [CMD, wget, --spider, 'http://0.0.0.0:80']", "path / (compose.yml:1 'http://0.0.0.0:80')" + byDefault},
		{"CMD-SHELL", "", "test: [CMD-SHELL, 'curl -s [::1]/a && exit 0'], interval: 9s", "path /a (compose.yml:1 [::1]/a)" + figures("9s (compose.yml:1 interval: 9s)")},
		{"two addresses", "", "test: curl localhost/a localhost/b", "path unknown" + byDefault},
		{"another host", "", "test: curl http://db:80/a", "path unknown" + byDefault},
		{"NONE", "FROM x\nHEALTHCHECK CMD true\n", "test: [NONE]", ""},
		{"disabled", "FROM x\nHEALTHCHECK CMD true\n", "disable: true", ""},
		{"interval alone", "FROM x\nHEALTHCHECK CMD curl localhost/i\n", "interval: 7s", "path /i (Dockerfile:2 localhost/i)" + figures("7s (compose.yml:1 interval: 7s)")},
	} {
		var files []string
		if c.dockerfile != "" {
			files = append(files, "Dockerfile", c.dockerfile)
		}
		if c.compose != "" {
			files = append(files, "compose.yml", "services: {api: {healthcheck: {"+c.compose+"}}}\n")
		}
		var got []string
		for _, p := range loadInOrder(t, "node@20", files...).Container.Probes {
			_, rest, _ := strings.Cut(describeProbe(p), "\": ")
			got = append(got, rest)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestFirstProcess asks what becomes of process 1.
func TestFirstProcess(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"exec form", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"node\", \"a.js\"]\n"}, `first true (Dockerfile:2 "node")`},
		{"below an image", []string{"Dockerfile", "FROM node\nCMD [\"node\", \"a.js\"]\n"}, `first true (Dockerfile:2 "node", assumed)`},
		{"below nothing", []string{"Dockerfile", "FROM scratch\nCMD [\"/a\"]\n"}, `first true (Dockerfile:2 "/a")`},
		{"shell form", []string{"Dockerfile", "FROM node\nENTRYPOINT node a.js\n"}, `shell "node a.js"; first false (Dockerfile:2 node a.js)`},
		{"shell form with exec", []string{"Dockerfile", "FROM node\nENTRYPOINT exec node a.js\n"}, "first true (Dockerfile:2 exec node a.js)"},
		{"exec at last", []string{"Dockerfile", "FROM node\nENTRYPOINT migrate && exec node a.js\n"}, "first true (Dockerfile:2 migrate && exec node a.js)"},
		{"exec first", []string{"Dockerfile", "FROM node\nENTRYPOINT exec 3>/a; node a.js\n"}, `shell "exec 3>/a; node a.js"; first false (Dockerfile:2 exec 3>/a; node a.js)`},
		{"a trap", []string{"Dockerfile", "FROM node\nENTRYPOINT trap stop TERM; node a.js\n"}, ""},
		{"bash", []string{"Dockerfile", "FROM node\nSHELL [\"/bin/bash\", \"-c\"]\nENTRYPOINT node a.js\n"}, ""},
		{"init with a command in shell form", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"/sbin/tini\", \"--\"]\nCMD node a.js\n"}, `shell "node a.js"; first false (Dockerfile:3 node a.js)`},
		{"init", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"dumb-init\", \"node\", \"a.js\"]\n"}, `first false (Dockerfile:2 "node")`},
		{"another user", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"gosu\", \"app\", \"env\", \"A=1\", \"node\"]\n"}, `first true (Dockerfile:2 "node")`},
		{"npm", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"npm\", \"start\"]\n"}, ""},
		{"a script", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD [\"node\"]\n"}, ""},
		{"a script that is there", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"/start.sh\"]\nCMD [\"node\", \"a.js\"]\n", "start.sh", "#!/bin/sh\nmigrate\nexec \"$@\"\n"}, `first true (Dockerfile:3 "node")`},
		{"a script without exec", []string{"Dockerfile", "FROM node\nCMD [\"sh\", \"/srv/start.sh\"]\n", "start.sh", "export A=1\nnode a.js\n"}, "shell \"node\"; first false (start.sh:2 node, assumed)"},
		{"a script with a trap", []string{"Dockerfile", "FROM node\nCMD [\"/start.sh\"]\n", "start.sh", "trap 'kill $!' TERM\nnode a.js &\nwait\n"}, ""},
		{"a script that calls itself", []string{"Dockerfile", "FROM node\nCMD [\"/start.sh\"]\n", "start.sh", "exec start.sh\n"}, ""},
		{"stop signal", []string{"Dockerfile", "FROM node\nSTOPSIGNAL int\nENTRYPOINT [\"a\"]\n"}, `first true (Dockerfile:3 "a"); signal SIGINT (Dockerfile:2 int)`},
		{"compose text", []string{"compose.yml", "services: {api: {entrypoint: node a.js}}\n"}, "first true (compose.yml:1 node)"},
		{"compose command", []string{"compose.yml", "services: {api: {command: node a.js}}\n"}, "first true (compose.yml:1 node, assumed)"},
		{"compose shell", []string{"compose.yml", "services: {api: {entrypoint: [sh, -c, node a.js]}}\n"}, `shell "node a.js"; first false (compose.yml:1 node a.js)`},
		{"compose init", []string{"compose.yml", "services: {api: {entrypoint: node a.js, init: true}}\n"}, "first false (compose.yml:1 node)"},
		{"process namespace", []string{"compose.yml", "services: {api: {entrypoint: node a.js, pid: host}}\n"}, "first false (compose.yml:1 node)"},
		{"command in the place of the image's", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"tini\", \"--\"]\nCMD node a.js\nSTOPSIGNAL SIGQUIT\n", "compose.yml", "services: {api: {command: node b.js}}\n"},
			"first false (compose.yml:1 node); signal SIGQUIT (Dockerfile:4 SIGQUIT)"},
		{"entrypoint in the place of the image's", []string{"Dockerfile", "FROM node\nENTRYPOINT node a.js\nSTOPSIGNAL SIGQUIT\n", "compose.yml", "services: {api: {entrypoint: node b.js, stop_signal: SIGINT}}\n"},
			"first true (compose.yml:1 node); signal SIGINT (compose.yml:1 stop_signal: SIGINT)"},
		{"pod", []string{"pod.yaml", "kind: Pod\nspec: {containers: [{command: [node], args: [a.js]}]}\n"}, "first true (pod.yaml:2 node)"},
		{"pod with arguments", []string{"Dockerfile", "FROM node\nENTRYPOINT [\"tini\", \"--\"]\n", "pod.yaml", "kind: Pod\nspec: {containers: [{args: [node, a.js]}]}\n"}, "first false (pod.yaml:2 node)"},
		{"shared namespace", []string{"pod.yaml", "kind: Pod\nspec: {shareProcessNamespace: true, containers: [{command: [node]}]}\n"}, "first false (pod.yaml:2 node)"},
		{"unit", []string{"a.service", "[Service]\nExecStart=node a.js\nKillSignal=SIGINT\n"}, "signal SIGINT (a.service:3 KillSignal=SIGINT)"},
		{"unit without a signal", []string{"a.service", "[Service]\nExecStart=node a.js\nKillSignal=SIGINT\nKillSignal=\n"}, ""},
	} {
		var got []string
		for _, line := range containedIn(t, "node@20", c.files...) {
			if strings.HasPrefix(line, "first ") || strings.HasPrefix(line, "shell ") || strings.HasPrefix(line, "signal ") {
				got = append(got, line)
			}
		}
		slices.SortStableFunc(got, func(a, b string) int { return rank(a) - rank(b) })
		if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func rank(line string) int { return strings.Index("shell first signal", line[:5]) }

func TestPodContainer(t *testing.T) {
	const head = "kind: Deployment\nmetadata: {name: api, namespace: shop}\nspec:\n  replicas: 3\n  template:\n    metadata: {labels: {app: api, tier: web}}\n    spec:\n"
	const service = "kind: Service\nmetadata: {name: front}\nspec: {selector: {app: api}, ports: [{port: 80, targetPort: http, nodePort: 30080}, {port: 81}, {port: 82, targetPort: nobody}]}\n"
	const containers = "      containers: [{name: main, ports: [{name: http, containerPort: 8000, hostPort: 8001}]}]\n"
	for _, c := range []struct {
		name  string
		files []string
		want  []string
	}{
		{"resources", []string{"a.yaml", head + "      hostNetwork: true\n      containers: [{name: main, resources: {limits: {cpu: 500m}}}]\n"}, []string{
			`kubernetes "name: main"`, "host network true (a.yaml:8 hostNetwork: true)", "cpus 0.5 (a.yaml:9 cpu: 500m)", "replicas 3 (a.yaml:4 replicas: 3)"}},
		{"sysctls", []string{"a.yaml", head + "      securityContext: {sysctls: [{name: net.core.somaxconn, value: '1024'}]}\n      containers: [{resources: {limits: {cpu: x}}}]\n"}, []string{
			`kubernetes "{resources: {limits: {cpu: x}}}"`, "sysctl net.core.somaxconn 1024 (a.yaml:8 value: '1024')", "replicas 3 (a.yaml:4 replicas: 3)",
			`skip "cpu: x": not a value that is understood`}},
		{"service", []string{"a.yaml", head + containers, "svc.yaml", service}, []string{
			`kubernetes "name: main"`, "names front front.shop front.shop.svc front.shop.svc.cluster.local", "port 80 to 8000", "port 81 to 81", "port 82 to ",
			"published 30080 to 8000", "published 8001 to 8000", "replicas 3 (a.yaml:4 replicas: 3)"}},
		{"another selector", []string{"a.yaml", head + containers, "svc.yaml", strings.Replace(service, "app: api", "app: api, tier: db", 1)}, []string{
			`kubernetes "name: main"`, "published 8001 to 8000", "replicas 3 (a.yaml:4 replicas: 3)"}},
		{"another namespace", []string{"a.yaml", head + containers + "---\n" + strings.Replace(service, "front", "front, namespace: other", 1)}, []string{
			`kubernetes "name: main"`, "published 8001 to 8000", "replicas 3 (a.yaml:4 replicas: 3)"}},
		{"headless", []string{"a.yaml", head + containers + "---\n" + strings.Replace(service, "selector", "clusterIP: None, selector", 1)}, []string{
			`kubernetes "name: main"`, "names front front.shop front.shop.svc front.shop.svc.cluster.local", "published 8001 to 8000", "replicas 3 (a.yaml:4 replicas: 3)"}},
		{"no namespace", []string{"a.yaml", "kind: List\nitems:\n- kind: Pod\n  metadata: {labels: {app: api}}\n  spec: {containers: [{name: main}]}\n- kind: Service\n  metadata: {name: front}\n  spec: {selector: {app: api}}\n"}, []string{
			`kubernetes "name: main"`, "names front"}},
		{"autoscaler", []string{"a.yaml", head + containers + "---\nkind: HorizontalPodAutoscaler\nspec: {scaleTargetRef: {kind: Deployment, name: api}, maxReplicas: 9}\n"}, []string{
			`kubernetes "name: main"`, "published 8001 to 8000"}},
		{"probes", []string{"a.yaml", "kind: Pod\nspec:\n  containers:\n  - name: main\n    readinessProbe: {httpGet: {path: /ready, port: 80}, periodSeconds: 5, timeoutSeconds: x}\n    livenessProbe: {exec: {command: [curl, localhost/live]}, failureThreshold: 1}\n    startupProbe: {httpGet: {port: 80}, initialDelaySeconds: 7}\n"}, []string{
			`kubernetes "name: main"`,
			`startup "startupProbe: {httpGet: {port: 80}, initialDelaySeconds: 7}": path / (Kubernetes default), delay 7s (a.yaml:7 initialDelaySeconds: 7), every 10s (Kubernetes default), 1s (Kubernetes default) long, 3 (Kubernetes default) failures, 1 (Kubernetes default) successes`,
			`readiness "readinessProbe: {httpGet: {path: /ready, port: 80}, periodSeconds: 5, timeoutSeconds: x}": path /ready (a.yaml:5 path: /ready), delay 0s (Kubernetes default), every 5s (a.yaml:5 periodSeconds: 5), unknown long, 3 (Kubernetes default) failures, 1 (Kubernetes default) successes`,
			`liveness "livenessProbe: {exec: {command: [curl, localhost/live]}, failureThreshold: 1}": path /live (a.yaml:6 localhost/live), delay 0s (Kubernetes default), every 10s (Kubernetes default), 1s (Kubernetes default) long, 1 (a.yaml:6 failureThreshold: 1) failures, 1 (Kubernetes default) successes`,
			`skip "timeoutSeconds: x": not a value that is understood`}},
		{"pod of two", []string{"a.yaml", "kind: Pod\nspec: {containers: [{name: api}, {name: web, image: nginx}]}\n"}, []string{`kubernetes "name: api"`, "beside nginx"}},
		{"stop", []string{"a.yaml", "kind: Pod\nspec:\n  terminationGracePeriodSeconds: 60\n  containers:\n  - {name: main, lifecycle: {stopSignal: SIGUSR1, preStop: {sleep: {seconds: 15}}}}\n"}, []string{
			`kubernetes "name: main"`, "pre-stop 15s (a.yaml:5 preStop: {sleep: {seconds: 15}})", "grace 45s (a.yaml:3 terminationGracePeriodSeconds: 60)", "signal SIGUSR1 (a.yaml:5 stopSignal: SIGUSR1)"}},
		{"no object", []string{"a.yaml", head + containers, "values.yaml", "a: 1\n"}, []string{`skip "": no Kubernetes object in this file`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, containedIn(t, "node@20", c.files...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// checkContainer checks every place that a container names.
func checkContainer(t *testing.T, r *reading) {
	t.Helper()
	c := r.container
	spans := []source.Span{c.Span, r.stop.Shell, r.stop.First.Origin.Span, r.stop.Signal.Origin.Span, c.CPUs.Origin.Span, c.NoFileSoft.Origin.Span, c.Replicas.Origin.Span}
	for _, p := range c.Probes {
		spans = append(spans, p.Span, p.Path.Origin.Span, p.Interval.Origin.Span, p.Failures.Origin.Span)
	}
	for _, s := range c.Sysctls {
		spans = append(spans, s.Origin.Span)
	}
	for _, s := range spans {
		checkSpan(t, s)
	}
}

func TestUnitStopTime(t *testing.T) {
	for text, want := range map[string]string{
		"TimeoutStopSec=45": "45s", "TimeoutStopSec=1min 30s": "1m30s", "TimeoutSec=2 h 500ms": "2h0m0.5s", "TimeoutStopSec=infinity": "infinite", "TimeoutStopSec=0": "infinite",
		"TimeoutStopSec=5 weeks": "unknown", "TimeoutStopSec=1.5s": "unknown", "TimeoutStopSec=": "unknown", "": "1m30s",
	} {
		got, _, _ := strings.Cut(describe(loadInOrder(t, "node@20", "a.service", "[Service]\nExecStart=node a.js\n"+text+"\n").StopGrace), " (")
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
