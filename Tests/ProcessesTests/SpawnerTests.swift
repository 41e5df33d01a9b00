import Glibc
import Processes
import ProgramSupport
import Testing

@Suite struct SpawnerTests {
  @Test(arguments: [0, 1, 75, 255]) func anExitStatusIsPassedOn(status: Int) throws {
    let bench = try SpawnerBench()
    try bench.shell("a", "exit \(status)")
    guard case .started("a", let process)? = try bench.reply() else {
      Issue.record("it was not started")
      return
    }
    #expect(process > 1)
    #expect(try bench.reply() == .exited("a", status: status))
  }

  @Test(arguments: [9, 11, 15]) func aSignalIsPassedOn(signal: Int) throws {
    let bench = try SpawnerBench()
    try bench.shell("a", "kill -\(signal) $$")
    #expect(try bench.end() == .signalled("a", signal: signal))
  }

  @Test func whatCannotBeStartedIsSaidWithItsReason() throws {
    let bench = try SpawnerBench()
    let text = try bench.folder.write("text", "no program\n")
    try bench.spawn("missing", ["/no/such/program"])
    #expect(
      try bench.reply()
        == .notStarted(
          "missing", reason: "posix_spawn '/no/such/program': No such file or directory"))
    try bench.spawn("text", [text])
    #expect(
      try bench.reply() == .notStarted("text", reason: "posix_spawn '\(text)': Permission denied"))
    try bench.spawn("lost", ["/bin/true"], directory: "/no/such/folder")
    #expect(
      try bench.reply()
        == .notStarted("lost", reason: "chdir '/no/such/folder': No such file or directory"))
    try bench.shell("fine", "exit 3")
    #expect(try bench.end() == .exited("fine", status: 3))
  }

  /// An agent that was killed right after its order has left nobody who reads.
  @Test func aPipeThatNobodyReadsHoldsNothingUp() throws {
    let bench = try SpawnerBench()
    let path = bench.folder.file("unread")
    try makePipe(path)
    try bench.order("a", "/bin/true", ["true"], output: path)
    #expect(
      try bench.reply()
        == .notStarted("a", reason: "open '\(path)': No such device or address"))
    try bench.order("b", "/bin/true", ["true"], output: bench.folder.file("none"))
    #expect(
      try bench.reply()
        == .notStarted(
          "b", reason: "open '\(bench.folder.path)/none': No such file or directory"))
  }

  @Test func aProcessFindsWhatItWasOrderedWithAndNothingElse() throws {
    let bench = try SpawnerBench()
    let program = """
      import os, signal, sys
      print(sorted(set(os.environ) - {"LC_CTYPE"}), os.getcwd(), sys.argv[1:])
      print(sys.stdin.read() == "", os.getsid(0) == os.getpid() == os.getpgid(0))
      print(len(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
            [s.name for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
             if signal.getsignal(s) != signal.SIG_DFL])
      print([int(fd) for fd in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + fd)])
      print(os.get_blocking(1))
      """
    try bench.spawn(
      "a", [python(), "-c", program, "a b", "", "ä"], environment: ["ONE=1", "TWO=a=b"],
      directory: "/usr")
    // Python itself adds LC_CTYPE where no locale is set.
    #expect(bench.line("a") == "['ONE', 'RUNG_PROCESS', 'TWO'] /usr ['a b', '', 'ä']")
    #expect(bench.line("a") == "True True")
    #expect(bench.line("a") == "0 []")
    #expect(bench.line("a") == "[0, 1, 2]")
    #expect(bench.line("a") == "True")
    #expect(try bench.end() == .exited("a", status: 0))
  }

  @Test func aProcessIsBoundToItsCPUsAndTheNextOneIsNot() throws {
    let bench = try SpawnerBench()
    let all = usableCPUs()
    try #require(all.count > 1, "needs two CPUs")
    let program = [
      try python(), "-c",
      "import os; print(sorted(os.sched_getaffinity(0)), os.system('grep ^Cpus_allowed_list /proc/self/status'))",
    ]
    for cpu in all.suffix(2) {
      try bench.spawn("bound-\(cpu)", program, cpus: [cpu])
      // What the process starts is bound with it.
      #expect(bench.line("bound-\(cpu)") == "Cpus_allowed_list:\t\(cpu)")
      #expect(bench.line("bound-\(cpu)") == "[\(cpu)] 0")
      #expect(try bench.end() == .exited("bound-\(cpu)", status: 0))
    }
    try bench.spawn("free", program)
    _ = bench.line("free")
    #expect(bench.line("free") == "\(all) 0")
    #expect(try bench.end() == .exited("free", status: 0))
    try bench.spawn("nowhere", program, cpus: [1 << 17])
    #expect(
      try bench.reply()
        == .notStarted("nowhere", reason: "sched_setaffinity 'CPUs 131072': Invalid argument"))
    try bench.spawn("after", program)
    _ = bench.line("after")
    #expect(bench.line("after") == "\(all) 0")
  }

  @Test func aSignalReachesTheWholeGroup() throws {
    let bench = try SpawnerBench()
    try bench.shell("a", "sleep 60 & echo $!; trap 'echo heard; exit 4' TERM; wait")
    let child = bench.process("a")
    #expect(lives(child))
    try bench.signal("a", SIGTERM)
    #expect(bench.line("a") == "heard")
    #expect(try bench.end() == .exited("a", status: 4))
    #expect(isGone(child))
    try bench.signal("a", SIGTERM)
    try bench.signal("unknown", SIGTERM)
  }

  @Test func aProcessThatIgnoresSIGTERMIsKilled() throws {
    let bench = try SpawnerBench()
    try bench.shell("a", "trap '' TERM; echo ready; while :; do sleep 0.1; done")
    #expect(bench.line("a") == "ready")
    try bench.signal("a", SIGTERM)
    try bench.signal("a", SIGKILL)
    #expect(try bench.end() == .signalled("a", signal: 9))
  }

  @Test func theGroupEndsWithItsLeader() throws {
    let bench = try SpawnerBench()
    try bench.shell("a", "(trap '' TERM HUP; sleep 60) & echo $!; sleep 60 & echo $!; exit 5")
    let children = [bench.process("a"), bench.process("a")]
    #expect(try bench.end() == .exited("a", status: 5))
    for child in children { #expect(child > 1 && isGone(child)) }
  }

  @Test func whoLeftTheGroupEndsWithItsLeaderToo() throws {
    let bench = try SpawnerBench()
    try bench.shell(
      "a",
      """
      setsid sh -c 'echo $$; sleep 60 & echo $!; wait' &
      (setsid sh -c 'echo $$; exec sleep 60' &) ; sleep 0.3; kill -9 $$
      """)
    let strays = [bench.process("a"), bench.process("a"), bench.process("a")]
    #expect(try bench.end() == .signalled("a", signal: 9))
    for stray in strays { #expect(stray > 1 && isGone(stray)) }
  }

  /// Its environment is empty, so only the session tells whose it is.
  @Test func anOrphanOfAProcessThatRunsIsLeftAlone() throws {
    let bench = try SpawnerBench()
    try bench.shell(
      "a",
      """
      (env -i /bin/sh -c 'echo $$; exec sleep 60' &)
      (setsid sh -c 'echo $$; exec sleep 60' &)
      while :; do sleep 0.1; done
      """)
    let orphans = [bench.process("a"), bench.process("a")]
    for index in 0..<3 {
      try bench.shell("other-\(index)", "sleep 0.1")
      #expect(try bench.end() == .exited("other-\(index)", status: 0))
    }
    waitForAny([], atMost: 0.2)
    for orphan in orphans { #expect(orphan > 1 && lives(orphan)) }
    try bench.signal("a", SIGKILL)
    #expect(try bench.end() == .signalled("a", signal: 9))
    for orphan in orphans { #expect(isGone(orphan)) }
  }

  @Test func theEndOfTheChannelLeavesNothing() throws {
    let scratch = try TemporaryFolder()
    try makeFolder(scratch.file("deep"))
    try scratch.write("deep/file", "x")
    let bench = try SpawnerBench(scratch: [scratch.path])
    try bench.shell("a", "trap '' TERM INT HUP; echo $$; while :; do sleep 0.1; done")
    try bench.shell("b", "setsid sh -c 'echo $$; env -i sleep 61 & echo $!; wait' & sleep 60")
    try bench.shell("c", "(setsid sh -c 'trap \"\" TERM; echo $$; sleep 60; :' &); sleep 60")
    let processes = [
      bench.process("a"), bench.process("b"), bench.process("b"), bench.process("c"),
      Int(bench.companion.process),
    ]
    for process in processes { #expect(process > 1 && lives(process)) }
    // As after kill -9 of an agent: its end of the channel is closed by the kernel.
    try endBoth(bench.companion.channel.descriptor)
    for process in processes { #expect(isGone(process)) }
    #expect(!exists(scratch.path) && !exists(bench.folder.path))
  }

  @Test func aForkBombEndsWithItsLeader() throws {
    let bench = try SpawnerBench()
    try bench.shell(
      "a",
      """
      n=0; while [ $n -lt 60 ]; do (setsid sh -c 'sleep 60' &); n=$((n+1)); done
      echo $(pgrep -P $PPID | wc -l); exit 0
      """)
    #expect(bench.process("a") > 30)
    #expect(try bench.end() == .exited("a", status: 0))
    let spawner = Int(bench.companion.process)
    #expect(
      try holds(within: 10) {
        try runCommand(["pgrep", "-P", String(spawner)]).output.isEmpty
      })
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func aSpawnerOutlivesASignal(signal: Int32) throws {
    let bench = try SpawnerBench()
    try bench.shell("a", "echo ready; sleep 0.5; exit 6")
    #expect(bench.line("a") == "ready")
    kill(bench.companion.process, signal)
    #expect(try bench.end() == .exited("a", status: 6))
    try bench.shell("b", "exit 0")
    #expect(try bench.end() == .exited("b", status: 0))
  }
}
