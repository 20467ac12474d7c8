package trial

import "testing"

func TestVerdictOf(t *testing.T) {
	const end = "nginx: configuration file /a test failed\n"
	for said, want := range map[string]Verdict{
		"nginx: [warn] w in /a:1\nnginx: [emerg] unknown directive \"x\" in /a:2\n" + end:               {Kind: Broken, Complaint: `unknown directive "x"`, File: "/a", Line: 2},
		"2026/11/21 06:34:42 [emerg] 16638#16638: unknown directive \"x\" in /a b:2\n" + end:            {Kind: Broken, Complaint: `unknown directive "x"`, File: "/a b", Line: 2},
		"nginx: [alert] could not open error log file\nnginx: [emerg] no \"events\" section in\n" + end: {Kind: Broken, Complaint: `no "events" section in`},
		"nginx: the configuration file /a syntax is ok\nnginx: [emerg] mkdir() \"/x\" failed (13: Permission denied)\n" + end: {
			Kind: CannotTell, Complaint: `mkdir() "/x" failed (13: Permission denied)`, Syntax: true,
		},
		"nginx: invalid option: \"x\"\n": {Kind: Broken, Complaint: `invalid option: "x"`},
	} {
		if got := verdictOf(said, false); got != want {
			t.Errorf("%q: %+v", said, got)
		}
	}
	if got := verdictOf("nginx: the configuration file /a syntax is ok\n", true); got != (Verdict{Kind: OK, Syntax: true}) {
		t.Errorf("accepted: %+v", got)
	}
}
