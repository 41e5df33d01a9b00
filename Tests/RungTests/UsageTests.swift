import FoundationEssentials
import Processes
import ProgramSupport
import Testing

struct UsageTests {
  private struct Status: Decodable {
    struct Device: Decodable {
      var host: String
      var device: String
      var seconds: Double
      var busy: Double
    }
    var devices: [Device]?
  }

  @Test func aStudySaysHowBusyItsNodeWas() throws {
    let bench = try ProgramBench(
      study: """
        metric: {name: value, goal: maximize}
        fidelity: {name: epoch, min: 1, max: 1}
        parameters: {x: {min: 0.0, max: 1.0}}
        algorithm: random
        trial: {command: [PYTHON, train.py]}
        stop: {trials: 1}
        """,
      trial: """
        import time
        import rung
        trial = rung.trial()
        begin = time.monotonic()
        while time.monotonic() - begin < 8:
            pass
        trial.report(1, value=1.0)
        """)
    let result = try bench.rung("run", bench.study, "--slots", "1", "--quiet")
    #expect(result.status == 0, "\(text(result.errors))")
    let output = try bench.rung("status", bench.directory, "--json").output
    let devices = try #require(try JSONDecoder().decode(Status.self, from: Data(output)).devices)
    let cores = try #require(devices.first { $0.device == "cores" })
    // The trial keeps one core busy, the last seconds of which are not told any more.
    #expect(cores.seconds > 3 && cores.busy > 0.5 / Double(usableCores()))
    let words = text(try bench.rung("status", bench.directory).output)
    #expect(words.contains("measured: ") && words.contains("cores "))
    #expect(try bench.rung("report", bench.directory).status == 0)
    let page = text(try readFile(bench.directory + "/report.html"))
    #expect(page.contains("\"device\":\"cores\""))
    // The course over time has its shares, not nulls alone.
    let course = try #require(page.firstRange(of: "\"cores\":["))
    #expect(page[course.upperBound...].prefix { $0 != "]" }.contains { $0.isNumber })
    #expect(try bench.rung("verify", bench.directory).status == 0)
  }
}
