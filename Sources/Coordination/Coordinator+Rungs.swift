public import Schedulers
public import StudyModel

extension Coordinator {
  /// Whom a trial is compared with at the highest rung at or below an epoch, as it stands now.
  ///
  /// - Parameters:
  ///   - trial: One of the search.
  ///   - epoch: That it has reached.
  /// - Returns: `nil` where the algorithm does not compare.
  public func field(of trial: TrialID, at epoch: Int) -> RungField? {
    guard epoch > 0, trials[trial.number].finalSeed == nil else { return nil }
    return scheduler.field(of: trial, at: Budget(epoch))
  }

  /// The bracket of a trial, from 0.
  public func bracket(of trial: TrialID) -> Int { scheduler.bracket(of: trial) }

  /// Every step of PASHA's largest budget, in order.
  public var growths: [Growth] { scheduler.growths }
}
