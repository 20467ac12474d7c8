package appconf

import "testing"

func TestHeapLimit(t *testing.T) {
	java := func(command, more string) map[string]string {
		return one("compose.yaml", "services:\n  api:\n    command: "+command+"\n    mem_limit: 512m\n"+more)
	}
	const limit = "memory 536870912 (compose.yaml:4 mem_limit: 512m)"
	checkDeclarations(t, []declarationCase{
		{"node", "node@20", one("Dockerfile", "FROM node:20\nCMD [\"node\", \"--max_old_space_size=300\", \"app.js\"]\n"),
			[]string{"heap 314572800 (Dockerfile:2 \"--max_old_space_size=300\")"}},
		{"variable of node", "node@20", one("Dockerfile", "FROM node:20\nENV NODE_OPTIONS=--max-old-space-size=$N\nCMD node app.js\n"),
			[]string{`skip "NODE_OPTIONS=--max-old-space-size=$N": it depends on the environment variable N`}},
		{"size", "spring-boot-tomcat@3", java("java -Xmx300m -jar app.jar", ""), []string{"heap 314572800 (compose.yaml:3 -Xmx300m)", limit}},
		{"size in bytes", "spring-boot-tomcat@3", java("java -Xmx1048576 -jar app.jar", ""), []string{"heap 1048576 (compose.yaml:3 -Xmx1048576)", limit}},
		{"share", "spring-boot-tomcat@3", java("java -XX:MaxRAMPercentage=50.5 -jar app.jar", ""), []string{"heap 268435456 (compose.yaml:3 -XX:MaxRAMPercentage=50.5)", limit}},
		{"default share", "spring-boot-tomcat@3", java("java -jar app.jar", ""), []string{limit}},
		{"size wins over share", "spring-boot-tomcat@3", java("java -Xmx100m -jar app.jar", "    environment: {JAVA_TOOL_OPTIONS: -XX:MaxRAMPercentage=70}\n"), []string{"heap 104857600 (compose.yaml:3 -Xmx100m)", limit}},
		{"option of the program", "spring-boot-tomcat@3", java("java -jar app.jar -Xmx100m", ""), []string{limit}},
		{"no limit to share", "spring-boot-tomcat@3", one("compose.yaml", "services:\n  api:\n    command: java -jar app.jar\n"), nil},
		{"not a size", "spring-boot-tomcat@3", java("java -Xmxlots -jar app.jar", ""), []string{limit, `skip "-Xmxlots": not a size`}},
		{"unknown variable", "spring-boot-tomcat@3", java("java -jar app.jar", "    environment: {JAVA_TOOL_OPTIONS: $OPTS}\n"), []string{limit}},
	})
}

func TestPHPMemoryLimit(t *testing.T) {
	const pool = "[www]\nlisten = 127.0.0.1:9000\n"
	const listen = "listen 127.0.0.1:9000"
	checkDeclarations(t, []declarationCase{
		{"pool", "php-fpm@8.3", one("www.conf", pool+"php_admin_value[memory_limit] = 128M\n"), []string{"heap 134217728 (www.conf:3 php_admin_value[memory_limit] = 128M)", listen}},
		{"php.ini", "php-fpm@8.3", one("php.ini", "memory_limit = 256M\n"), []string{"heap 268435456 (php.ini:1 memory_limit = 256M)"}},
		{"no limit", "php-fpm@8.3", one("php.ini", "memory_limit = -1\n"), []string{"heap 9223372036854775807 (php.ini:1 memory_limit = -1)"}},
		{"not a size", "php-fpm@8.3", one("php.ini", "memory_limit = lots\n"), []string{`skip "memory_limit = lots": not a number that is understood`}},
	})
}
