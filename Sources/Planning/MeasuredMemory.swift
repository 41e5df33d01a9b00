public import StudyModel

/// What trials of each size were measured to need of memory at a place.
public struct MeasuredMemory: Hashable, Sendable {
  /// What was measured at one size.
  struct Shape: Hashable, Sendable {
    var size: TrialSize
    var hostMiB: Int?
    var deviceMiB: Int?
  }

  /// By size, ascending.
  let shapes: [Shape]

  /// What a calibration says; `nil` where it says nothing of memory.
  public init?(_ calibration: Calibration) {
    shapes = calibration.shapes.compactMap { shape in
      guard let size = TrialSize(shape.gpus),
        shape.peakMemoryMiB != nil || shape.peakDeviceMemoryMiB != nil
      else { return nil }
      return Shape(
        size: size, hostMiB: shape.peakMemoryMiB, deviceMiB: shape.peakDeviceMemoryMiB)
    }
    if shapes.isEmpty { return nil }
  }

  /// The largest memory of one process on its node, in MiB.
  ///
  /// - Parameter trial: What a trial is.
  /// - Returns: Of trials of this size, else of the size next to it by the ratio of the two, the smaller of
  ///   two; of all sizes the most where trials differ in it; `nil` where nothing was measured.
  func hostMiB(for trial: TrialSettings) -> Int? { peak(\.hostMiB, for: trial) }

  /// The largest memory of a trial on one GPU, in MiB, found alike.
  func deviceMiB(for trial: TrialSettings) -> Int? { peak(\.deviceMiB, for: trial) }

  private func peak(_ kind: KeyPath<Shape, Int?>, for trial: TrialSettings) -> Int? {
    let known = shapes.filter { $0[keyPath: kind] != nil }
    guard trial.sizes == nil, trial.gpus > 0 else {
      return known.compactMap { $0[keyPath: kind] }.max()
    }
    let size =
      trial.trialsPerGPU > 1
      ? TrialSize(sharing: trial.trialsPerGPU) : TrialSize(gpus: trial.gpus)
    return known.min { size.distance(to: $0.size) < size.distance(to: $1.size) }?[keyPath: kind]
  }
}

extension MemoryFigure {
  /// What holds for a study's trials: what the study says, unless a trial was seen to have more; else what
  /// was measured.
  ///
  /// - Parameters:
  ///   - trial: What a trial needs.
  ///   - measured: What was measured; `nil` for nothing.
  init(for trial: TrialSettings, measured: MeasuredMemory?) {
    self.init()
    // Programs of a trial that have nodes of their own are steps, whose memory nobody sees.
    let peak = trial.parts.isEmpty ? measured?.hostMiB(for: trial) : nil
    deviceMiB = measured?.deviceMiB(for: trial).map { NodeMemory.need(ofPeak: $0) }
    if let peak, peak > trial.memoryMiB ?? 0 {
      (hostMiB, peakMiB, source) = (NodeMemory.need(ofPeak: peak), peak, .measured)
    } else if let memory = trial.memoryMiB {
      (hostMiB, source) = (memory, .study)
    }
  }

  /// Whether nobody says anything.
  var isEmpty: Bool { source == nil && deviceMiB == nil }
}

extension MemoryFigure {
  /// A line for people; `nil` where nobody says anything.
  var sentence: String? {
    var parts: [String] = []
    if let hostMiB, let source {
      let reason =
        source == .measured
        ? "a tenth more than the \(memoryText(peakMiB ?? hostMiB)) that were measured"
        : "as the study says"
      parts.append("\(memoryText(hostMiB)) for a process, \(reason)")
    }
    if let deviceMiB { parts.append("\(memoryText(deviceMiB)) of a GPU for a trial, as measured") }
    return parts.isEmpty ? nil : "Memory: \(parts.joined(separator: "; "))."
  }
}

extension MemoryFigure: CustomStringConvertible {
  /// Such as `500MiB, measured`; `-` where nobody says.
  public var description: String {
    guard let hostMiB, let source else { return "-" }
    return "\(memoryText(hostMiB)), \(source.rawValue)"
  }
}

extension Calibration {
  /// What was measured of memory, as a coordinator counts it.
  ///
  /// - Parameter trial: What a trial needs in that run.
  /// - Returns: Of each size that is a whole number of its slots.
  public func memoryPeaks(for trial: TrialSettings) -> [MemoryPeak] {
    shapes.compactMap { shape in
      guard let size = TrialSize(shape.gpus),
        shape.peakMemoryMiB != nil || shape.peakDeviceMemoryMiB != nil
      else { return nil }
      let shares = trial.trialsPerGPU
      guard size.trialsPerGPU == 1 || shares % size.trialsPerGPU == 0 else { return nil }
      return MemoryPeak(
        gpus: trial.gpus > 0 ? size.number : 0,
        slots: size.trialsPerGPU > 1 ? shares / size.trialsPerGPU : max(1, size.gpus) * shares,
        hostMiB: shape.peakMemoryMiB, deviceMiB: shape.peakDeviceMemoryMiB)
    }
  }
}
