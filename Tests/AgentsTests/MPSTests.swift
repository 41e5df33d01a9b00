import Coordination
import Glibc
import Processes
import ProgramSupport
import StudyModel
import Testing

@testable import Agents

/// The keeper of NVIDIA's Multi-Process Service, with a stand-in for NVIDIA's program, which needs a GPU:
/// a daemon that puts itself into the background as that one does, with a server of its own.
@Suite struct MPSTests {
  private static let standIn = """
    import os, signal, sys, time
    pipes, log = os.environ["CUDA_MPS_PIPE_DIRECTORY"], os.environ["CUDA_MPS_LOG_DIRECTORY"] + "/control.log"
    mode = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "mode")).read().strip()
    notes = os.path.join(os.path.dirname(os.path.abspath(__file__)), "notes")
    def note(text):
        with open(notes, "a") as file: file.write(text + "\\n")
    pid_file = pipes + "/nvidia-cuda-mps-control.pid"
    if sys.argv[1:] == ["-d"]:
        if mode == "fails":
            with open(log, "w") as file: file.write("Starting\\nAn instance of this daemon is already running\\n")
            sys.exit(1)
        if os.fork():
            while not os.path.exists(pid_file): time.sleep(0.01)
            os._exit(0)
        os.setsid()
        if os.fork(): os._exit(0)
        server = os.fork()
        if not server:
            signal.signal(signal.SIGTERM, signal.SIG_IGN if mode == "deaf" else signal.SIG_DFL)
            time.sleep(120)
            os._exit(0)
        def end(*_):
            os.kill(server, signal.SIGTERM)
            os._exit(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN if mode == "deaf" else end)
        note("devices " + os.environ["CUDA_VISIBLE_DEVICES"])
        note("pids %d %d" % (os.getpid(), server))
        with open(pid_file + ".new", "w") as file: file.write(str(os.getpid()))
        os.rename(pid_file + ".new", pid_file)
        time.sleep(0.2 if mode == "short" else 120)
        end()
    for word in sys.stdin.read().split():
        pid = int(open(pid_file).read())
        os.kill(pid, 0)
        note(word)
        if word == "quit": os.kill(pid, signal.SIGTERM)
    """

  private let bench: TemporaryFolder
  private var notes: [String] {
    // Nothing is noted before the daemon is up.
    let text = (try? bench.read("bin/notes")) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  init() throws {
    settleSignals()
    bench = try TemporaryFolder()
    try makeFolder(bench.file("bin"))
    try setMode(bench.file("bin"), 0o755)
  }

  private func install(_ mode: String) throws {
    _ = try bench.write("bin/mode", mode)
    let path = try bench.write(
      "bin/nvidia-cuda-mps-control", "#!\(try python())\n" + Self.standIn + "\n")
    try setMode(path, 0o755)
    // Rung's own program, which finds the stand-in.
    let wrapper = try bench.write(
      "bin/rung", "#!/bin/sh\nPATH=\(bench.file("bin")):$PATH exec \(try rungProgram()) \"$@\"\n")
    try setMode(wrapper, 0o755)
  }

  private func line() throws -> MPSLine {
    try MPSLine(program: bench.file("bin/rung"), devices: ["GPU-1", "GPU-2"])
  }

  /// The daemon and its server.
  private func processes() throws -> [Int32] {
    try #require(notes.first { $0.hasPrefix("pids ") }).split(separator: " ").dropFirst()
      .compactMap { Int32($0) }
  }

  private func areGone(_ processes: [Int32]) -> Bool {
    holds(within: 10) { processes.allSatisfy { kill($0, 0) != 0 } }
  }

  @Test func theDaemonIsUpForItsDevicesAndEndsWhenAsked() throws {
    try install("well")
    let line = try line()
    #expect(notes.contains("devices GPU-1,GPU-2") && notes.contains("get_server_list"))
    let processes = try processes()
    #expect(processes.count == 2 && processes.allSatisfy { kill($0, 0) == 0 })
    #expect(try !line.hear())
    line.end()
    #expect(areGone(processes))
    #expect(notes.last == "quit")
    #expect(!exists(line.folder))
  }

  @Test func aDaemonThatDoesNotHearIsEnded() throws {
    try install("deaf")
    let line = try line()
    let processes = try processes()
    line.end()
    #expect(areGone(processes))
    #expect(!exists(line.folder))
  }

  /// As when the agent is killed: all that its keeper hears is that the channel is closed.
  @Test func theDaemonEndsWithItsAgent() throws {
    try install("well")
    var line: MPSLine? = try line()
    let folder = try #require(line?.folder)
    let processes = try processes()
    line = nil
    #expect(areGone(processes))
    #expect(holds(within: 10) { !exists(folder) })
  }

  @Test func aDaemonWhoseKeeperWasKilledIsEndedByTheAgent() throws {
    try install("well")
    let line = try line()
    let processes = try processes()
    let keeper = namesInFolder("/proc").first { name in
      // A process may end while it is looked at.
      let words = Int32(name).flatMap { _ in try? readFile("/proc/\(name)/cmdline") } ?? []
      let text = String(decoding: words, as: UTF8.self)
      return text.contains("mps\0\(line.folder)\0")
    }
    kill(try #require(keeper.flatMap { Int32($0) }), SIGKILL)
    #expect(try holds(within: 10) { try line.hear() })
    #expect(areGone([processes[0]]))
    // Its server is its own to end; nobody else knows of it.
    kill(processes[1], SIGKILL)
  }

  @Test func aDaemonThatEndsByItselfIsHeardOf() throws {
    try install("short")
    let line = try line()
    #expect(try holds(within: 10) { try line.hear() })
    #expect(try !line.hear(), "once")
    line.end()
    #expect(!exists(line.folder))
  }

  @Test func whatKeepsTheServiceFromStartingIsSaid() throws {
    try install("fails")
    #expect(
      throws: AgentError.noMPS(reason: "An instance of this daemon is already running")
    ) { try line() }
    removeAll(bench.file("bin/nvidia-cuda-mps-control"))
    #expect(throws: AgentError.companionEnded("MPS")) { try line() }
    #expect(
      MPSService.missing.description == """
        NVIDIA's Multi-Process Service, by which trials are to share GPUs, does not start: no \
        'nvidia-cuda-mps-control' is on the PATH of this node; write 'sharing: plain' in the site \
        file, or have it mended
        """)
  }

  @Test func trialsFindTheServiceAndTheirBounds() throws {
    try install("well")
    let program = """
      import json, os
      names = [name for name in os.environ if name.startswith("CUDA_")]
      with open("seen-" + os.environ["RUNG_TRIAL"], "w") as file:
          json.dump({name: os.environ[name] for name in sorted(names)}, file)
      """
    let agent = try AgentBench(
      command: AgentBench.program(program), slots: 4
    ) { study in
      study.trial.gpus = 1
      study.trial.trialsPerGPU = 2
      study.environment = EnvironmentSettings(
        variables: [.init(name: "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", value: "70")])
    } settings: { settings in
      settings.program = bench.file("bin/rung")
      settings.devices = ["GPU-1", "GPU-2"]
      settings.deviceVariable = "CUDA_VISIBLE_DEVICES"
      settings.mps = MPSService(shares: 2, memoryMiB: 40_000)
    }
    let leg = try agent.start(3, slot: 2, until: 1)
    _ = try agent.end(leg)
    let folder = try #require(agent.agent.mps?.folder)
    #expect(
      try agent.folder.read("study/seen-3") == """
        {"CUDA_MPS_ACTIVE_THREAD_PERCENTAGE": "70", "CUDA_MPS_LOG_DIRECTORY": "\(folder)/log", \
        "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT": "0=20000M,1=20000M", "CUDA_MPS_PIPE_DIRECTORY": \
        "\(folder)/pipe", "CUDA_VISIBLE_DEVICES": "GPU-2"}
        """)
    let processes = try processes()
    agent.agent.shutDown()
    #expect(areGone(processes))
  }

  @Test func aLargerTrialHasALargerPart() {
    let service = MPSService(shares: 8, memoryMiB: 80_000)
    func seen(_ slots: Int) -> [String?] {
      let variables = service.variables(slots: slots, devices: 1, in: "/f")
      return ["ACTIVE_THREAD_PERCENTAGE", "PINNED_DEVICE_MEM_LIMIT"].map {
        variables["CUDA_MPS_" + $0]
      }
    }
    #expect(seen(1) == ["25", "0=10000M"])
    #expect(seen(2) == ["50", "0=20000M"])
    #expect(seen(6) == ["100", "0=60000M"])
    #expect(seen(8) == [nil, nil])
    let unknown = MPSService(shares: 3, memoryMiB: nil).variables(slots: 1, devices: 1, in: "/f")
    #expect(unknown["CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"] == "66")
    #expect(unknown["CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"] == nil)
  }
}
