import Slurm
import Testing

@Suite struct NodeListTests {
  @Test(arguments: [
    ("", []), ("(null)", []), ("n0", ["n0"]), ("n0,n1", ["n0", "n1"]),
    ("n[0-3,7],gpu-[001-010]x[1-2]", expected),
    ("[1-3]", ["1", "2", "3"]), ("n[08-11]", ["n08", "n09", "n10", "n11"]),
    ("n[9-10]", ["n9", "n10"]),
    ("r[1-2]n[01,03]-ib", ["r1n01-ib", "r1n03-ib", "r2n01-ib", "r2n03-ib"]),
    ("a-b.c_d", ["a-b.c_d"]), ("n0,n0", ["n0", "n0"]), ("n[5-5]", ["n5"]),
    ("n[0,000]", ["n0", "n000"]),
  ])
  func namesAreWrittenOut(list: String, names: [String]) throws {
    #expect(try expandNodeList(list) == names)
  }

  static let expected =
    ["n0", "n1", "n2", "n3", "n7"]
    + (1...10).flatMap { number in
      (1...2).map { "gpu-\(number < 10 ? "00" : "0")\(number)x\($0)" }
    }

  @Test(arguments: ["n[0-3", "n0-3]", "n[[0]]", "n[0]]", "n]0[", "]"])
  func bracketsMustMatch(list: String) {
    #expect(throws: NodeListError.unbalancedBrackets(list: list)) { try expandNodeList(list) }
  }

  @Test(arguments: [
    ("n[]", ""), ("n[1,]", ""), ("n[a]", "a"), ("n[3-1]", "3-1"), ("n[1-2-3]", "1-2-3"),
    ("n[-1]", "-1"), ("n[1-]", "1-"), ("n[99999999999999999999]", "99999999999999999999"),
    ("n[٣]", "٣"),
  ])
  func rangesMustBeNumbers(list: String, range: String) {
    #expect(throws: NodeListError.badRange(range, list: list)) { try expandNodeList(list) }
  }

  @Test(arguments: ["n[0-99999999]", "n[0-1023]x[0-1024]", "a[0-1048575],b[0-1]"])
  func noMachineHasThatManyNodes(list: String) {
    #expect(throws: NodeListError.tooLong(limit: 1 << 20, list: list)) {
      try expandNodeList(list)
    }
  }

  @Test func errorsSayWhatIsWrong() {
    #expect(
      NodeListError.badRange("3-1", list: "n[3-1]").description
        == "'3-1' in node list 'n[3-1]' is no range of numbers")
    #expect(
      NodeListError.unbalancedBrackets(list: "n[0").description
        == "the brackets of node list 'n[0' do not match")
    #expect(
      NodeListError.tooLong(limit: 5, list: "n").description
        == "node list 'n' stands for over 5 names")
  }

  @Test(arguments: [("", []), ("3,1", [3, 1]), ("72(x2),36", [72, 72, 36]), ("4", [4])])
  func countsAreWrittenOut(list: String, counts: [Int]) throws {
    #expect(try expandCounts(list) == counts)
  }

  @Test(arguments: ["a", "3(x)", "3(x0)", "3(x2", "(x2)", "3(2)", "3(x99999999)"])
  func countsMustBeNumbers(list: String) {
    #expect(throws: NodeListError.badRange(list, list: list)) { try expandCounts(list) }
  }
}
