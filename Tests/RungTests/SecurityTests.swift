import FoundationEssentials
import Glibc
import Processes
import ProgramSupport
import Testing

/// What a study opens, to whom, and what it reads as data.
@Suite struct SecurityTests {
  private static let study = """
    metric: {name: loss, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 3}
    parameters: {x: {min: 0.0, max: 1.0}}
    algorithm: asha
    trial: {command: [PYTHON, train.py], cpus: 1}
    stop: {trials: 6}
    """

  /// Notes its descriptors before anything else has opened one, and the permissions around its socket;
  /// ends when it may.
  private static let trial = """
    import os
    seen = [n for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")]
    import json, time, rung
    place = os.environ["RUNG_SOCKET"]
    modes = [os.stat(os.path.dirname(place)).st_mode & 0o777,
             os.stat(os.environ["RUNG_TRIAL_DIR"]).st_mode & 0o777]
    note = f"descriptors-{os.environ['RUNG_TRIAL']}"
    with open("." + note, "w") as file:
        json.dump({"descriptors": sorted(map(int, seen)), "modes": modes}, file)
    os.rename("." + note, note)
    trial = rung.trial()
    while not os.path.exists("go"): time.sleep(0.05)
    for epoch in trial.epochs():
        with open(os.path.join(trial.checkpoint_dir, "state"), "w") as file: file.write("x")
        trial.report(epoch, loss=trial.config["x"])
    """

  private struct Noted: Decodable {
    var descriptors: [Int]
    var modes: [Int]
  }

  private func noted(_ bench: ProgramBench) throws -> [Noted] {
    try namesInFolder(bench.folder.path).filter { $0.hasPrefix("descriptors-") }.map {
      try JSONDecoder().decode(Noted.self, from: Data(readFile(bench.folder.file($0))))
    }
  }

  private func descendants(of process: Int32) -> [Int32] {
    // A process may end while it is looked at.
    let list = (try? readFile("/proc/\(process)/task/\(process)/children")) ?? []
    let children = text(list).split(separator: " ").compactMap { Int32($0) }
    return children + children.flatMap { descendants(of: $0) }
  }

  /// The sockets of the Internet's protocols that processes hold, as the kernel's tables show them.
  private func ports(of processes: [Int32]) throws -> [String] {
    var held: Set<String> = []
    for process in processes {
      for number in namesInFolder("/proc/\(process)/fd") {
        // A descriptor may be closed while it is looked at.
        guard let target = try? readLink("/proc/\(process)/fd/\(number)") else { continue }
        if target.hasPrefix("socket:[") { held.insert(String(target.dropFirst(8).dropLast())) }
      }
    }
    try #require(!held.isEmpty, "companions have sockets between them")
    return try ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"].flatMap { table -> [String] in
      // Without IPv6 there is no such table.
      guard exists("/proc/net/\(table)") else { return [] }
      return text(try readFile("/proc/net/\(table)")).split(separator: "\n").dropFirst()
        .filter { line in
          let fields = line.split(separator: " ")
          return fields.count > 9 && held.contains(String(fields[9]))
        }.map { "\(table) \($0)" }
    }
  }

  @Test func aStudyOnOneMachineListensOnNoPort() throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    let process = try bench.startNoted(
      ["run", bench.study, "--slots", "2", "--quiet"], as: "run",
      under: ["sh", "-c", #"exec "$@" 7</etc/hosts 9>/dev/null"#, "sh"])
    #expect(try holds(within: 30) { try noted(bench).count == 2 }, "two trials are under way")
    let all = [process] + descendants(of: process)
    #expect(all.count >= 6, "the program, its companions, and two trials")
    #expect(try ports(of: all) == [])
    // A process that does listen is seen.
    _ = try runCommand([
      "/bin/sh", "-c",
      """
      '\(try python())' -c 'import socket, time
      s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); time.sleep(60)' \
      >/dev/null 2>&1 & echo $! >'\(bench.folder.file("listener"))'
      """,
    ])
    let listener = try #require(Int32(try bench.folder.read("listener").dropLast()))
    defer { kill(listener, SIGKILL) }
    #expect(try holds(within: 10) { try ports(of: all + [listener]).count == 1 })
    // The program was given two more descriptors, which its trials were not.
    #expect(try readLink("/proc/\(process)/fd/7") == "/etc/hosts")
    for noted in try noted(bench) { #expect(noted.descriptors == [0, 1, 2]) }
    try bench.folder.write("go", "")
    #expect(holds(within: 60) { bench.noted("run") == 0 })
  }

  @Test(arguments: ["0000", "0022", "0077"])
  func whateverTheUmaskFilesAreTheUsersAlone(mask: String) throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    try bench.folder.write("go", "")
    func run(_ arguments: String...) throws {
      _ = try bench.startNoted(
        arguments, as: "run", under: ["sh", "-c", #"umask \#(mask); exec "$@""#, "sh"])
      #expect(holds(within: 60) { bench.noted("run") != nil })
      #expect(bench.noted("run") == 0, "\(arguments)")
      removeAll(bench.folder.file("run.status"))
      removeAll(bench.folder.file("run.pid"))
    }
    try run("run", bench.study, "--slots", "2", "--quiet")
    try run("report", bench.directory)
    try run("best", bench.directory, "--checkpoint", bench.folder.file("winner"))
    try bench.folder.write("study.rung/stop.json", "{}")
    removeAll(bench.directory + "/stop.json")
    try run("stop", bench.directory)
    var count = 0
    func expectPrivate(_ path: String) throws {
      let status = try FileStatus(of: path)
      count += 1
      if status.kind == .folder {
        #expect(status.mode == 0o700, "\(path)")
        for name in try readFolder(path) { try expectPrivate("\(path)/\(name)") }
      } else {
        #expect(status.mode == 0o600, "\(path)")
      }
    }
    try expectPrivate(bench.directory)
    #expect(count >= 12, "folders, study, origin, journal, snapshot, container, log, report")
    #expect(try FileStatus(of: bench.folder.file("winner")).mode == 0o700)
    for noted in try noted(bench) { #expect(noted.modes == [0o700, 0o700]) }
  }

  /// What `rung check` came to, and what it took.
  private struct Checked {
    var status: Int
    var errors: String
    var mebibytes: Int
    /// Of a processor: the machine may have other things to do.
    var seconds: Int
  }

  private func check(_ file: String) throws -> Checked {
    let folder = try TemporaryFolder()
    let path = try folder.write("study.yaml", file)
    let result = try runCommand([
      try python(), "-c",
      """
      import resource, subprocess, sys
      run = subprocess.run(sys.argv[1:], cwd="\(folder.path)", timeout=300)
      used = resource.getrusage(resource.RUSAGE_CHILDREN)
      print(run.returncode, used.ru_maxrss // 1024, int(used.ru_utime + used.ru_stime))
      """, try rungProgram(), "check", path,
    ])
    let numbers = text(result.output).split(separator: "\n").last?.split(separator: " ")
    let words = numbers?.compactMap { Int($0) } ?? []
    try #require(words.count == 3, "\(text(result.errors))")
    #expect(namesInFolder(folder.path) == ["study.yaml"], "nothing was made")
    return Checked(
      status: words[0], errors: text(result.errors), mebibytes: words[1], seconds: words[2])
  }

  @Test(arguments: [
    "!!python/object/apply:os.system ['touch injected']", "!!python/name:os.system",
    "!ruby/object:Gem::Installer {}", "!<tag:yaml.org,2002:js/function> 'function () {}'",
    "!!binary aW5qZWN0ZWQ=", "!include /etc/passwd", "!!set {a, b}",
  ])
  func aTagMakesNothing(value: String) throws {
    for place in ["name: \(value)", "algorithm: \(value)", "points: \(value)"] {
      let checked = try check(
        """
        \(place)
        metric: {name: loss, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 3}
        parameters: {x: {min: 0.0, max: 1.0}}
        trial: {command: [sh, train.sh]}
        stop: {trials: 6}
        """)
      #expect(checked.status == 65)
      #expect(
        checked.errors.contains("does not fit here; write the value without a tag"),
        "\(checked.errors)")
    }
  }

  @Test func bombsAreRefusedInBoundedTimeAndMemory() throws {
    let letters = Array("abcdefghijklmnopqrstuvwxyz").map(String.init)
    let laughs = zip(letters, letters.dropFirst()).map { former, next in
      "\(next): &\(next) [\(Array(repeating: "*\(former)", count: 10).joined(separator: ", "))]"
    }
    let bombs = [
      "a: &a [lol, lol]\n" + laughs.joined(separator: "\n"),
      "a: &a [*a, *a]\n",
      String(repeating: "[", count: 300_000),
      String(repeating: "{a: ", count: 200_000),
      String(repeating: "- ", count: 300_000),
      "points: [" + String(repeating: "{x: 1}, ", count: 120_000) + "]\n",
      "name: " + String(repeating: "x", count: 1_000_000) + "\n",
      String(repeating: "x", count: 20 << 20),
      "a: " + String(repeating: "\"\\x", count: 200_000),
    ]
    for (number, bomb) in bombs.enumerated() {
      let checked = try check(bomb)
      #expect(checked.status == 65, "bomb \(number)")
      #expect(checked.mebibytes < 1024, "bomb \(number)")
      #expect(checked.seconds < 20, "bomb \(number)")
    }
  }
}
