import Coordination
import Processes
import ProgramSupport
import StudyModel
import Testing

@testable import Agents

/// Trials that are anything but well-behaved.
@Suite struct BadTrialTests {
  private func shell(_ text: String, _ change: (inout Study) -> Void = { _ in }) throws
    -> AgentBench
  {
    try AgentBench(command: ["sh", "-c", AgentBench.verbatim(text)], change)
  }

  @Test func printedReportsAreHeardAndNotAnswered() throws {
    let bench = try shell(
      """
      i=$RUNG_RESUME_FROM
      while [ $i -lt $RUNG_FIDELITY_UNTIL ]; do
        i=$((i+1)); echo $i > "$RUNG_CHECKPOINT_DIR/i"; echo "[rung] {\\"epoch\\": $i, \\"loss\\": -nan}"
      done
      echo '[rung]{"epoch": 9}'; echo ' [rung] {"epoch": 9}'; echo '[rung] {bad'
      """)
    let leg = try bench.start(0, until: 3)
    for epoch in 1...3 {
      let report = try bench.report(leg)
      #expect(report.epoch == epoch && !report.isAnswerable)
      #expect(report.value(of: "loss")?.isNaN == true)
    }
    let end = try bench.end(leg)
    #expect(end.outcome == .exited(status: 0) && end.keeping == 3)
    #expect(try bench.stored().entries.map(\.epoch) == [3])
    #expect(try bench.log().contains("(rung: not understood: not a JSON object of numbers)"))
  }

  @Test func theLastLineCountsWithoutItsNewlineToo() throws {
    let bench = try shell(#"printf '[rung] {"epoch": 1, "loss": 2}\n[rung] {"epoch": 2}'; exit 3"#)
    let leg = try bench.start(0, until: 3)
    #expect(try bench.report(leg).epoch == 1)
    #expect(try bench.report(leg).epoch == 2)
    let end = try bench.end(leg)
    #expect(end.outcome == .exited(status: 3) && end.lastLine == "[rung] {\"epoch\": 2}")
    #expect(try bench.log().hasSuffix("[0.1] [rung] {\"epoch\": 2}\n"))
  }

  @Test func exitsAndSignalsAreToldApart() throws {
    for (number, (text, outcome)) in [
      ("echo broken >&2; exit 1", LegEnd.Outcome.exited(status: 1)), ("exit 0", .exited(status: 0)),
      ("kill -9 $$", .signalled(9)), ("kill -11 $$", .signalled(11)),
    ].enumerated() {
      let bench = try shell(text)
      let leg = try bench.start(number, until: 3)
      let end = try bench.end(leg)
      #expect(end.outcome == outcome && end.keeping == nil)
      if number == 0 { #expect(end.lastLine == "broken") }
    }
  }

  @Test func aFailureKeepsNoCheckpoint() throws {
    let bench = try shell(
      #"echo x > "$RUNG_CHECKPOINT_DIR/x"; echo '[rung] {"epoch": 1, "loss": 1}'; exit 1"#)
    let leg = try bench.start(0, until: 3)
    #expect(try bench.end(leg).keeping == nil)
    try bench.serve(for: 0.1)
    #expect(try readFolder(bench.checkpoints) == [])
  }

  @Test func silenceEndsATrialAndAllItsProcesses() throws {
    let bench = try shell("setsid sleep 60 & echo $!; trap '' TERM; sleep 60; sleep 60") {
      $0.trial.silence = .seconds(1)
    }
    let leg = try bench.start(0, until: 3)
    let begin = monotonicSeconds()
    #expect(try bench.end(leg).outcome == .silent(seconds: 1))
    #expect((1..<6).contains(monotonicSeconds() - begin))
    let child = try #require(Int(try bench.log().dropFirst(6).dropLast()))
    #expect(holds(within: 5) { processStart(child) == nil })
  }

  @Test func aReportBreaksTheSilence() throws {
    let bench = try shell(
      #"for i in 1 2 3 4; do sleep 0.5; echo "[rung] {\"epoch\": $i, \"loss\": 1}"; done"#
    ) { $0.trial.silence = .seconds(1) }
    let leg = try bench.start(0, until: 4)
    #expect(try bench.end(leg).outcome == .exited(status: 0))
  }

  @Test func aTrialThatIgnoresItsStopIsEnded() throws {
    let bench = try AgentBench(
      command: AgentBench.program(
        """
        import signal, time, rung
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        trial = rung.trial()
        trial.report(1, loss=1)
        while True: time.sleep(0.1); trial.report(2, loss=1)
        """))
    let leg = try bench.start(0, until: 1)
    _ = try bench.report(leg)
    try bench.answer(leg, 1, .stop)
    let begin = monotonicSeconds()
    #expect(try bench.end(leg).outcome == .signalled(9))
    #expect((1.4..<8).contains(monotonicSeconds() - begin))
  }

  @Test func childrenLeftBehindAreGone() throws {
    let bench = try shell("(setsid sleep 60 & echo $!); sleep 60 & echo $!; exit 0")
    let leg = try bench.start(0, until: 3)
    #expect(try bench.end(leg).outcome == .exited(status: 0))
    let children = try bench.log().split(separator: "\n").compactMap {
      $0.split(separator: " ").last.flatMap { Int($0) }
    }
    #expect(children.count == 2)
    for child in children { #expect(holds(within: 5) { processStart(child) == nil }) }
  }

  @Test func fiftyMegabytesAreKeptInBounds() throws {
    let bench = try AgentBench(
      command: AgentBench.program(
        """
        import sys
        print("the beginning")
        for _ in range(500): sys.stdout.write(("x" * 999 + "\\n") * 100)
        print('[rung] {"epoch": 1, "loss": 1}')
        print("the end")
        """))
    let leg = try bench.start(0, until: 1)
    #expect(try bench.report(leg).epoch == 1)
    #expect(try bench.end(leg).lastLine == "the end")
    let log = try bench.log()
    #expect(log.utf8.count < 400_000)
    #expect(log.hasPrefix("[0.1] the beginning\n") && log.hasSuffix("[0.1] the end\n"))
    #expect(log.contains(" lines left out)\n"))
  }

  @Test func aLineOfTenMegabytesAndWhatIsNoTextAreGotOver() throws {
    let bench = try AgentBench(
      command: AgentBench.program(
        """
        import sys
        out = sys.stdout.buffer
        out.write(b"y" * 10_000_000 + b"\\n")
        out.write(bytes(range(256)) * 20 + b"\\n[rung] \\xff\\xfe{}\\n")
        out.write(b'[rung] {"epoch": 1, "loss": 1}\\n')
        out.flush()
        """))
    let leg = try bench.start(0, until: 1)
    #expect(try bench.report(leg).epoch == 1)
    #expect(try bench.end(leg).outcome == .exited(status: 0))
    let log = try readFile(bench.folder.file("study/s.rung/logs/node-0000.log"))
    #expect(log.count < 20_000)
    let text = String(decoding: log, as: UTF8.self)
    #expect(text.contains("[0.1] (rung: a line of more than 1 MiB was left out)\n"))
    #expect(text.contains("[0.1] (rung: not understood: "))
  }

  @Test func remarksAreKeptInBoundsToo() throws {
    let bench = try AgentBench(
      command: AgentBench.program("for i in range(30000): print('[rung] {bad json')"))
    let leg = try bench.start(0, until: 1)
    #expect(try bench.end(leg).outcome == .exited(status: 0))
    #expect(try bench.log().utf8.count < 600_000)
  }

  @Test func whatCannotBeStartedIsSaid() throws {
    let bench = try AgentBench(command: ["./none"])
    #expect(
      try bench.end(bench.start(0, until: 1)).outcome
        == .notStarted(reason: "no executable './none' on the trial's PATH"))
    let path = try bench.folder.write("study/none", "#!/no/such/interpreter\n")
    _ = try runCommand(["chmod", "+x", path])
    #expect(
      try bench.end(bench.start(0, attempt: 2, until: 1)).outcome
        == .notStarted(
          reason: "posix_spawn '\(bench.folder.file("study"))/./none': No such file or directory"))
    try bench.folder.write("study/none", "no program at all\n")
    #expect(
      try bench.end(bench.start(0, attempt: 3, until: 1)).outcome
        == .notStarted(
          reason: "posix_spawn '\(bench.folder.file("study"))/./none': Exec format error"))
    try bench.folder.write("study/none", "#!/bin/sh\nexit 4\n")
    #expect(
      try bench.end(bench.start(0, attempt: 4, until: 1)).outcome == .exited(status: 4))
  }

  @Test(arguments: [TrialSettings.Directory.study, .own])
  func aTrialRunsWhereTheStudySays(directory: TrialSettings.Directory) throws {
    let bench = try shell(
      "pwd -P; echo $RUNG_TRIAL_DIR; echo $TMPDIR; stat -c %a . \"$TMPDIR\" \"$RUNG_SOCKET\""
    ) { $0.trial.directory = directory }
    #expect(try bench.end(bench.start(0, until: 1)).outcome == .exited(status: 0))
    let lines = try bench.log().split(separator: "\n").map { String($0.dropFirst(6)) }
    let scratch = bench.agent.scratch
    #expect(lines[0] == (directory == .own ? scratch + "/legs/0.1" : bench.folder.file("study")))
    #expect(lines[1...2] == [scratch + "/legs/0.1", scratch + "/legs/0.1"])
    #expect(lines[3...] == ["700", "700", "755"] || lines[3...].prefix(2) == ["700", "700"])
    #expect(try FileStatus(of: scratch).mode == 0o700)
    #expect(
      try FileStatus(of: bench.folder.file("study/s.rung/logs/node-0000.log")).mode == 0o600)
  }

  @Test func theConfigurationIsAFileOfJSON() throws {
    let bench = try shell(#"cat "$RUNG_CONFIG""#)
    _ = try bench.end(bench.start(0, until: 1))
    #expect(try bench.log() == "[0.1] {\"rate\": 1.0, \"word\": \"ä \\\"b\\\"\"}\n")
  }

  @Test func anEndThatIsOrderedIsNoFailureOfTheTrial() throws {
    let bench = try shell("sleep 60")
    let leg = try bench.start(0, until: 1)
    try bench.began(leg)
    try bench.agent.perform(.perform(.end(leg, on: WorkerID(0))))
    #expect(try bench.end(leg).outcome == .endedByRung)
    // Late or unknown orders change nothing.
    try bench.agent.perform(.perform(.end(leg, on: WorkerID(0))))
    try bench.answer(leg, 1, .stop)
    try bench.answer(LegID(TrialID(9), attempt: 1), 1, .pause)
    try bench.serve(for: 0.05)
  }

  @Test func strangersAtTheSocketAreLeftOutside() throws {
    let bench = try AgentBench(
      command: AgentBench.program(
        """
        import os, socket, rung
        def say(*lines):
            s = socket.socket(socket.AF_UNIX); s.connect(os.environ["RUNG_SOCKET"])
            s.sendall(b"".join(line + b"\\n" for line in lines))
            return s
        kept = [say(b'{"trial": 5, "attempt": 1}', b'{"epoch": 1, "loss": 9}'),
                say(b'{"trial": 0, "attempt": 7}', b'{"epoch": 1, "loss": 9}'),
                say(b"rubbish"), say(b'{"epoch": 1, "loss": 9}'), say()]
        say().close()
        trial = rung.trial()
        other = say(b'{"trial": 0, "attempt": 1}', b'{"epoch": 1, "loss": 9}')
        for epoch in trial.epochs(): trial.report(epoch, loss=epoch)
        """))
    let leg = try bench.start(0, until: 2)
    for epoch in 1...2 {
      let report = try bench.report(leg)
      #expect(report.epoch == epoch && report.value(of: "loss") == Double(epoch))
    }
    try bench.answer(leg, 2, .complete)
    #expect(try bench.end(leg).outcome == .exited(status: 0))
    #expect(bench.events.allSatisfy { if case .reported = $0 { false } else { true } })
  }

  @Test func theEndOfAnAgentLeavesNothing() throws {
    let bench = try shell("trap '' TERM; setsid sleep 60 & echo $! $$; sleep 60; sleep 60")
    try bench.began(bench.start(0, until: 1))
    var processes: [Int] = []
    while processes.isEmpty {
      try bench.serve(for: 0.05)
      processes = try bench.log().split { " \n".contains($0) }.compactMap { Int($0) }
    }
    let scratch = bench.agent.scratch
    bench.agent.shutDown()
    #expect(processes.count == 2 && processes.allSatisfy { processStart($0) == nil })
    #expect(!exists(scratch))
  }
}
