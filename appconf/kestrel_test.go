package appconf

import (
	"testing"
	"time"
)

func TestAppSettings(t *testing.T) {
	const runtime = "kestrel@8"
	const settings = `{
  // comments are allowed
  "Kestrel": {
    "Endpoints": { "Http": { "Url": "http://*:5000" } },
    "Limits": { "KeepAliveTimeout": "00:02:10", "MaxRequestBodySize": 10485760, /* as is */ "MaxConcurrentConnections": null, },
  },
}
`
	const bind = "builder.Services.Configure<KestrelServerOptions>(builder.Configuration.GetSection(\"Kestrel\"));\n"
	const unbound = "Kestrel takes limits from its configuration only where the program binds the section Kestrel to KestrelServerOptions"
	checkDeclarations(t, []declarationCase{
		{"not bound", runtime, one("appsettings.json", settings), []string{
			"listen 5000",
			`skip "\"KeepAliveTimeout\": \"00:02:10\"": ` + unbound,
			`skip "\"MaxConcurrentConnections\": null": ` + unbound,
			`skip "\"MaxRequestBodySize\": 10485760": ` + unbound,
		}},
		{"bound", runtime, map[string]string{"appsettings.json": settings, "Program.cs": bind}, []string{
			`body 10485760 (appsettings.json:5 "MaxRequestBodySize": 10485760)`,
			`keepalive 2m10s (appsettings.json:5 "KeepAliveTimeout": "00:02:10")`,
			"listen 5000",
			`skip "\"MaxConcurrentConnections\": null": not a number that is understood`,
		}},
		{"bound in a comment", runtime, map[string]string{"appsettings.json": `{"Kestrel:Limits:KeepAliveTimeout": "00:01:00"}`, "Program.cs": "// " + bind}, []string{
			`skip "\"Kestrel:Limits:KeepAliveTimeout\": \"00:01:00\"": ` + unbound}},
		{"days", runtime, map[string]string{"appsettings.json": `{"kestrel":{"limits":{"keepAliveTimeout":"130"}}}`, "Program.cs": bind}, []string{
			`keepalive 3120h0m0s (appsettings.json:1 "keepAliveTimeout":"130")`}},
		{"environment not known", runtime, map[string]string{"appsettings.Production.json": `{"Kestrel":{"Limits":{"KeepAliveTimeout":"00:01:00"}}}`, "Program.cs": bind}, []string{
			`skip "\"KeepAliveTimeout\":\"00:01:00\"": it counts in the environment Production, and whether that is the one is not known`}},
		{"environment", runtime, map[string]string{
			"appsettings.json":            `{"Kestrel":{"Limits":{"KeepAliveTimeout":"00:01:00"}}}`,
			"appsettings.Staging.json":    `{"Kestrel":{"Limits":{"KeepAliveTimeout":"00:02:00"}}}`,
			"appsettings.Production.json": `{"Kestrel":{"Limits":{"KeepAliveTimeout":"00:03:00"}}}`,
			"Program.cs":                  bind,
			"compose.yml":                 "services: {api: {environment: {DOTNET_ENVIRONMENT: Staging}, stop_grace_period: 30s}}\n",
		}, []string{
			"grace 30s (compose.yml:1 stop_grace_period: 30s)",
			`keepalive 2m0s (appsettings.Staging.json:1 "KeepAliveTimeout":"00:02:00")`,
		}},
		{"variable wins", runtime, map[string]string{
			"appsettings.json": `{"Kestrel":{"Limits":{"KeepAliveTimeout":"00:01:00"}}}`,
			"Program.cs":       bind,
			"compose.yml":      "services: {api: {environment: {Kestrel__Limits__KeepAliveTimeout: '00:05:00'}, stop_grace_period: 30s}}\n",
		}, []string{
			"grace 30s (compose.yml:1 stop_grace_period: 30s)",
			"keepalive 5m0s (compose.yml:1 Kestrel__Limits__KeepAliveTimeout: '00:05:00')",
		}},
		{"command", runtime, one("Procfile", "web: dotnet bin/Shop.dll\n"), nil},
		{"command with settings", runtime, one("Procfile", "web: dotnet bin/Shop.dll --Kestrel:Limits:KeepAliveTimeout=00:01:00\n"), []string{`skip "--Kestrel:Limits:KeepAliveTimeout=00:01:00": the option is not understood`}},
		{"program", runtime, map[string]string{"appsettings.json": settings, "Program.cs": "o.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);\n" + bind}, []string{
			`body 10485760 (appsettings.json:5 "MaxRequestBodySize": 10485760)`,
			"listen 5000",
			`skip "KeepAliveTimeout": the program sets it, and C# is not evaluated`,
			`skip "\"MaxConcurrentConnections\": null": not a number that is understood`,
		}},
		{"broken", runtime, one("appsettings.json", "{"), []string{`skip "": not valid JSON`}},
	})
	app := loadOne(t, runtime, one("appsettings.json", "{}"))
	if got := describe(app.KeepAlive); got != "2m10s (kestrel 8 default)" {
		t.Error(got)
	}
}

func TestTimeSpan(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"00:02:10": 130 * time.Second, "0:2": 2 * time.Minute, "1.00:00:01": 24*time.Hour + time.Second, "00:00:00.5": 500 * time.Millisecond, "2": 48 * time.Hour,
	} {
		if got, ok := readTimeSpan(s); !ok || got != int64(want) {
			t.Errorf("%s = %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "00:00:00", "24:00:00", "00:60", "130s", "-1", "00:02:10:00"} {
		if got, ok := readTimeSpan(s); ok {
			t.Errorf("%s = %d", s, got)
		}
	}
}
