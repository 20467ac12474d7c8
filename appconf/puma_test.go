package appconf

import "testing"

func TestPumaConf(t *testing.T) {
	checkDeclarations(t, []declarationCase{
		{"literals", "puma@6.4", one("puma.rb", `# workers 9
=begin
workers 8
=end
most = Integer(ENV.fetch("RAILS_MAX_THREADS") { 5 })
threads 1, most
workers ENV.fetch("WEB_CONCURRENCY", 2).to_i * 2
persistent_timeout(75) # seconds
worker_timeout 3_600 if ENV.fetch("RAILS_ENV", "production") == "development"
worker_shutdown_timeout 25
bind "tcp://0.0.0.0:9292?backlog=2048"
http_content_length_limit 1048576
before_fork do
  Thing.close
end
plugin :tmp_restart
`), []string{
			"backlog 2048 (puma.rb:11 bind \"tcp://0.0.0.0:9292?backlog=2048\")",
			"body 1048576 (puma.rb:12 http_content_length_limit 1048576)",
			"keepalive 1m15s (puma.rb:8 persistent_timeout(75))",
			"listen 0.0.0.0:9292",
			"shutdown 25s (puma.rb:10 worker_shutdown_timeout 25)",
			`skip "worker_timeout 3_600 if ENV.fetch(\"RAILS_ENV\", \"production\") == \"development\"": it is set under a condition`,
			"threads 5 (puma.rb:6 threads 1, most)",
			"workers 4 (puma.rb:7 workers ENV.fetch(\"WEB_CONCURRENCY\", 2).to_i * 2)",
		}},
		{"later wins", "puma@7", one("puma.rb", "workers 2\nworkers 3\n"), []string{"workers 3 (puma.rb:2 workers 3)"}},
		{"condition", "puma@7", one("puma.rb", "workers 2\nif ENV['X']\n  workers 3\nelse\n  threads 2\nend\n"), []string{
			`skip "threads 2": it is set under a condition`, `skip "workers 3": it is set under a condition`,
		}},
		{"condition in brackets", "puma@7", one("puma.rb", "configure {\n  workers 3\n}\n"), []string{"skip \"configure {\\n  workers 3\\n}\": it is set under a condition"}},
		{"a local name is no setting", "puma@7", one("puma.rb", "workers = 3\n"), nil},
		{"processors", "puma@7", one("puma.rb", "require 'etc'\nworkers Etc.nprocessors\n"), []string{`skip "workers Etc.nprocessors": computed value`}},
		{"auto", "puma@7", one("puma.rb", "workers :auto\n"), []string{`skip "workers :auto": not a number that is understood`}},
		{"variable without a value", "puma@7", one("puma.rb", "workers Integer(ENV['N'])\n"), []string{`skip "workers Integer(ENV['N'])": it has no value unless the environment gives one`}},
		{"or", "puma@7", one("puma.rb", "workers Integer(ENV['N'] || 4)\n"), []string{"workers 4 (puma.rb:1 workers Integer(ENV['N'] || 4))"}},
		{"text with code", "puma@7", one("puma.rb", "bind \"unix://#{dir}/a.sock\"\n"), []string{`skip "bind \"unix://#{dir}/a.sock\"": computed value`}},
		{"no keepalive", "puma@7", one("puma.rb", "enable_keep_alives false\n"), []string{"keepalive 0s (puma.rb:1 enable_keep_alives false)"}},
		{"requests of a connection", "puma@7", one("puma.rb", "max_keep_alive 100\n"), []string{"requests per connection 100 (puma.rb:1 max_keep_alive 100)"}},
		{"sockets that differ", "puma@7", one("puma.rb", "bind 'tcp://0.0.0.0:80?backlog=9'\nport 3000\n"), []string{
			"listen 0.0.0.0:80", "listen 3000", `skip "bind 'tcp://0.0.0.0:80?backlog=9'": another socket of the server does not set it`,
		}},
		{"by a program", "puma@7", one("puma.rb", "workers 2\ninstance_eval(text)\n"), []string{`skip "instance_eval": settings are made by a program`, "workers 2"}[:1]},
		{"a plugin", "puma@7", one("puma.rb", "plugin :heroku\n"), []string{`skip "plugin :heroku": a plugin may change settings`}},
		{"not closed", "puma@7", one("puma.rb", "workers 2\nif x\n"), []string{`skip "": Ruby that is not understood`}},
		{"forced stop", "puma@7", one("puma.rb", "force_shutdown_after 5\n"), []string{`skip "force_shutdown_after 5": force_shutdown_after is not evaluated`}},
	})
}

func TestPumaCommand(t *testing.T) {
	checkDeclarations(t, []declarationCase{
		{"over the file", "puma@7", map[string]string{"Procfile": "web: bundle exec puma -C config/puma.rb -w 3 -t 1:8\n", "puma.rb": "workers 2\npersistent_timeout 70\n"}, []string{
			"keepalive 1m10s (puma.rb:2 persistent_timeout 70)",
			"threads 8 (Procfile:1 -t 1:8)",
			"workers 3 (Procfile:1 -w 3)",
		}},
		{"another file", "puma@7", map[string]string{"Procfile": "web: puma -C other.rb\n", "puma.rb": "workers 2\n"}, []string{
			`skip "-C other.rb": the configuration file is not among the application's files`,
			"workers 2 (puma.rb:1 workers 2)",
		}},
		{"the file that Puma looks for", "puma@7", one("Procfile", "web: puma -w 3\n"), []string{
			`skip "puma -w 3": Puma reads config/puma.rb, which is not among the application's files`,
			"workers 3 (Procfile:1 -w 3)",
		}},
		{"no file", "puma@7", one("Procfile", "web: puma -C - -b tcp://127.0.0.1:9292?backlog=64 -b unix:///run/p.sock?backlog=64\n"), []string{
			"backlog 64 (Procfile:1 -b unix:///run/p.sock?backlog=64)", "listen 127.0.0.1:9292", "listen unix:/run/p.sock",
		}},
		{"variables", "puma@6.4", map[string]string{"compose.yml": "services:\n  api:\n    environment: {WEB_CONCURRENCY: 4, MAX_THREADS: 9, PUMA_PERSISTENT_TIMEOUT: 60}\n    command: puma\n", "puma.rb": "threads 2, 3\n"}, []string{
			`skip "PUMA_PERSISTENT_TIMEOUT: 60": whether this version of Puma reads the variable is not known`,
			"threads 3 (puma.rb:1 threads 2, 3)",
			"workers 4 (compose.yml:3 WEB_CONCURRENCY: 4)",
		}},
	})
}

func TestUnicorn(t *testing.T) {
	checkDeclarations(t, []declarationCase{
		{"file", "unicorn@6", map[string]string{"Procfile": "web: unicorn -c config/unicorn.rb\n", "unicorn.rb": "worker_processes 4\ntimeout 45\nlisten '/run/u.sock', :backlog => 64\nlisten 8080,\n  backlog: 64\n"}, []string{
			"backlog 64 (unicorn.rb:4 listen 8080,\n  backlog: 64)",
			"listen 8080", "listen unix:/run/u.sock",
			"request 45s (unicorn.rb:2 timeout 45)",
			"worker timeout 45s (unicorn.rb:2 timeout 45)",
			"workers 4 (unicorn.rb:1 worker_processes 4)",
		}},
		{"no such file", "unicorn@6", one("Procfile", "web: unicorn -c config/unicorn.rb\n"), []string{
			`skip "-c config/unicorn.rb": the configuration file is not among the application's files`,
		}},
	})
}
