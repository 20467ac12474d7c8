package appconf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestLoadBalancers(t *testing.T) {
	c, err := ReadConfig(source.NewFile("/repo/tunelint.yaml", `hosts:
- load_balancers:
  - {name: edge, kind: aws-alb, idle_timeout: 120s}
  - {kind: gcp-external-alb}
  - {name: l4, kind: AWS-NLB, retry: {attempts: 2}}
  - {name: own, kind: generic-http, health_check: {path: /up, interval: 5s}}
  - {name: own4, kind: generic-tcp}
  - {name: odd, kind: aws-elb, idle_timeout: 5s}
  - {kind: traefik}
`))
	if err != nil {
		t.Fatal(err)
	}
	list, err := LoadBalancers(c.Hosts[0].LoadBalancers)
	want := []string{`8:17: unknown load balancer kind "aws-elb", did you mean "aws-alb"?`}
	if diff := cmp.Diff(want, configErrors(err)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, l := range list {
		h := l.HealthCheck
		got = append(got, strings.Join([]string{l.Name, l.Kind, string(rune('0' + l.Layer)), describe(l.IdleTimeout), describe(l.RequestTimeout),
			describe(h.Path), describe(h.Interval), describe(h.Timeout), describe(h.UnhealthyThreshold), describe(l.Retry.Attempts), describe(l.MaxHeaderSize)}, " | "))
	}
	wantList := []string{
		"edge | aws-alb | 7 | 2m0s (tunelint.yaml:3 idle_timeout: 120s) | 2m0s (tunelint.yaml:3 idle_timeout: 120s) | unknown | 30s (AWS ALB default) | 5s (AWS ALB default) | 2 (AWS ALB default) | unknown | 65536 (AWS ALB default, assumed)",
		"gcp-external-alb | gcp-external-alb | 7 | 10m0s (Google external ALB default) | 30s (Google external ALB default) | unknown | 5s (Google external ALB default, assumed) | 5s (Google external ALB default, assumed) | 2 (Google external ALB default, assumed) | unknown | 65536 (Google external ALB default, assumed)",
		"l4 | aws-nlb | 4 | 5m50s (AWS NLB default) | unknown | unknown | 30s (AWS NLB default, assumed) | 10s (AWS NLB default, assumed) | 2 (AWS NLB default, assumed) | 2 (tunelint.yaml:5 attempts: 2) | unknown",
		"own | generic-http | 7 | unknown | unknown | /up (tunelint.yaml:6 path: /up) | 5s (tunelint.yaml:6 interval: 5s) | unknown | unknown | unknown | unknown",
		"own4 | generic-tcp | 4 | unknown | unknown | unknown | unknown | unknown | unknown | unknown | unknown",
		"odd | aws-elb | 0 | 5s (tunelint.yaml:8 idle_timeout: 5s) | unknown | unknown | unknown | unknown | unknown | unknown | unknown",
		"traefik | traefik | 7 | 1m30s (Traefik default) | unknown | unknown | 30s (Traefik default) | 5s (Traefik default) | unknown | unknown | 1048576 (Traefik default)",
	}
	if diff := cmp.Diff(wantList, got); diff != "" {
		t.Error(diff)
	}
}
