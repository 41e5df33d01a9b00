import Processes
import ProgramSupport
import Testing

/// `rung verify` over studies that ran, and over what may befall their files.
@Suite struct VerifyTests {
  /// A study that has ended, with checkpoints.
  private func bench() throws -> ProgramBench {
    let bench = try ProgramBench(
      study: """
        metric: {name: value, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {x: {min: 0.0, max: 1.0}}
        algorithm: {name: asha, eta: 3}
        trial: {command: [PYTHON, train.py]}
        stop: {trials: 9}
        seed: 2
        """,
      trial: """
        import os, rung
        trial = rung.trial()
        for epoch in trial.epochs():
            with open(os.path.join(trial.checkpoint_dir, "state"), "w") as file:
                file.write(f"epoch {epoch} " * 1000)
            trial.report(epoch, value=trial.config["x"] + 1 / epoch)
        """)
    let run = try bench.rung("run", bench.study, "--slots", "3", "--quiet")
    #expect(run.status == 0, "\(text(run.errors))")
    return bench
  }

  private func verify(_ bench: ProgramBench) throws -> (status: Int, output: String) {
    let result = try bench.rung("verify", bench.directory)
    return (Int(result.status), text(result.output))
  }

  /// Changes a byte wherever the file has this content; `false` if it has it nowhere.
  private func damage(_ content: String, in path: String) throws -> Bool {
    var bytes = try readFile(path)
    let places = bytes.ranges(of: Array(content.utf8))
    for place in places { bytes[place.lowerBound] ^= 1 }
    try writeFile(path, bytes)
    return !places.isEmpty
  }

  @Test func aSoundStudyIsSaidToBeSo() throws {
    let bench = try bench()
    let (status, output) = try verify(bench)
    #expect(status == 0, "\(output)")
    #expect(output.contains(", replayed: every decision as recorded\n"))
    #expect(output.contains("snapshot: the same as the replay\n"))
    #expect(output.contains(", all read back\n"))
    #expect(!output.contains("checkpoints: 0 "))
    let json = try bench.rung("verify", bench.directory, "--json")
    #expect(text(json.output).contains("\"sound\" : true"))
    #expect(try verify(bench).output == output)
  }

  @Test func theWinnersCheckpointBeforeIsGivenOutWhereTheLastIsDamaged() throws {
    let bench = try bench()
    let winner = bench.folder.file("winner")
    let whole = try bench.rung("best", bench.directory, "--checkpoint", winner)
    #expect(text(whole.output).contains("checkpoint of epoch 9: "))
    // One file may hold the checkpoints of both epochs: the content is damaged, not the file removed.
    let folder = bench.directory + "/checkpoints"
    let damaged = try namesInFolder(folder).filter { name in
      try damage("epoch 9 epoch 9", in: "\(folder)/\(name)")
    }
    try #require(!damaged.isEmpty)
    removeAll(winner)
    let former = try bench.rung("best", bench.directory, "--checkpoint", winner)
    #expect(former.status == 0, "\(text(former.errors))")
    #expect(text(former.output).contains("checkpoint of epoch 3: "))
    #expect(text(former.errors).contains("this is the checkpoint before, of epoch 3"))
    #expect(namesInFolder(winner) == ["state"])
  }

  @Test func withoutASnapshotTheJournalIsEnough() throws {
    let bench = try bench()
    removeAll(bench.directory + "/study.h5")
    let (status, output) = try verify(bench)
    #expect(status == 0, "\(output)")
    #expect(output.contains("snapshot: none"))
    try writeFile(bench.directory + "/study.h5", Array("no HDF5".utf8))
    let damaged = try verify(bench)
    #expect(damaged.status == 0)
    #expect(damaged.output.contains("snapshot: cannot be read"), "\(damaged.output)")
  }

  @Test func aDamagedCheckpointIsNamed() throws {
    let bench = try bench()
    let folder = bench.directory + "/checkpoints"
    let name = try #require(namesInFolder(folder).sorted().first)
    try #require(try damage("epoch ", in: "\(folder)/\(name)"), "no content in \(name)")
    let (status, output) = try verify(bench)
    #expect(status == 65)
    #expect(output.contains("\(folder)/\(name)' is damaged"), "\(output)")
    let json = text(try bench.rung("verify", bench.directory, "--json").output)
    #expect(json.contains("\"sound\" : false") && json.contains("\"attempt\" : "))
    removeAll("\(folder)/\(name)")
    #expect(try verify(bench).output.contains("it is missing"))
  }

  @Test func anotherStudyFileDecidesOtherwise() throws {
    let bench = try bench()
    let file = bench.directory + "/study.yaml"
    let old = text(try readFile(file))
    removeAll(file)
    try writeFile(file, Array(old.split(separator: "eta: 3").joined(separator: "eta: 2").utf8))
    let (status, output) = try verify(bench)
    #expect(status == 65)
    #expect(output.contains("/journal/0001.jsonl:"), "\(output)")
    #expect(output.contains("the first decision that differs"))
    #expect(output.contains("snapshot: not the same as the replay"))
  }

  @Test func aFileThatNobodyKnowsIsNoDamage() throws {
    let bench = try bench()
    try writeFile(bench.directory + "/checkpoints/stray.h5", [1, 2, 3])
    let (status, output) = try verify(bench)
    #expect(status == 0)
    #expect(output.contains("not in the journal, deleted by a next run: "))
  }
}
