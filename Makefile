# Everything here is plain go; see CONTRIBUTING.md.

.PHONY: test bench fuzz agree generate

test:
	go vet ./...
	GORACE=atexit_sleep_ms=0 go test -race ./...

bench:
	go test -run '^$$' -bench . -benchmem ./...

# Every fuzz target for a while; FUZZTIME=10m for long.
FUZZTIME ?= 20s
fuzz:
	@for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done

# Damaged configurations judged by real nginx binaries and by tunelint; AGREE=50000 for more.
AGREE ?= 5000
agree:
	TUNELINT_AGREE=$(AGREE) go test -count 1 -timeout 0 -run '^TestAgreesWithNginx$$' -v ./nginxconf/verdict

generate:
	go generate ./...
