import ArgumentParser
import Campaigns
import Processes
import StudyModel

/// A process that makes runs for `rung campaign run`.
struct BenchmarkWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark-worker", abstract: "Make runs of a benchmark.", shouldDisplay: false)

  @Argument(help: "The campaign file.") var file: String

  func run() throws {
    // Its parent has said what there is to be said of the files.
    Notes.silence()
    let channel = try LineChannel(Descriptor(owning: Companion.descriptor))
    let campaign = try CampaignFile(file)
    guard case .benchmark(let benchmark) = campaign.campaign else {
      throw Failure(.wrongFile, "\(file): its kind has changed meanwhile; run it again")
    }
    var worker = try BenchmarkWorker(BenchmarkFolder(benchmark, of: campaign, file))
    while true {
      waitForAny([Interest(channel.descriptor, writing: channel.wantsToWrite)], atMost: nil)
      channel.flush()
      for point in try channel.receive(BenchmarkPoint.self) {
        var answer: BenchmarkWorker.Answer
        do { answer = try worker.make(point) } catch {
          let reason = Failure(describing: error)?.message ?? "\(error)"
          answer = BenchmarkWorker.Answer(failure: reason)
        }
        try channel.send(answer)
      }
      if channel.isClosed { return }
    }
  }
}
