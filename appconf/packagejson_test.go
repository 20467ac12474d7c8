package appconf

import "testing"

func TestPackageJSON(t *testing.T) {
	const manifest = "{\n  \"name\": \"shop\",\n  \"scripts\": {\n    \"start\": \"npm run serve\",\n    \"serve\": \"node --max-http-header-size=32768 index.js\",\n    \"loop\": \"npm run loop\"\n  }\n}\n"
	size := []string{`header size 32768 (package.json:5 --max-http-header-size=32768)`}
	with := func(name, text string) map[string]string {
		return map[string]string{"package.json": manifest, name: text}
	}
	checkDeclarations(t, []declarationCase{
		{"alone", "node@20", one("package.json", manifest), size},
		{"npm start", "node@20", with("Dockerfile", "FROM node:20\nCMD [\"npm\", \"start\"]\n"), size},
		{"npm run with options", "node@20", with("Procfile", "web: npm --silent run serve\n"), size},
		{"yarn", "node@20", with("Procfile", "web: yarn serve\n"), size},
		{"pnpm", "node@20", with("compose.yaml", "services:\n  api:\n    command: pnpm run serve\n"), size},
		{"behind a wrapper", "node@20", with("Dockerfile", "FROM node:20\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"npm\", \"run\", \"start\"]\n"), size},
		{"pnpm exec is no script", "node@20", with("Procfile", "web: pnpm exec node --max-http-header-size=1024 x.js\n"), []string{"header size 1024 (Procfile:1 --max-http-header-size=1024)"}},
		{"a script that runs itself", "node@20", with("Procfile", "web: npm run loop\n"), nil},
		{"arguments", "next", map[string]string{"package.json": "{\"scripts\": {\"start\": \"next start\"}}", "Procfile": "web: npm start -- --keepAliveTimeout 70000\n"},
			[]string{"keepalive 1m10s (Procfile:1 --keepAliveTimeout 70000)"}},
		{"not JSON", "node@20", one("package.json", "{\"scripts\": "), []string{`skip "": not valid JSON`}},
	})
}
