package verdict

import "github.com/tunelint/tunelint/nginxconf"

var processSetters = []setter{
	{"thread_pool", nginxconf.InMain, checkThreadPool},
	{"worker_cpu_affinity", nginxconf.InMain, checkAffinity},
}

var threadPoolValues = []parameterValue{
	{prefix: "threads=", reads: aCount, refusal: `invalid threads value "%s"`},
	{prefix: "max_queue=", reads: aNumber, refusal: `invalid max_queue value "%s"`},
}

func checkThreadPool(s *statement) { s.parameterValues(1, threadPoolValues) }

// checkAffinity reads masks of zeros and ones from the right.
func checkAffinity(s *statement) {
	first := 0
	if s.Arg(0) == "auto" && s.judge.version.Since("1.9.10") {
		first = 1
		if len(s.Args) > 2 {
			s.refuseAs(WrongArgumentCount, -1, `invalid number of arguments in "%s" directive`, s.Name)
			return
		}
	}
	for i := first; i < len(s.Args); i++ {
		mask := s.Args[i].Text
		for k := len(mask) - 1; k >= 0; k-- {
			if c := mask[k]; c != '0' && c != '1' && c != ' ' {
				s.refuseWord(i, `invalid character "%s" in "worker_cpu_affinity"`, mask[k:k+1])
				return
			}
		}
	}
}
