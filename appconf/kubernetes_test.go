package appconf

import "testing"

const deployment = `apiVersion: v1
kind: Service
metadata: {name: api}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 3
  template:
    spec:
      terminationGracePeriodSeconds: 45
      containers:
      - name: app
        command: ["gunicorn"]
        args: [main, -k, gthread, "--keep-alive=$(KEEP)", --threads, "$(THREADS)"]
        env:
        - {name: KEEP, value: "75"}
        - {name: THREADS, valueFrom: {configMapKeyRef: {name: c, key: k}}}
        resources: {limits: {memory: 512Mi}}
        lifecycle: {preStop: {exec: {command: [sh, -c, "sleep 10"]}}}
`

func TestKubernetes(t *testing.T) {
	pod := func(text string) map[string]string { return one("pod.yaml", "kind: Pod\nspec:\n"+text) }
	checkDeclarations(t, []declarationCase{
		{"deployment", "gunicorn@23", one("k8s/deployment.yaml", deployment), []string{
			"grace 35s (k8s/deployment.yaml:12 terminationGracePeriodSeconds: 45)",
			"memory 536870912 (k8s/deployment.yaml:20 memory: 512Mi)",
			`skip "--threads, \"$(THREADS)\"": it depends on the environment variable THREADS`,
			`skip "--threads, \"$(THREADS)\"": the worker class is not known: it depends on the environment variable THREADS`,
			`skip "\"--keep-alive=$(KEEP)\"": what it means depends on the worker class, which is not known`,
		}},
		{"decimal", "node@20", pod("  containers: [{resources: {limits: {memory: 1G}}}]\n"), []string{"memory 1000000000 (pod.yaml:3 memory: 1G)"}},
		{"part of a unit", "node@20", pod("  containers: [{resources: {limits: {memory: 1.5Gi}}}]\n"), []string{"memory 1610612736 (pod.yaml:3 memory: 1.5Gi)"}},
		{"not a size", "node@20", pod("  containers: [{resources: {limits: {memory: 1.5GB}}}]\n"), []string{`skip "memory: 1.5GB": not a number that is understood`}},
		{"ConfigMap", "gunicorn@23", one("x.yaml", "kind: ConfigMap\nmetadata: {name: c}\ndata: {k: '3', THREADS: '4'}\n---\nkind: Pod\nspec: {containers: [{command: [gunicorn], args: [-w, $(N), --threads, $(T_THREADS)], envFrom: [{configMapRef: {name: c}, prefix: T_}], env: [{name: N, valueFrom: {configMapKeyRef: {name: c, key: k}}}]}]}\n"), []string{
			"threads 4 (x.yaml:6 --threads, $(T_THREADS))", "workers 3 (x.yaml:6 -w, $(N))"}},
		{"ConfigMap of another namespace", "gunicorn@23", one("x.yaml", "kind: ConfigMap\nmetadata: {name: c, namespace: a}\ndata: {k: '3'}\n---\nkind: Pod\nmetadata: {namespace: b}\nspec: {containers: [{command: [gunicorn, -w, $(N)], env: [{name: N, valueFrom: {configMapKeyRef: {name: c, key: k}}}]}]}\n"), []string{
			`skip "-w, $(N)": it depends on the environment variable N`}},
		{"preStop within the default", "node@20", pod("  containers: [{lifecycle: {preStop: {sleep: {seconds: 5}}}}]\n"), []string{"grace 25s (pod.yaml:3 preStop: {sleep: {seconds: 5}})"}},
		{"another preStop", "node@20", pod("  containers: [{lifecycle: {preStop: {httpGet: {path: /}}}}]\n"), []string{`skip "preStop: {httpGet: {path: /}}": how long the preStop hook takes is not known`}},
		{"by name", "node@20", pod("  containers: [{name: api, resources: {limits: {memory: 1G}}}, {name: side}]\n"), []string{"memory 1000000000 (pod.yaml:3 memory: 1G)"}},
		{"by runtime", "gunicorn@23", pod("  containers: [{args: [gunicorn, -w, '3', x]}, {args: [nginx]}]\n"), []string{"workers 3 (pod.yaml:3 -w, '3')"}},
		{"several", "gunicorn@23", pod("  containers: [{}, {}]\n"), []string{`skip "": several containers: name the application like the one that runs gunicorn`}},
		{"another kind", "node@20", one("x.yaml", "kind: CronJob\n"), []string{`skip "": no container of a Kubernetes workload in this file`}},
		{"template", "node@20", one("x.yaml", "{{- if x }}\nkind: Pod\n{{- end }}\n"), []string{`skip "": not valid YAML`}},
	})
	app := loadOne(t, "node@20", pod("  containers: [{}]\n"))
	if got := describe(app.StopGrace); got != "30s (Kubernetes default)" {
		t.Error(got)
	}
}
