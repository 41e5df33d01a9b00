import Testing

@testable import Slurm

@Suite struct SlurmAnswerTests {
  private let record = JobRecord(
    id: JobID(rawValue: 18), leader: JobID(rawValue: 17), component: 1, name: "digits \"µ\"",
    partition: "gpu", state: JobState(rawValue: 1), reasonCode: 0, reason: "", nodes: ["n0", "n1"],
    submitTime: 1_700_000_000, startTime: 1_700_000_001, endTime: nil, timeLimitMinutes: 10,
    exitStatus: 0, signal: 0, restarts: 2)

  @Test func anAnswerIsReadAsItWasPrinted() throws {
    let jobs = SlurmAnswer.jobs(known: [record], unknown: [JobID(rawValue: 5)])
    let remaining = SlurmAnswer.remaining(seconds: 33, endTime: nil)
    let partition = SlurmAnswer.partition(
      PartitionRecord(
        name: "gpu", isUp: true, nodes: 4, idleNodes: 3, nodeLimit: nil, timeLimitMinutes: 60))
    for answer in [jobs, remaining, partition, .partition(nil)] {
      #expect(!answer.line.contains("\n"))
      #expect(try parseSlurmAnswer(answer.line + "\n", exitStatus: 0) == answer)
      #expect(try parseSlurmAnswer("slurm: a word\n" + answer.line, exitStatus: 0) == answer)
    }
  }

  @Test func anErrorComesThrough() {
    let error = SlurmError.call(function: "slurm_load_job", code: 2017, cause: "Invalid job id")
    #expect(throws: error) {
      try parseSlurmAnswer(SlurmAnswer.failure(error: error).line, exitStatus: 69)
    }
  }

  @Test(arguments: ["", "fatal: Unable to process configuration file\n", "{}", "{\"jobs\""])
  func noAnswerIsAnError(output: String) {
    #expect(throws: SlurmError.noAnswer(exitStatus: -14, printed: output)) {
      try parseSlurmAnswer(output, exitStatus: -14)
    }
  }

  @Test(arguments: [
    SlurmQuery.jobs([JobID(rawValue: 7)]), .remaining(JobID(rawValue: 9)), .partition("a b"),
  ])
  func aQueryIsReadFromItsArguments(query: SlurmQuery) {
    #expect(SlurmQuery(arguments: query.arguments) == query)
  }

  @Test(arguments: [
    [], ["jobs"], ["jobs", "x"], ["jobs", "0"], ["remaining", "1", "2"], ["jobs", "1_2"],
    ["nodes", "1"], ["partition"], ["partition", "a", "b"],
  ])
  func otherArgumentsAreNoQuery(arguments: [String]) {
    #expect(SlurmQuery(arguments: arguments) == nil)
  }

  @Test func theConfigurationIsLookedForWhereItMayBe() throws {
    let here = { (file: String) in file == "/etc/slurm/slurm.conf" }
    #expect(try findSlurmConfiguration([:], exists: here) == "/etc/slurm/slurm.conf")
    #expect(try findSlurmConfiguration(["SLURM_CONF_SERVER": "c:6817"]) { _ in false } == "c:6817")
    #expect(throws: SlurmError.notConfigured(searched: ["SLURM_CONF=/x"])) {
      try findSlurmConfiguration(["SLURM_CONF": "/x"], exists: here)
    }
    #expect(throws: SlurmError.notConfigured(searched: ["SLURM_CONF", "SLURM_CONF_SERVER", "/y"])) {
      try findSlurmConfiguration([:], places: ["/y"]) { _ in false }
    }
  }

  @Test func errorsSayWhatToDo() {
    #expect(
      SlurmError.notConfigured(searched: ["SLURM_CONF", "/y"]).description == """
        this machine has no configuration of Slurm (looked for SLURM_CONF, /y); go to a login \
        node, or set SLURM_CONF
        """)
    #expect(
      SlurmError.builtWithout.description == """
        this program was built without libslurm; build it with the package trait 'Slurm' on a \
        machine that has Slurm's development files
        """)
    #expect(
      SlurmError.noAnswer(exitStatus: 1, printed: "fatal").description
        == "the process that asked Slurm ended with 1 and without an answer: 'fatal'")
    #expect(
      SlurmError.call(function: "slurm_load_job", code: 1, cause: "no").description
        == "slurm_load_job failed with code 1: no")
    #expect(SlurmError.badQuery(words: "x").description == "'x' is no question to Slurm")
  }
}
