import Processes
import ProgramSupport
import Testing

@Suite struct LineChannelTests {
  private let channel: LineChannel
  private let peer: Descriptor

  init() throws {
    let (one, other) = try Descriptor.socketPair()
    channel = try LineChannel(one, limit: 10)
    peer = other
  }

  private func say(_ text: String) throws { try peer.writeAll(Array(text.utf8)) }

  private func heard() -> [String] {
    channel.receive().map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func aLineThatComesInPartsIsOneLine() throws {
    try say("ab")
    #expect(heard() == [])
    try say("cd\nef")
    #expect(heard() == ["abcd"])
    try say("\n\ngh\n")
    #expect(heard() == ["ef", "", "gh"])
    #expect(channel.droppedLines == 0)
  }

  @Test func linesAreHandedOutOneByOne() throws {
    try say("a\nb\nc")
    #expect(channel.receiveLine().map(Array.init) == Array("a".utf8))
    #expect(channel.receiveLine().map(Array.init) == Array("b".utf8))
    #expect(channel.receiveLine() == nil)
    try say("\n")
    #expect(channel.receiveLine().map(Array.init) == Array("c".utf8))
  }

  @Test func aLineOverTheLimitIsDroppedOnceHoweverItComes() throws {
    try say("0123456789\n0123456789A\nok\n")
    #expect(heard() == ["0123456789", "ok"])
    #expect(channel.droppedLines == 1)
    for piece in ["0123456789AB", "0123456789AB", "xyz", "0123456789AB", "\nnext\n"] {
      try say(piece)
      let lines = heard()
      #expect(lines == (piece.hasPrefix("\n") ? ["next"] : []))
    }
    #expect(channel.droppedLines == 2)
  }

  @Test func theEndOfTheStreamEndsTheLastLine() throws {
    let (one, other) = try Descriptor.socketPair()
    let channel = try LineChannel(one, limit: 10)
    do {
      let closing = other
      try closing.writeAll(Array("a\nlast".utf8))
      try endWriting(closing)
    }
    #expect(channel.receive().map(Array.init) == [Array("a".utf8), Array("last".utf8)])
    #expect(channel.isClosed && !channel.wantsToWrite)
    #expect(channel.receive() == [])
  }

  @Test func anEndInTheMiddleOfALongLineIsNoLine() throws {
    try say("0123456789ABCDEF")
    #expect(heard() == [])
    try say("tail")
    try endWriting(peer)
    #expect(heard() == [] && channel.isClosed && channel.droppedLines == 1)
  }

  @Test func anUnfinishedLineCanBeTaken() throws {
    try say("a\nunfinished"[...].prefix(9).description)
    #expect(heard() == ["a"])
    #expect(channel.takeUnfinishedLine().map(Array.init) == Array("unfinis".utf8))
    #expect(channel.takeUnfinishedLine() == nil)
    try say("0123456789ABCDEF")
    #expect(heard() == [] && channel.takeUnfinishedLine() == nil)
  }

  @Test func whatTheOtherSideDoesNotTakeIsKept() throws {
    let line = (0..<3_000_000).map { UInt8(33 + $0 % 90) }
    channel.send(line)
    channel.send(Array("end".utf8))
    #expect(channel.wantsToWrite)
    let reader = try LineChannel(peer)
    var lines: [[UInt8]] = []
    #expect(
      holds(within: 20) {
        channel.flush()
        lines += reader.receive().map(Array.init)
        return lines.count == 2
      })
    #expect(lines.first == line && lines.last == Array("end".utf8))
    #expect(!channel.wantsToWrite)
  }

  @Test func oneCallReadsNoMoreThanItsBudget() throws {
    for _ in 0..<100 { try say("12345\n") }
    #expect(channel.receive(budget: 30).count == 5)
    #expect(channel.receive().count == 95)
  }

  @Test func aPeerThatIsGoneIsTheEndOfTheStreamAndNoMore() throws {
    settleSignals()
    let (one, other) = try Descriptor.socketPair()
    let channel = try LineChannel(one)
    do {
      let closing = try LineChannel(other)
      closing.send(Array("farewell".utf8))
    }
    try endBoth(other)
    channel.send(Array("are you there".utf8))
    #expect(!channel.wantsToWrite)
    #expect(channel.receive().map(Array.init) == [Array("farewell".utf8)])
    #expect(channel.isClosed)
    channel.send(Array("still".utf8))
  }
}
