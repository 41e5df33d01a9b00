public import StudyModel

extension Algorithm {
  /// ASHA with these settings.
  public static func halving(
    eta: Int, _ halving: Schedule.Halving = .promotion, brackets: Int = 1
  ) -> Algorithm {
    var algorithm = Algorithm(.asha)
    algorithm.schedule.eta = eta
    algorithm.schedule.halving = halving
    algorithm.schedule.brackets = brackets
    return algorithm
  }
}
