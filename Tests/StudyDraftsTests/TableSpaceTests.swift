import StudyDrafts
import StudyFiles
import StudyModel
import Testing

struct TableSpaceTests {
  /// The space of a table, given as lines of a header and rows.
  private func space(_ lines: String...) throws -> TableSpace {
    let rows = lines.map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return try TableSpace(
      header: rows[0], rowCount: rows.count - 1, texts: { column in rows[1...].map { $0[column] } })
  }

  /// The study of its text, read again as a user's would be.
  private func study(on space: TableSpace) throws -> Study {
    try readStudy(space.studyText(file: "curves.csv", from: "a table"), file: "study.yaml").value
  }

  @Test func theStudyIsReadAgainAsItWasMeant() throws {
    let space = try space(
      "id,width,rate,on,opt imizer,val_loss_1,val_loss_2,test_loss_2,seconds_1,seconds_2",
      "0,8,0.001,True,sgd,2,1,1,5,5", "1,64,0.1,False,\"no\",3,1,1,5,6")
    let study = try study(on: space)
    #expect(study.metric == Metric(name: "val_loss", goal: .minimize))
    #expect(study.fidelity.maximum == Budget(2))
    #expect(
      study.table
        == {
          var table = space.table
          table.file = "curves.csv"
          return table
        }())
    #expect(study.table?.time == .seconds("seconds_{epoch}"))
    #expect(study.table?.parameters == ["opt_imizer": "opt imizer"])
    #expect(study.space.parameters == space.parameters)
    #expect(
      study.space.parameters.map(\.domain) == [
        .ordinal([.integer(8), .integer(64)]), .ordinal([.real(0.001), .real(0.1)]),
        .categorical([.truth(false), .truth(true)]),
        .categorical([.word("\"no\""), .word("sgd")]),
      ])
  }

  /// Thirteen different numbers, more than are listed.
  private func rangeOf(_ values: [String]) throws -> Parameter.Domain {
    let rows = values.map { "\($0),1,2" }
    let header = "x,acc_1,acc_2"
    let cells = ([header] + rows).map { $0.split(separator: ",").map(String.init) }
    let space = try TableSpace(
      header: cells[0], rowCount: rows.count, texts: { column in cells[1...].map { $0[column] } })
    return try #require(try study(on: space).space.parameters.first).domain
  }

  @Test func manyNumbersBecomeARange() throws {
    #expect(
      try rangeOf((1...13).map { "\($0)" }) == .integer(low: 1, high: 13, step: 1, log: false))
    #expect(
      try rangeOf((0...12).map { "\(1 << $0)" })
        == .integer(low: 1, high: 4096, step: 1, log: true))
    #expect(
      try rangeOf((0...12).map { "0.\(10 + $0)" })
        == .real(low: 0.1, high: 0.22, step: nil, log: false))
    #expect(
      try rangeOf((0...12).map { "1e-\($0)" }) == .real(low: 1e-12, high: 1, step: nil, log: true))
    // A code is no number.
    let codes = (0...12).map { "0\($0)" }
    #expect(try rangeOf(codes) == .categorical(codes.sorted().map(ParameterValue.word)))
  }

  @Test func aCurveIsFoundByWhatItsNameSaysAndElseByItsLength() throws {
    let validated = try space(
      "train_acc_1,train_acc_2,train_acc_3,valid_acc_1,valid_acc_2", "1,1,1,2,2")
    #expect(validated.table.metrics == ["valid_acc_{epoch}"])
    let levels = try space("val_acc_12ep,val_acc_200ep_run1,seconds_per_epoch", "1,2,3")
    #expect(levels.epochs == [12])
    #expect(levels.table.metrics == ["val_acc_{epoch}ep"])
    #expect(levels.table.time == .secondsPerStep("seconds_per_epoch"))
    let nameless = try space("layers,ep_0,ep_1,ep_2,ep_3", "1,9,8,7,6", "2,5,4,3,2")
    #expect(nameless.metric == Metric(name: "ep", goal: .minimize))
    #expect(nameless.epochs == [1, 2, 3])
    #expect(nameless.notes.contains { $0.hasPrefix("that 'ep' is better when it falls") })
    // Settings that end in numbers are no curve.
    let settings = try space("beta1,beta2,loss_1,loss_2", "0.9,0.99,2,1", "0.8,0.9,2,1")
    #expect(settings.parameters.map(\.name) == ["beta1", "beta2"])
  }

  @Test func aTableWithoutCurvesOrRowsIsNone() {
    #expect(throws: TableSpace.Failure.noRow) { try space("acc_1,acc_2") }
    #expect(throws: TableSpace.Failure.noCurve(columns: ["a", "b"])) { try space("a,b", "1,2") }
  }
}
