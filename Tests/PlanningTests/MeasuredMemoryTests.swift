import FoundationEssentials
import Simulation
import StudyModel
import Testing

@testable import Planning

/// What a plan makes of the memory that trials were measured to have.
@Suite struct MeasuredMemoryTests {
  /// A calibration as its file has it; figures of memory are left out where there are none.
  private func calibration(
    _ shapes: [(gpus: Double, host: Int?, device: Int?)]
  ) throws -> Calibration {
    let texts = shapes.map { shape in
      let host = shape.host.map { ", \"peakMemoryMiB\": \($0)" } ?? ""
      let device = shape.device.map { ", \"peakDeviceMemoryMiB\": \($0)" } ?? ""
      return """
        {"gpus": \(shape.gpus), "trials": 2, "epochs": 4, "epoch": 10, "deviation": 0\(host)\(device),
         "overheads": {"size": {"gpus": 1, "trialsPerGPU": 1}, "start": 0, "load": 0, "save": 0,
                       "end": 0, "store": 0, "decision": 0}}
        """
    }
    let text = """
      {"hosts": ["n0"], "date": "2026-11-29", "rung": "0", "command": ["true"], "site": "there",
       "shapes": [\(texts.joined(separator: ", "))],
       "model": {"start": 0, "save": 0, "load": 0, "queueWait": 0, "efficiency": {"points": []},
                 "sharing": {"points": []}, "fit": {"constant": 0, "linear": 0, "cubic": 0},
                 "proposal": {"constant": 0, "linear": 0, "cubic": 0}}}
      """
    return try JSONDecoder().decode(Calibration.self, from: Data(text.utf8))
  }

  private func measured(
    _ shapes: [(gpus: Double, host: Int?, device: Int?)]
  ) throws -> MeasuredMemory? { MeasuredMemory(try calibration(shapes)) }

  @Test func aCalibrationFromBeforeMemoryWasMeasuredIsReadAndSaysNothing() throws {
    #expect(try measured([(1, nil, nil)]) == nil)
    #expect(try calibration([(1, nil, nil)]).memoryPeaks(for: study().trial) == [])
  }

  @Test func theMeasuredPeakAndATenthBoundTheSlotsOfANode() throws {
    // Of 16,000 MiB on a node of 8 cores.
    for (peak, slots) in [(100, 8), (1_818, 8), (1_819, 7), (7_272, 2), (7_273, 1), (14_545, 1)] {
      let wish = PlanRequest(measured: try measured([(1, peak, nil)]))
      let plan = try plan(study(gpus: 0), at: site(), asking: wish)
      #expect(plan.slots == slots, "\(peak) MiB")
      #expect(plan.memory?.source == .measured && plan.memory?.peakMiB == peak)
    }
    // The margin alone keeps no trial from a node of its own.
    let most = PlanRequest(measured: try measured([(1, 16_000, nil)]))
    #expect(try plan(study(gpus: 0), at: site(), asking: most).slots == 1)
    let beyond = PlanRequest(measured: try measured([(1, 16_001, nil)]))
    let error = PlanError.measuredTooLarge(16_001, partition: "gpu", limit: 16_000)
    #expect(throws: error) { try plan(study(gpus: 0), at: site(), asking: beyond) }
    #expect(
      error.description == """
        trials were measured to have 16001MiB of memory, but a node of partition 'gpu' has 16000MiB; \
        make them smaller and measure again by 'rung calibrate', or name another partition
        """)
  }

  @Test func theStudysFigureCountsUnlessTrialsWereSeenToHaveMore() throws {
    let wish = PlanRequest(measured: try measured([(1, 3_000, nil)]))
    let generous = try plan(study(gpus: 0, memoryMiB: 4_000), at: site(), asking: wish)
    #expect(generous.slots == 4 && generous.memory?.source == .study)
    let tight = try plan(study(gpus: 0, memoryMiB: 3_000), at: site(), asking: wish)
    #expect(tight.slots == 5 && tight.memory?.source == .study)
    let wrong = try plan(study(gpus: 0, memoryMiB: 2_000), at: site(), asking: wish)
    #expect(wrong.slots == 4 && wrong.memory?.source == .measured && wrong.memory?.hostMiB == 3_300)
    #expect(try plan(study(gpus: 0), at: site(), asking: PlanRequest()).memory == nil)
    #expect(
      describe(wrong).hasSuffix(
        "\n\nMemory: 3300MiB for a process, a tenth more than the 3000MiB that were measured.\n"))
    #expect(describe(tight).hasSuffix("\n\nMemory: 3000MiB for a process, as the study says.\n"))
  }

  @Test func theNextSizeStandsForOneThatWasNotMeasured() throws {
    let measured = try #require(
      try measured([(0.25, 100, 4_000), (1, 200, 9_000), (4, 800, nil)]))
    func peaks(_ size: TrialSize) throws -> [Int?] {
      let trial = try study().resized(to: size).trial
      return [measured.hostMiB(for: trial), measured.deviceMiB(for: trial)]
    }
    #expect(try peaks(TrialSize(sharing: 8)) == [100, 4_000])
    #expect(try peaks(TrialSize(sharing: 4)) == [100, 4_000])
    #expect(try peaks(TrialSize(gpus: 1)) == [200, 9_000])
    #expect(try peaks(TrialSize(gpus: 16)) == [800, 9_000])
    var several = try study()
    several.trial.sizes = .chosen([.integer(1), .integer(2)])
    #expect(measured.hostMiB(for: several.trial) == 800, "the most of all sizes")
  }

  private func gpuSite() -> Site {
    var site = site()
    site.partitions[0].gpus?.memoryMiB = 40_000
    return site
  }

  @Test func sharesThatAGPUWouldNotHoldAreRefused() throws {
    let wish = PlanRequest(
      trialSize: TrialSize(sharing: 4), measured: try measured([(1, nil, 10_000)]))
    let error = PlanError.sharesTooLarge(
      trials: 4, each: 11_000, partition: "gpu", limit: 40_000)
    #expect(throws: error) { try plan(study(), at: gpuSite(), asking: wish) }
    #expect(
      error.description == """
        4 trials share a GPU, and by what was measured each needs 11000MiB of it, but a GPU of \
        partition 'gpu' has 40000MiB; ask for '--trial-gpus 0.33333' or more
        """)
    var smaller = wish
    smaller.trialSize = TrialSize(sharing: 3)
    let made = try plan(study(), at: gpuSite(), asking: smaller)
    #expect(made.deviceMemoryMiB == 40_000 && made.memory?.deviceMiB == 11_000)
    #expect(describe(made).hasSuffix("\n\nMemory: 11000MiB of a GPU for a trial, as measured.\n"))
    #expect(throws: Never.self) { try plan(study(), at: site(), asking: wish) }
  }

  @Test func aTableMarksSizesThatAreTooLargeAndSaysWhoSaysSo() throws {
    let study = try study(trials: 8)
    let stage = Stage(
      study: study, objective: BuiltInObjective(.curves, for: study, secondsPerEpoch: 20),
      machine: MachineModel(), seeds: 1)
    let wish = PlanRequest(measured: try measured([(1, 3_000, 12_000)]))
    let found = try compare(stage, at: gpuSite(), asking: wish)
    #expect(found.tooLarge.map(\.size) == [TrialSize(sharing: 8), TrialSize(sharing: 4)])
    #expect(found.tooLarge.map(\.neededMiB) == [105_600, 52_800])
    #expect(found.sizes.map(\.size.number) == [0.5, 1, 2, 4])
    // Four of 3,300 MiB fit on a node of 16,000, not the eight for which there are shares.
    #expect(found.sizes[0].trialsAtATime == 4)
    let lines = describe(found, source: "from a test").split(separator: "\n").map(String.init)
    #expect(lines[1].hasSuffix("  memory"), "\(lines)")
    #expect(lines[2].hasPrefix("       0.125  too large"))
    #expect(lines[2].hasSuffix("-  105600MiB of 40000MiB on a GPU"), "\(lines)")
    #expect(lines[4].hasSuffix(" 3300MiB, measured"), "\(lines)")
  }

  @Test func aCoordinatorCountsInSlotsOfItsRun() throws {
    let calibration = try calibration([(0.25, 100, 4_000), (1, 200, nil), (2, 300, nil)])
    var trial = try study().trial
    #expect(
      calibration.memoryPeaks(for: trial) == [
        MemoryPeak(gpus: 1, slots: 1, hostMiB: 200), MemoryPeak(gpus: 2, slots: 2, hostMiB: 300),
      ], "a quarter of a GPU is no slot of these")
    trial.trialsPerGPU = 4
    #expect(calibration.memoryPeaks(for: trial).map(\.slots) == [1, 4, 8])
    trial.trialsPerGPU = 2
    #expect(calibration.memoryPeaks(for: trial).map(\.slots) == [2, 4])
  }
}
