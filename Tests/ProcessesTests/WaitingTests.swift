import Glibc
import Processes
import Testing

@Suite struct WaitingTests {
  private func seconds(_ body: () -> Void) -> Double {
    let start = monotonicSeconds()
    body()
    return monotonicSeconds() - start
  }

  @Test func aPauseLastsAsLongAsItIsToldTo() {
    let passed = seconds { #expect(!waitForAny([], atMost: 0.05)) }
    #expect((0.05..<1).contains(passed))
  }

  @Test func aPauseMayBeShorterThanAMillisecond() {
    var shortest = Double.infinity
    for _ in 0..<20 { shortest = min(shortest, seconds { waitForAny([], atMost: 0.0002) }) }
    #expect((0.0002..<0.001).contains(shortest))
  }

  @Test(arguments: [0, -1, -Double.infinity]) func noPauseIsNone(pause: Double) throws {
    let (one, other) = try Descriptor.socketPair()
    let passed = seconds { #expect(!waitForAny([Interest(one)], atMost: pause)) }
    #expect(passed < 1)
    _ = try other.write([])
  }

  @Test func anEndlessWaitEndsWhenThereIsSomethingToRead() throws {
    let (one, other) = try Descriptor.socketPair()
    try other.writeAll([1])
    #expect(waitForAny([Interest(one)], atMost: nil))
  }

  @Test func aDescriptorIsWaitedForUntilItTakesBytes() throws {
    let (one, other) = try Descriptor.socketPair()
    #expect(waitForAny([Interest(one, writing: true)], atMost: 0))
    try one.setNonBlocking()
    let block = [UInt8](repeating: 0, count: 1 << 16)
    while try one.write(block[...]) > 0 {}
    #expect(!waitForAny([Interest(one, writing: true)], atMost: 0.01))
    #expect(try other.read(atMost: 1 << 20)?.isEmpty == false)
  }

  @Test func theEndOfAStreamEndsTheWait() throws {
    let (one, other) = try Descriptor.socketPair()
    try endBoth(other)
    #expect(waitForAny([Interest(one)], atMost: 5))
    #expect(try one.read(atMost: 1) == [])
  }
}

/// On one thread: what a signal port blocks, it blocks for its thread.
@Suite struct SignalPortTests {
  @Test func signalsBecomeSomethingToRead() throws {
    let port = try SignalPort([SIGUSR1, SIGUSR2])
    #expect(port.receive() == [])
    #expect(!waitForAny([Interest(port.descriptor)], atMost: 0))
    raise(SIGUSR2)
    raise(SIGUSR1)
    raise(SIGUSR1)
    #expect(waitForAny([Interest(port.descriptor)], atMost: 0))
    #expect(port.receive().sorted() == [SIGUSR1, SIGUSR2])
    #expect(port.receive() == [])
  }
}
