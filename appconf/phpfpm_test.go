package appconf

import "testing"

func TestPools(t *testing.T) {
	const runtime = "php-fpm@8"
	checkDeclarations(t, []declarationCase{
		{"pool", runtime, map[string]string{"php-fpm.conf": "[global]\nprocess_control_timeout = 30s\ninclude=/etc/php/8.2/fpm/pool.d/*.conf\n", "pool.d/www.conf": `[www]
; listen = 9001
listen = /run/php/$pool.sock ; a comment
listen.backlog = 1024
pm = dynamic
pm.max_children = "20"
pm.max_requests = 500
request_terminate_timeout = 2m
php_admin_value[post_max_size] = 20M
`}, []string{
			"backlog 1024 (pool.d/www.conf:4 listen.backlog = 1024)",
			"body 20971520 (pool.d/www.conf:9 php_admin_value[post_max_size] = 20M)",
			"listen unix:/run/php/www.sock",
			"request 2m0s (pool.d/www.conf:8 request_terminate_timeout = 2m)",
			"shutdown 30s (php-fpm.conf:2 process_control_timeout = 30s)",
			"worker requests 500 (pool.d/www.conf:7 pm.max_requests = 500)",
			"workers 20 (pool.d/www.conf:6 pm.max_children = \"20\")",
		}},
		{"later files win", runtime, map[string]string{"zz-docker.conf": "[www]\nlisten = 9000\npm.max_children = 8\n", "www.conf": "[www]\nlisten = 127.0.0.1:9000\npm.max_children = 5\n"}, []string{
			"listen 9000", "workers 8 (zz-docker.conf:3 pm.max_children = 8)"}},
		{"the application's pool", runtime, one("pools.conf", "[api]\npm.max_children = 5\n[admin]\npm.max_children = 1\n"), []string{"workers 5 (pools.conf:2 pm.max_children = 5)"}},
		{"several pools", runtime, one("pools.conf", "[web]\npm.max_children = 5\n[admin]\npm.max_children = 1\n"), []string{`skip "": several pools: name the application like one of them: admin, web`}},
		{"include that is not read", runtime, one("php-fpm.conf", "include=pool.d/*.conf\n[www]\npm.max_children = 5\n"), []string{
			`skip "include=pool.d/*.conf": the files that it includes are not among the application's files`, "workers 5 (php-fpm.conf:3 pm.max_children = 5)"}},
		{"variable", runtime, one("www.conf", "[www]\npm.max_children = ${CHILDREN}\nlisten.backlog = -1\n"), []string{
			`skip "listen.backlog = -1": not a number that is understood`, `skip "pm.max_children = ${CHILDREN}": it depends on CHILDREN`}},
		{"no time limit", runtime, one("www.conf", "[www]\nrequest_terminate_timeout = 0\n"), nil},
		{"execution time is no wall time", runtime, map[string]string{"www.conf": "[www]\nphp_admin_value[max_execution_time] = 5\n", "php.ini": "max_execution_time = 9\nupload_max_filesize = 1M\n"}, []string{"compute 5s (www.conf:2 php_admin_value[max_execution_time] = 5)"}},
		{"execution time of php.ini", runtime, one("php.ini", "[PHP]\nmax_execution_time = 120\n"), []string{"compute 2m0s (php.ini:2 max_execution_time = 120)"}},
		{"no execution time", runtime, one("php.ini", "max_execution_time = 0\n"), nil},
		{"no execution time, less than 0", runtime, one("www.conf", "[www]\nphp_value[max_execution_time] = -1\n"), nil},
		{"execution time that is not known", runtime, one("www.conf", "[www]\nphp_value[max_execution_time] = ${LIMIT}\n"), []string{`skip "php_value[max_execution_time] = ${LIMIT}": it depends on LIMIT`}},
		{"php.ini", runtime, map[string]string{"php.ini": "[PHP]\npost_max_size = 8M ; per request\n", "conf.d/90-own.ini": "post_max_size=64m\n"}, []string{"body 67108864 (conf.d/90-own.ini:1 post_max_size=64m)"}},
		{"pool over php.ini", runtime, map[string]string{"php.ini": "post_max_size = 8M\n", "www.conf": "[www]\nphp_value[post_max_size] = 16M\n"}, []string{"body 16777216 (www.conf:2 php_value[post_max_size] = 16M)"}},
		{"no limit", runtime, one("php.ini", "post_max_size = 0\n"), []string{`skip "post_max_size = 0": not a number that is understood`}},
		{"of a path", runtime, one("php.ini", "[PATH=/srv/x]\npost_max_size = 1M\n"), nil},
		{"command", runtime, one("compose.yml", "services: {api: {command: php-fpm8.2 -F, stop_grace_period: 5s}}\n"), []string{"grace 5s (compose.yml:1 stop_grace_period: 5s)"}},
		{"command with options", runtime, one("compose.yml", "services: {api: {command: php-fpm -d post_max_size=5M, stop_grace_period: 5s}}\n"), []string{
			"grace 5s (compose.yml:1 stop_grace_period: 5s)", `skip "-d": the option is not understood`, `skip "post_max_size=5M": the option is not understood`}},
		{"no pool", runtime, one("php-fpm.conf", "[global]\npid = /run/x\n"), []string{`skip "": no pool in these files`}},
	})
}
