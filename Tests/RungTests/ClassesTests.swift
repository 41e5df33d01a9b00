import FoundationEssentials
import Processes
import ProgramSupport
import Testing

/// What the program says of plans with a component for each class of trials.
@Suite struct ClassesTests {
  private let folder: TemporaryFolder
  private let program: String

  init() throws {
    folder = try TemporaryFolder()
    program = try rungProgram()
    _ = try folder.write(
      "study.yaml",
      """
      name: sizes
      metric: {name: loss, goal: minimize}
      fidelity: {name: epoch, min: 1, max: 9}
      parameters: {x: {min: 0.0, max: 1.0}}
      algorithm: asha
      trial: {command: ["true"], gpus: [0, 1, 4], launch: ranks}
      model: {epoch: 30s}
      stop: {trials: 64}

      """)
    _ = try folder.write(
      "site.yaml",
      """
      summary: A cluster
      source: [its administrator]
      partitions:
        gpu: {nodes: 8, cores: 16, memory: 60GiB, gpus: {count: 4, vendor: nvidia, model: A100}, time: 24h}
        cpu: {nodes: 4, cores: 16, memory: 60GiB, time: 24h}
      workers: gpu
      coordinator: cpu

      """)
  }

  private func plan(
    _ options: String...
  ) throws -> (status: Int, output: String, errors: String) {
    let arguments = [program, "plan", "study.yaml", "--site", "./site.yaml"] + options
    let result = try runCommand(["env", "-u", "RUNG_SITE"] + arguments, in: folder.path)
    return (
      result.status, String(decoding: result.output, as: UTF8.self),
      String(decoding: result.errors, as: UTF8.self)
    )
  }

  @Test func aPlanSaysWhichSplitOfTheNodesIsFastest() throws {
    let told = try plan("--strategy", "hetjob", "--nodes", "5")
    try #require(told.status == 0, "\(told.errors)")
    #expect(told.output.contains("workers (GPUs a trial: 0)  cpu"))
    let prefix = "Fastest: '"
    let line = try #require(
      told.output.split(separator: "\n").first { $0.hasPrefix(prefix) })
    // What is named can be asked for.
    let options = line.dropFirst(prefix.count).dropLast(2).split(separator: " ").map(String.init)
    #expect(options.count { $0 == "--component" } >= 2)
    let arguments = [program, "plan", "study.yaml", "--site", "./site.yaml"] + options
    #expect(try runCommand(arguments, in: folder.path).status == 0)
    struct Told: Decodable {
      struct Splits: Decodable {
        var fastest: Int
        var splits: [Split]
      }
      struct Split: Decodable {
        var components: [Component]
        var rehearsal: Rehearsal
      }
      struct Component: Decodable {
        var sizes: String?
        var partition: String
        var nodes: Int
      }
      struct Rehearsal: Decodable { var run_time: Double }
      var components: [Component]
      var splits: Splits
    }
    let json = try plan("--strategy", "hetjob", "--nodes", "5", "--json")
    let made = try JSONDecoder().decode(Told.self, from: Data(json.output.utf8))
    #expect(made.components.map(\.sizes) == ["0", "1", "4"])
    #expect(made.components.map(\.partition) == ["cpu", "gpu", "gpu"])
    #expect(made.components.reduce(0) { $0 + $1.nodes } == 5)
    let times = made.splits.splits.map(\.rehearsal.run_time)
    #expect(times.count > 1 && times[made.splits.fastest] == times.min())
  }

  @Test func wishesThatAreNoneAreRefused() throws {
    for text in ["1", "1=", "1=a", "a=1", "2-1=1", "1=1@", "=1"] {
      let told = try plan("--component", text)
      #expect(told.status == 64, "\(told)")
      #expect(told.errors.contains("The value '\(text)' is invalid for '--component <component>'"))
    }
    let both = try plan("--component", "0-=1", "--nodes", "2")
    #expect(both.status == 64)
    #expect(
      both.errors.contains(
        "'--component' says the nodes of each class of trials; leave '--nodes' and '--gpus' out"))
    let missing = try plan("--component", "0=1", "--component", "1-2=1")
    #expect(missing.status == 65)
    #expect(
      missing.errors == "rung: no '--component' has trials of 4 GPUs; add '--component 4=N'\n")
  }

  @Test func inAPlainJobTrialsWithoutGPUsHoldSome() throws {
    let told = try plan("--nodes", "2")
    #expect(told.status == 0)
    #expect(told.errors.contains("where it holds a GPU that stands idle"))
  }
}
