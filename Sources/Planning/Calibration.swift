public import StudyModel

/// What was measured of a study's trials at one place: a site, or a machine without a batch system.
public struct Calibration: Hashable, Sendable, Codable {
  /// What was measured at one size of trials, in seconds where nothing else is said.
  public struct Shape: Hashable, Sendable, Codable {
    /// The GPUs of each trial.
    public var gpus: Double
    /// Trials that reported.
    public var trials: Int
    /// Epochs that were timed with as many trials on a GPU as the size allows.
    public var epochs: Int
    /// Seconds of an epoch; `nil` where none was timed.
    public var epoch: Double?
    /// Their standard deviation.
    public var deviation: Double
    /// What legs take beside.
    public var overheads: MachineModel.Overheads
    /// The largest memory of a process, with its children, in MiB; `nil` where it was not seen.
    public var peakMemoryMiB: Int?
    /// The largest memory of a trial on one GPU in MiB; `nil` where nobody looked.
    public var peakDeviceMemoryMiB: Int?
    /// The largest checkpoint in bytes; `nil` where there is none.
    public var checkpointBytes: Int?
  }

  /// The site's name; `nil` for the machine at hand.
  public var site: String?
  /// Where trials ran.
  public var hosts: [String]
  /// When, in ISO 8601.
  public var date: String
  /// The version of Rung.
  public var rung: String
  /// The trials' command.
  public var command: [String]
  /// By size, ascending.
  public var shapes: [Shape]
  /// How the machine takes its time.
  public var model: MachineModel

  /// What was measured; `nil` where no trial reported.
  ///
  /// - Parameters:
  ///   - timings: The measurements.
  ///   - study: The study.
  ///   - site: The site's name; `nil` for the machine at hand.
  ///   - date: When, in ISO 8601.
  ///   - version: Of Rung.
  ///   - setup: Seconds from a job's beginning until its agents were there; `nil` where it was none, or
  ///     they were not measured.
  public init?(
    _ timings: Timings, of study: Study, site: String?, date: String, version: String,
    setup: Double?
  ) {
    guard var model = timings.model else { return nil }
    model.setup = setup
    self.model = model
    self.site = site
    self.date = date
    hosts = timings.hosts
    rung = version
    command = study.trial.command
    shapes = timings.shapes.filter { $0.trials > 0 }.map { shape in
      Shape(
        gpus: shape.size.number, trials: shape.trials, epochs: shape.epoch.count,
        epoch: shape.epoch.mean, deviation: shape.epoch.deviation,
        overheads: timings.overheads(of: shape), peakMemoryMiB: shape.peakMemoryMiB,
        peakDeviceMemoryMiB: shape.peakDeviceMemoryMiB, checkpointBytes: shape.checkpointBytes)
    }
  }
}

/// The calibrations of a study, at most one for each place.
public struct Calibrations: Hashable, Sendable, Codable {
  /// The version of the file's format.
  public private(set) var format = 1
  /// In the order in which the places were first measured.
  public private(set) var places: [Calibration] = []

  /// None.
  public init() {}

  /// Takes a calibration up, in place of an older one of its place.
  public mutating func put(_ calibration: Calibration) {
    if let place = places.firstIndex(where: { $0.site == calibration.site }) {
      places[place] = calibration
    } else {
      places.append(calibration)
    }
  }

  /// The calibration of a place.
  ///
  /// - Parameter site: The site's name; `nil` for the machine at hand.
  public subscript(site: String?) -> Calibration? { places.first { $0.site == site } }
}

/// How a machine takes its time, and who says so.
public struct MachineModelChoice: Hashable, Sendable {
  /// Who says so.
  public enum Source: Hashable, Sendable {
    /// Trials that were measured at that date.
    case calibration(date: String)
    /// The study file.
    case study
    /// The site file.
    case site
  }

  /// The model.
  public var model: MachineModel
  /// Who says so.
  public var source: Source

  /// The model that holds for a study: what was measured, else the study's own, else the site's; `nil`
  /// where nothing says it.
  ///
  /// What trials do not tell is taken from the next of these: the queue, failures of nodes, the time of
  /// slow models. A calibration of another command than the study has now does not count.
  ///
  /// - Parameters:
  ///   - study: The study.
  ///   - site: The site; `nil` for the machine at hand.
  ///   - calibrations: What was measured of the study.
  public init?(for study: Study, at site: Site?, calibrations: Calibrations?) {
    let hints = study.machine ?? site?.machine
    if let measured = calibrations?[site?.name], measured.command == study.trial.command {
      model = measured.model
      if let hints {
        (model.queueWait, model.nodeFailure) = (hints.queueWait, hints.nodeFailure)
        (model.fit, model.proposal) = (hints.fit, hints.proposal)
      }
      source = .calibration(date: measured.date)
    } else if let hints {
      model = hints
      source = study.machine == nil ? .site : .study
    } else {
      return nil
    }
  }
}

extension MachineModelChoice: CustomStringConvertible {
  /// A clause, such as 'the machine's model is the study's'.
  public var description: String {
    switch source {
    case .calibration(let date): "the machine's model was measured on \(date.prefix(10))"
    case .study: "the machine's model is the study's"
    case .site: "the machine's model is the site's"
    }
  }
}
