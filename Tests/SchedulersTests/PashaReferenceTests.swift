import FoundationEssentials
import StudyModel
import Testing

@testable import Schedulers

/// PASHA beside Syne Tune's: `Tests/Peers/pasha_reference.py` recorded the runs and says how to read
/// them.
struct PashaReferenceTests {
  /// What happened next in a run.
  private enum Word {
    case started
    case resumed(TrialID, upTo: Budget)
    case reported(Report)
    case failed(TrialID)
  }

  private struct Report {
    var trial = TrialID(0)
    var epoch = Budget(1)
    var loss = 0.0
    /// Whether the trial pauses or has had its full budget.
    var isDecided = false
    var isComplete = false
    var largest: Budget?
    var threshold: Double?
  }

  private struct Run {
    let eta: Int
    let fidelity: Fidelity
    /// Whether trials are promoted as in the paper, so that every decision can be compared.
    let isPaper: Bool
    let words: [Word]

    /// Whether two trials have equal losses at a rung.
    var hasTies: Bool {
      var seen: Set<[Double]> = []
      for case .reported(let report) in words where report.isDecided {
        if !seen.insert([Double(report.epoch.epochs), report.loss]).inserted { return true }
      }
      return false
    }
  }

  private static func runs() throws -> [Run] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Goldens/pasha.txt")
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    return try text.split(separator: "\n").map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      let head = parts[0].split(separator: " ")
      let (eta, least, most) = (try int(head[0]), try int(head[1]), try int(head[2]))
      return Run(
        eta: eta,
        fidelity: Fidelity(name: "epoch", minimum: Budget(least), maximum: Budget(most)),
        isPaper: head[3] == "paper", words: try parts[1].split(separator: " ").map(word))
    }
  }

  private static func int(_ text: Substring) throws -> Int { try #require(Int(text)) }

  private static func word(_ text: Substring) throws -> Word {
    if text == "+" { return .started }
    if text.hasPrefix(">") {
      let parts = text.dropFirst().split(separator: ":")
      return .resumed(TrialID(try int(parts[0])), upTo: Budget(try int(parts[1])))
    }
    if text.hasSuffix("x") { return .failed(TrialID(try int(text.dropLast()))) }
    var report = Report()
    var rest = text
    func take(until marks: String) -> Substring {
      let part = rest.prefix { !marks.contains($0) }
      rest = rest[part.endIndex...]
      return part
    }
    report.trial = TrialID(try int(take(until: "@")))
    rest = rest.dropFirst()
    report.epoch = Budget(try int(take(until: "=")))
    rest = rest.dropFirst()
    report.loss = Double(try int(take(until: "pc^~"))) / 1000
    while let mark = rest.popFirst() {
      switch mark {
      case "p": report.isDecided = true
      case "c": (report.isDecided, report.isComplete) = (true, true)
      case "^": report.largest = Budget(try int(take(until: "~")))
      default: report.threshold = Double(String(take(until: "^")))
      }
    }
    return .reported(report)
  }

  @Test func theLargestBudgetAndTheThresholdFollowSyneTuneReportByReport() throws {
    var growths = 0
    var thresholds = 0
    for (number, run) in try Self.runs().enumerated() {
      var scheduler = ProgressiveHalving(rungs: run.fidelity.rungs(eta: run.eta), eta: run.eta)
      var largest = scheduler.currentMaximum
      var threshold = 0.0
      for case .reported(let report) in run.words {
        let (trial, loss, epoch) = (report.trial, Loss(report.loss), report.epoch)
        let event: SchedulerEvent =
          report.isDecided
          ? .reported(trial, loss, at: epoch) : .observed(trial, loss, at: epoch)
        let wasFull = scheduler.currentMaximum == run.fidelity.maximum
        _ = scheduler.absorb(event)
        if let known = report.threshold { threshold = known }
        if !wasFull {
          // It is estimated when it is needed: here it is asked for at each report.
          var settled = scheduler
          settled.settle()
          #expect(settled.threshold == threshold, "run \(number), \(report)")
          thresholds += report.threshold == nil ? 0 : 1
        }
        if let known = report.largest {
          largest = known
          growths += 1
        }
        #expect(scheduler.currentMaximum == largest, "run \(number), \(report)")
      }
    }
    #expect(growths > 100)
    #expect(thresholds > 100)
  }

  /// With the paper's rule put into Syne Tune, and with Syne Tune's own put into Rung; there without
  /// the runs in which two trials of a rung are equal, since Syne Tune promotes these in an order
  /// that is an accident of its sorted list, and up to where its quantile of a metric to maximise
  /// lies a rounding error beyond the entry that it falls on.
  @Test(arguments: [Schedule.Quantile.floor, .interpolated])
  func everyDecisionFollowsSyneTune(quantile: Schedule.Quantile) throws {
    var promotions = 0
    var roundings = 0
    runs: for (number, run) in try Self.runs().enumerated()
    where run.isPaper == (quantile == .floor) {
      if quantile == .interpolated, run.hasTies { continue }
      var scheduler = ProgressiveHalving(
        rungs: run.fidelity.rungs(eta: run.eta), eta: run.eta, quantile: quantile)
      var started = 0
      /// Where the trial that reported goes on without a pause.
      var goesOn: Decision?
      for word in run.words {
        switch word {
        case .reported(let report) where report.isDecided:
          let decision = scheduler.absorb(
            .reported(report.trial, Loss(report.loss), at: report.epoch))[0]
          if case .goOn(let trial, let budget) = decision {
            goesOn = .resume(trial, upTo: budget)
          } else {
            #expect(
              decision == (report.isComplete ? .complete(report.trial) : .pause(report.trial)),
              "run \(number), \(report)")
          }
        case .reported(let report):
          _ = scheduler.absorb(.observed(report.trial, Loss(report.loss), at: report.epoch))
        case .failed(let trial): _ = scheduler.absorb(.failed(trial))
        case .started, .resumed:
          let decisions =
            goesOn.map { [$0] } ?? scheduler.absorb(.slotFreed(next: TrialID(started)))
          goesOn = nil
          if case .resumed(let trial, let budget) = word {
            #expect(decisions == [.resume(trial, upTo: budget)], "run \(number)")
            promotions += 1
          } else {
            if quantile == .interpolated, case .resume = decisions.first {
              roundings += 1
              continue runs
            }
            let first = run.fidelity.minimum
            #expect(decisions == [.start(TrialID(started), upTo: first)], "run \(number)")
            started += 1
          }
        }
      }
    }
    #expect(promotions > (quantile == .floor ? 500 : 200))
    #expect(roundings <= 2)
  }
}
