import ArgumentParser
import StudyModel

/// The GPUs of each trial, on the command line.
struct TrialSizeOption: ParsableArguments {
  @Option(help: "GPUs of each trial in this run, such as 4 or 0.25, instead of the study's.")
  var trialGpus: Double?

  func validate() throws {
    if let trialGpus, TrialSize(trialGpus).map({ $0.gpus == 0 }) ?? true {
      throw ValidationError(
        "'--trial-gpus \(trialGpus)' is neither a whole number from 1 nor a share such as 0.25")
    }
  }

  /// The size that is asked for.
  ///
  /// - Parameter study: The study.
  /// - Returns: `nil` for the study's own.
  /// - Throws: ``Failure`` where its trials differ in size, or need no GPU.
  func size(for study: Study) throws -> TrialSize? {
    guard let size = trialGpus.flatMap({ TrialSize($0) }) else { return nil }
    guard study.trial.sizes == nil, study.trial.gpus > 0 else {
      throw Failure(
        .usage,
        study.trial.gpus == 0
          ? "'--trial-gpus' is for trials with GPUs, but 'trial.gpus' is 0; leave it out"
          : "'--trial-gpus' is for trials of one size, but these differ in it by 'trial.gpus'; leave "
            + "it out")
    }
    return size
  }
}
