package rules

import (
	"embed"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/lint"
)

// All returns every rule, sorted by name. A rule that is left out on purpose is
// named here with the reason.
func All() []*lint.Rule {
	return []*lint.Rule{
		declaredNowhere,
		declaredTwice,
		directLBIdle,
		headerTimeoutBelowKeepalive,
		keepaliveNotSupported,
		nothingStopsTheWork,
		protocolMismatch,
		runtimeDefaultAssumed,
		shutdownOrder,
		unitSlip,
		bodyLimitMismatch,
		bufferMemoryUnbounded,
		bufferingOffEverywhere,
		busyBuffersArithmetic,
		headerExceedsBuffer,
		headerLimitMismatch,
		appLimitBelowConnections,
		connectionsBelowWorkload,
		fdBudgetExceeded,
		limitsFileNotRead,
		limitsConfIgnored,
		limitsShadowed,
		limitsSyntax,
		rlimitAboveHard,
		softAboveHard,
		tasksOrNprocBelowApp,
		totalAboveFileMax,
		unitAboveNrOpen,
		unitLimitIgnored,
		forwardedMissing,
		hostNotForwarded,
		inheritedSetLost,
		limitKeyBehindLB,
		realipTrustsAll,
		bbrWithoutQdisc,
		belowDefault,
		buffersMaxBelowTriple,
		fileNotRead,
		finTimeoutMyth,
		harmfulValue,
		kernelInvalidValue,
		ipv6DisabledInUse,
		keepaliveTriple,
		loadersDisagree,
		moduleNotLoadedAtBoot,
		noEffectKey,
		notNamespaced,
		pmtuDiscoveryOff,
		removedKey,
		shadowedValue,
		swapAdvice,
		kernelSyntaxError,
		trailingComment,
		twReuseWithoutTimestamps,
		unknownKey,
		headerLimitSmaller,
		healthPathHeavy,
		healthSlowerThanFailures,
		healthTimeoutNotBelowInterval,
		initialDelayBelowStartup,
		retryOnEverything,
		anotherConfiguration,
		configNotLoaded,
		queueDiffers,
		sysctlNotLoaded,
		sysctlRaisedByHand,
		workerLimitDiffers,
		appExceedsLimit,
		autoWorkersInContainer,
		heapExceedsLimit,
		hostOvercommitted,
		jvmHeapByDefault,
		socketBuffersTooLarge,
		tcpMemTooSmall,
		badUpstreamServer,
		conflictingServerName,
		defaultServerImplicit,
		duplicateDirective,
		hashTooSmall,
		inactiveFile,
		includeLoop,
		includeMissing,
		invalidInUpstream,
		invalidParameter,
		invalidValue,
		misplacedDirective,
		needsNewerNginx,
		removedOrObsolete,
		syntaxError,
		twoBalancingMethods,
		undefinedReference,
		unknownDirective,
		unusedDefinition,
		wrongArgumentCount,
		backlogBelowBurst,
		backlogCapped,
		backlogDefaultBelowSomaxconn,
		clientPortLow,
		conntrackTooSmall,
		ephemeralPortsExhausted,
		portRangeOverlapsListen,
		synBacklogBelowListen,
		appKillsBeforeRead,
		callerGivesUpFirst,
		clientIdleBelowLB,
		connectAbove75s,
		connectSlowFailover,
		phpThreeWay,
		readBelowApp,
		reloadDropsIdle,
		sendBelowBody,
		shutdownBelowRequests,
		streamProxyTimeout,
		streamingBuffered,
		tcpKeepaliveAfterNAT,
		tcpKeepaliveInert,
		websocketCut,
		expiredIgnore,
		ignoreWithoutReason,
		notSettled,
		unknownRuleInIgnore,
		unreadableFile,
		unusedIgnore,
		appRefusesConnections,
		connectionUpgradeHardcoded,
		failTimeoutBelowStartup,
		fastcgiKeepConnMissing,
		idleFarBelowApp,
		idleOutlivesApp,
		keepaliveWithoutConnectionHeader,
		keepaliveWithoutHTTP11,
		literalAddressNoPool,
		localhostTwoFamilies,
		methodAfterKeepalive,
		nameResolvedOnce,
		noKeepalive,
		nonIdempotentRetried,
		passiveCheckCascade,
		poolExceedsApp,
		poolSmallerThanConcurrency,
		raceDisablesServers,
		requestsReachAppLimit,
		retriesExceedCaller,
		retrySettingsContradict,
		singleServerFailSettings,
		variableChangesURI,
		variableWithoutResolver,
		websocketNotUpgraded,
		zoneMissing,
	}
}

// docsSuppressing explains suppressions.
const docsSuppressing = "https://github.com/tunelint/tunelint/blob/main/docs/suppressing.md"

// docsWriting explains how fixes are put together and written.
const docsWriting = "https://github.com/tunelint/tunelint/blob/main/docs/writing.md"

//go:embed *.txtar
var archives embed.FS

// Example returns the first case of a rule's archive that has a finding: the
// files and what is found in them, for people to read.
func Example(name string) (string, error) {
	data, err := archives.ReadFile(strings.ReplaceAll(name, "/", "-") + ".txtar")
	if err != nil {
		return "", fmt.Errorf("read the cases of %s: %w", name, err)
	}
	files := txtar.Parse(data).Files
	var b strings.Builder
	for _, f := range files {
		dir, file, _ := strings.Cut(f.Name, "/")
		folder, _, _ := strings.Cut(file, "/")
		if dir == firstFinding(files) && folder != "fixed" && !strings.HasPrefix(folder, "fixed-") {
			fmt.Fprintf(&b, "-- %s --\n%s", file, f.Data)
		}
	}
	return b.String(), nil
}

func firstFinding(files []txtar.File) string {
	for _, f := range files {
		if dir, ok := strings.CutSuffix(f.Name, "/want"); ok && len(f.Data) > 0 {
			return dir
		}
	}
	return ""
}
