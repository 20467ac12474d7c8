package appconf

import (
	"testing"

	"github.com/tunelint/tunelint/appconf/preset"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

func FuzzSpring(f *testing.F) {
	f.Add("server.tomcat.keep-alive-timeout=5s\n#---\nspring.config.activate.on-profile=a,!b\nserver.port : \\u0031\\\n  2\\")
	f.Add("server: &s {tomcat: {acceptCount: 5}, <<: [*s, {shutdown: graceful}]}\n---\nspring.profiles: x\nspring.lifecycle.timeout-per-shutdown-phase: PT5S\n")
	f.Add("a: &a [*a]\nserver: *a\nspring.config.import: ${X:y}\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "spring-boot-tomcat@3.4", "application.properties", text)
		checkReading(t, "spring-boot@2.7", "application-a.yml", text)
		checkReading(t, "reactor-netty@1.2", "application.yaml", text)
		checkReading(t, "spring-boot-tomcat@3.4", "Procfile", text)
		checkReading(t, "jetty@12", "start.ini", text)
	})
}

func FuzzServerXML(f *testing.F) {
	f.Add(jettyHTTP)
	f.Add("<?xml version='1.0' encoding='latin1'?><Server><Executor name='a' maxThreads='5'/><Connector executor=\"a\" port = '80' keepAliveTimeout='&#53;'/></Server>")
	f.Add("\ufeff<!DOCTYPE x [<!ENTITY a 'b'>]><Connector x:port='1' acceptCount='${a}'></Connector><Connector/>")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "tomcat@10", "server.xml", text)
		checkReading(t, "jetty@12", "jetty.xml", text)
	})
}

func FuzzGoServer(f *testing.F) {
	const head = "package p\nimport (\"net/http\"; \"time\"; \"context\")\n"
	f.Add(head + "const a, b = 5, a*time.Second\nvar s = &http.Server{Addr: \":1\", IdleTimeout: b, ReadTimeout: -1<<3/2.0}\nfunc f() { s.IdleTimeout++; c, x := context.WithTimeout(y, 5); s.Shutdown(c) }")
	f.Add(head + "var a = a + a\nvar s, t = new(http.Server), http.Server{IdleTimeout: a}\nfunc f() { for s = range x { s.SetKeepAlivesEnabled(a) } }")
	f.Add("package p\nimport (\"net/http\"; s \"os/signal\"; \"golang.org/x/net/http2/h2c\"; \"google.golang.org/grpc\")\nfunc f() { s.Notify(c); var p http.Protocols; if x { p.SetUnencryptedHTTP2(true) }; a := grpc.NewServer(); h2c.NewHandler(); (&http.Server{WriteTimeout: 5}).ListenAndServeTLS() }")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "go@1.24", "main.go", text)
	})
}

func FuzzPools(f *testing.F) {
	f.Add("[global]\ninclude=*.conf\nprocess_control_timeout = 5m\n[www]\nlisten = '/run/$pool' ; c\npm.max_children=${N}\nphp_admin_value[post_max_size] = 8M\n")
	f.Add("[\npost_max_size=\"\n= 5\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "php-fpm@8", "www.conf", text)
		checkReading(t, "php-fpm@8", "php.ini", text)
	})
}

func FuzzAppSettings(f *testing.F) {
	f.Add("\ufeff{ // c\n \"Kestrel\": {\"Limits\": {\"KeepAliveTimeout\": \"1.00:00:05\", /* x */}, \"Endpoints\": [{\"Url\": \"http://*:80/\"},],}}")
	f.Add("services.Configure<KestrelServerOptions>(GetSection(\"Kestrel\")); o.Limits.KeepAliveTimeout = x; \"//\" /* */")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "kestrel@8", "appsettings.json", text)
		checkReading(t, "kestrel@8", "appsettings.X.json", text)
		checkReading(t, "kestrel@8", "Program.cs", text)
	})
}

func FuzzKubernetes(f *testing.F) {
	f.Add(deployment)
	f.Add("kind: Pod\nspec: &s {containers: [*s, {env: [{name: A, value: $(A)}], command: [sh, -c, 'sleep $$5'], lifecycle: {preStop: {exec: {command: [sleep, 5s]}}}}]}\n")
	f.Add("kind: List\nitems: [{kind: Service, metadata: {name: a}, spec: {selector: {x: y}, ports: [{port: 80, targetPort: http}]}}, {kind: Pod, metadata: {labels: {x: y}}, spec: {containers: [{ports: [{name: http, containerPort: 1}], readinessProbe: {httpGet: {path: /}}}]}}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "gunicorn@23", "deployment.yaml", text)
		checkReading(t, "node@20", "deployment.yaml", text)
	})
}

func FuzzEnvFile(f *testing.F) {
	f.Add("# c\nexport A=1 # x\nB='a' \nC=\"\n D.E = $X\\\r\n=\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := &reading{env: map[string]syntax.Variable{}}
		r.setFrom(&envFile{file: source.NewFile("/.env", text)})
		for _, v := range r.env {
			checkSpan(t, v.At)
		}
	})
}

// FuzzFirstProcess follows an image through a script of its own.
func FuzzFirstProcess(f *testing.F) {
	f.Add("FROM a\nENTRYPOINT [\"tini\", \"start.sh\"]\nCMD [\"node\"]\n", "set -e\nexec start.sh \"$@\"\n")
	f.Add("FROM a\nSHELL [\"sh\", \"-c\"]\nCMD exec sh start.sh a\n", "node a &\nwait\n")
	f.Fuzz(func(t *testing.T, dockerfile, script string) {
		rt, err := preset.FindRuntime("node@20")
		if err != nil {
			t.Fatal(err)
		}
		r := &reading{app: "api", runtime: rt, env: map[string]syntax.Variable{}}
		r.read([]*source.File{source.NewFile("/Dockerfile", dockerfile), source.NewFile("/start.sh", script)})
		checkContainer(t, r)
	})
}
