package appconf

import (
	"testing"
	"time"
)

func TestSpringProperties(t *testing.T) {
	const runtime = "spring-boot-tomcat@3.4"
	file := func(text string) map[string]string { return one("application.properties", text) }
	checkDeclarations(t, []declarationCase{
		{"tomcat", runtime, file(`# a comment \
server.port=8081
server.address = 127.0.0.1
server.tomcat.keep-alive-timeout: 75s
server.tomcat.max-keep-alive-requests=500
server.tomcat.accept-count=200
server.tomcat.max-connections=1000
server.tomcat.threads.max=50
server.max-http-request-header-size=16KB
spring.lifecycle.timeout-per-shutdown-phase=20s
`), []string{
			"backlog 200 (application.properties:6 server.tomcat.accept-count=200)",
			"connections 1000 (application.properties:7 server.tomcat.max-connections=1000)",
			"header size 16384 (application.properties:9 server.max-http-request-header-size=16KB)",
			"keepalive 1m15s (application.properties:4 server.tomcat.keep-alive-timeout: 75s)",
			"listen 127.0.0.1:8081",
			"requests per connection 500 (application.properties:5 server.tomcat.max-keep-alive-requests=500)",
			"shutdown 20s (application.properties:10 spring.lifecycle.timeout-per-shutdown-phase=20s)",
			"threads 50 (application.properties:8 server.tomcat.threads.max=50)",
		}},
		{"bare number is milliseconds", runtime, file("server.tomcat.keep-alive-timeout=65"), []string{"keepalive 65ms (application.properties:1 server.tomcat.keep-alive-timeout=65)"}},
		{"ISO 8601", runtime, file("server.tomcat.keepAliveTimeout=PT1M5S"), []string{"keepalive 1m5s (application.properties:1 server.tomcat.keepAliveTimeout=PT1M5S)"}},
		{"continued line", runtime, file("server.tomcat.\\\n  keep_alive_timeout = \\\n 5m\r\n"), []string{"keepalive 5m0s (application.properties:1 server.tomcat.\\\n  keep_alive_timeout = \\\n 5m)"}},
		{"never", runtime, file("server.tomcat.keep-alive-timeout=-1"), []string{"keepalive infinite (application.properties:1 server.tomcat.keep-alive-timeout=-1)"}},
		{"falls back", runtime, file("server.tomcat.connection-timeout=5s"), []string{"keepalive 5s (application.properties:1 server.tomcat.connection-timeout=5s)"}},
		{"later line wins", runtime, file("server.tomcat.accept-count=1\nserver.tomcat.accept-count=2"), []string{"backlog 2 (application.properties:2 server.tomcat.accept-count=2)"}},
		{"no limit", runtime, file("server.tomcat.max-keep-alive-requests=-1"), []string{"requests per connection 0 (application.properties:1 server.tomcat.max-keep-alive-requests=-1)"}},
		{"another server", runtime, file("server.jetty.connection-idle-timeout=5s\nserver.undertow.no-request-timeout=5s"), nil},
		{"server not known", "spring-boot@3.4", file("server.tomcat.keep-alive-timeout=5s"), []string{`skip "server.tomcat.keep-alive-timeout=5s": it counts on Tomcat only, and the server is not known: write spring-boot-tomcat or spring-boot-jetty for runtime`}},
		{"jetty", "spring-boot-jetty@3.4", file("server.jetty.connection-idle-timeout=5s\nserver.tomcat.keep-alive-timeout=6s"), []string{"keepalive 5s (application.properties:1 server.jetty.connection-idle-timeout=5s)"}},
		{"netty", "reactor-netty@1.2", file("server.netty.idle-timeout=5s\nserver.netty.connection-timeout=1s"), []string{"keepalive 5s (application.properties:1 server.netty.idle-timeout=5s)"}},
		{"at once", runtime, file("server.shutdown=immediate\nspring.lifecycle.timeout-per-shutdown-phase=20s"), []string{"shutdown 0s (application.properties:1 server.shutdown=immediate)"}},
		{"at once before 3.4", "spring-boot-tomcat@3.2", file("spring.lifecycle.timeout-per-shutdown-phase=20s"), nil},
		{"graceful before 3.4", "spring-boot-tomcat@3.2", file("server.shutdown=graceful\nspring.lifecycle.timeout-per-shutdown-phase=20s"), []string{"shutdown 20s (application.properties:2 spring.lifecycle.timeout-per-shutdown-phase=20s)"}},
		{"version not known", "spring-boot-tomcat", file("spring.lifecycle.timeout-per-shutdown-phase=20s"), []string{`skip "spring.lifecycle.timeout-per-shutdown-phase=20s": whether the server stops gracefully depends on the version of Spring Boot`}},
		{"old header size", "spring-boot-tomcat@2.7", file("server.max-http-header-size=16KB"), []string{"header size 16384 (application.properties:1 server.max-http-header-size=16KB)"}},
		{"old header size in 3", runtime, file("server.max-http-header-size=16KB"), []string{`skip "server.max-http-header-size=16KB": it is a property of Spring Boot before 3.0`}},
		{"virtual threads", runtime, file("spring.threads.virtual.enabled=true\nserver.tomcat.threads.max=5"), []string{`skip "spring.threads.virtual.enabled=true": requests may run on virtual threads`}},
		{"multipart", runtime, file("spring.servlet.multipart.max-request-size=50MB"), []string{`skip "spring.servlet.multipart.max-request-size=50MB": it limits multipart requests only`}},
		{"default of a variable", runtime, file("server.tomcat.keep-alive-timeout=${KEEP:70s}"), []string{"keepalive 1m10s (application.properties:1 server.tomcat.keep-alive-timeout=${KEEP:70s})"}},
		{"variable", runtime, file("server.tomcat.keep-alive-timeout=${KEEP}"), []string{`skip "server.tomcat.keep-alive-timeout=${KEEP}": it depends on KEEP`}},
		{"property", runtime, file("server.tomcat.keep-alive-timeout=${own.keep:70s}"), []string{`skip "server.tomcat.keep-alive-timeout=${own.keep:70s}": it depends on own.keep`}},
		{"no number", runtime, file("server.tomcat.keep-alive-timeout=@keep@"), []string{`skip "server.tomcat.keep-alive-timeout=@keep@": not a number that is understood`}},
		{"octal", runtime, file("server.tomcat.accept-count=0200"), []string{`skip "server.tomcat.accept-count=0200": not a number that is understood`}},
		{"import", runtime, file("spring.config.import=configserver:\nserver.tomcat.keep-alive-timeout=70s"), []string{
			`skip "server.tomcat.keep-alive-timeout=70s": an imported file may set it again`,
			`skip "spring.config.import=configserver:": what it imports is not read`,
		}},
	})
}

func TestSpringProfiles(t *testing.T) {
	const runtime = "spring-boot-tomcat@3.4"
	const yaml = `server:
  tomcat:
    keepAliveTimeout: 70s
---
spring.config.activate.on-profile: prod
server.tomcat.keep-alive-timeout: 5s
`
	compose := func(environment, command string) string {
		return "services:\n  api:\n    environment: {" + environment + "}\n    command: " + command + "\n    stop_grace_period: 40s\n"
	}
	const grace = "grace 40s (compose.yml:5 stop_grace_period: 40s)"
	checkDeclarations(t, []declarationCase{
		{"perhaps active", runtime, one("application.yml", yaml), []string{`skip "server.tomcat.keep-alive-timeout: 5s": it counts where the profile prod is active, which is not known`}},
		{"active", runtime, map[string]string{"application.yml": yaml, "compose.yml": compose("SPRING_PROFILES_ACTIVE: prod", "java -jar app.jar")}, []string{
			grace, "keepalive 5s (application.yml:6 server.tomcat.keep-alive-timeout: 5s)"}},
		{"another one active", runtime, map[string]string{"application.yml": yaml, "compose.yml": compose("", "java -jar app.jar --spring.profiles.active=test")}, []string{
			grace, "keepalive 1m10s (application.yml:3 keepAliveTimeout: 70s)"}},
		{"negated", runtime, map[string]string{"application.yml": "spring.config.activate.on-profile: '!test'\nserver.tomcat.accept-count: 5\n", "compose.yml": compose("SPRING_PROFILES_ACTIVE: prod", "java -jar app.jar")}, []string{
			"backlog 5 (application.yml:2 server.tomcat.accept-count: 5)", grace}},
		{"expression", runtime, map[string]string{"application.yml": "spring.config.activate.on-profile: prod & eu\nserver.tomcat.accept-count: 5\n", "compose.yml": compose("SPRING_PROFILES_ACTIVE: prod", "java -jar app.jar")}, []string{
			grace, `skip "server.tomcat.accept-count: 5": it counts where the profile prod & eu is active, which is not known`}},
		{"file of a profile", runtime, map[string]string{"application.properties": "server.tomcat.accept-count=5", "application-prod.yaml": "server: {tomcat: {accept-count: 6}}"}, []string{
			`skip "accept-count: 6": it counts where the profile prod is active, which is not known`}},
		{"file of the active profile", runtime, map[string]string{"application.properties": "server.tomcat.accept-count=5", "application-prod.yaml": "server: {tomcat: {accept-count: 6}}",
			"compose.yml": compose("SPRING_PROFILES_ACTIVE: 'eu, prod'", "java -jar app.jar")}, []string{"backlog 6 (application-prod.yaml:1 accept-count: 6)", grace}},
		{"groups", runtime, map[string]string{"application.properties": "spring.profiles.group.prod[0]=eu", "application-eu.properties": "server.tomcat.accept-count=6",
			"compose.yml": compose("SPRING_PROFILES_ACTIVE: prod", "java -jar app.jar")}, []string{grace, `skip "server.tomcat.accept-count=6": it counts where the profile eu is active, which is not known`}},
		{"what the file says of profiles", runtime, one("application.properties", "spring.profiles.active=dev\n#---\nspring.config.activate.on-profile=prod\nserver.tomcat.accept-count=6"), []string{
			`skip "server.tomcat.accept-count=6": it counts where the profile prod is active, which is not known`}},
		{"environment wins", runtime, map[string]string{"application.yml": "server.tomcat.keep-alive-timeout: 70s", "compose.yml": compose("SERVER_TOMCAT_KEEPALIVETIMEOUT: 90s", "java -jar app.jar")}, []string{
			grace, "keepalive 1m30s (compose.yml:3 SERVER_TOMCAT_KEEPALIVETIMEOUT: 90s)"}},
		{"another spelling", runtime, map[string]string{"compose.yml": compose("SERVER_TOMCAT_KEEP_ALIVE_TIMEOUT: 90s", "java -jar app.jar")}, []string{
			grace, `skip "SERVER_TOMCAT_KEEP_ALIVE_TIMEOUT: 90s": write the variable without underscores inside of names: SERVER_TOMCAT_KEEPALIVETIMEOUT`}},
		{"command line wins", runtime, map[string]string{"application.yml": "server.tomcat.keep-alive-timeout: 70s", "compose.yml": compose("SERVER_TOMCAT_KEEPALIVETIMEOUT: 90s", "java -Dserver.tomcat.accept-count=7 -jar app.jar --server.tomcat.keep-alive-timeout=95s")}, []string{
			"backlog 7 (compose.yml:4 -Dserver.tomcat.accept-count=7)", grace, "keepalive 1m35s (compose.yml:4 --server.tomcat.keep-alive-timeout=95s)"}},
		{"JSON in the environment", runtime, map[string]string{"application.yml": "server.tomcat.accept-count: 5\n", "compose.yml": compose("SPRING_APPLICATION_JSON: '{}'", "java -jar app.jar\n    mem_limit: 1g")}, []string{
			"grace 40s (compose.yml:6 stop_grace_period: 40s)", "memory 1073741824 (compose.yml:5 mem_limit: 1g)",
			`skip "SPRING_APPLICATION_JSON: '{}'": properties in SPRING_APPLICATION_JSON are not read`,
			`skip "server.tomcat.accept-count: 5": SPRING_APPLICATION_JSON may set it again`}},
		{"options of the environment", runtime, one("Procfile", "web: java $JAVA_OPTS -jar app.jar"), []string{`skip "$JAVA_OPTS": the options are not known: it depends on the environment variable JAVA_OPTS`}},
		{"broken", runtime, one("application.yml", "server: [\n"), []string{`skip "": not valid YAML`}},
		{"aliases", runtime, one("application.yml", "x: &x {tomcat: {accept-count: 8, max-connections: 9}}\nserver:\n  <<: *x\n  tomcat: {accept-count: 7}\n"), []string{
			"backlog 7 (application.yml:4 accept-count: 7)", "connections 9 (application.yml:1 max-connections: 9)"}},
	})
}

func TestSpringDefaults(t *testing.T) {
	app := loadOne(t, "spring-boot-tomcat@3.4", one("application.yml", "server.port: 8080\n"))
	if got := describe(app.KeepAlive) + ", " + describe(app.ShutdownTimeout); got != "1m0s (spring-boot 3.4 (Tomcat) default), 30s (spring-boot 3.4 (Tomcat) default)" {
		t.Error(got)
	}
	app = loadOne(t, "spring-boot-tomcat@3.2", one("application.yml", "server.shutdown: graceful\n"))
	if got := describe(app.ShutdownTimeout); got != "30s (Spring Boot default for graceful shutdown)" {
		t.Error(got)
	}
	app = loadOne(t, "undertow@2", one("application.yml", "server.undertow.no-request-timeout: 45s\n"))
	if got := describe(app.KeepAlive) + ", " + describe(app.MaxHeaderSize); got != "45s (application.yml:1 server.undertow.no-request-timeout: 45s), unknown" {
		t.Error(got)
	}
}

func TestSpringDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"65": 65 * time.Millisecond, "65s": 65 * time.Second, "2m": 2 * time.Minute, "1h": time.Hour, "1d": 24 * time.Hour,
		"500ms": 500 * time.Millisecond, "5us": 5 * time.Microsecond, "5NS": 5, "PT30S": 30 * time.Second, "p1dt1h": 25 * time.Hour, "0": 0,
	} {
		if got, ok := springDuration(s); !ok || got != int64(want) {
			t.Errorf("%s = %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "s", "1.5s", "-1s", "065", "1w", "P", "PT", "PT1.5S", "P1W", "999999999999999d", "1m30s"} {
		if got, ok := springDuration(s); ok {
			t.Errorf("%s = %d", s, got)
		}
	}
}
