/// How a configuration came about.
public enum Origin: Hashable, Sendable, Codable {
  /// A point of the study file, what it leaves out being drawn.
  case point
  /// An independent draw.
  case random
  /// The next of a sequence: a grid's or Sobol's; its place from 0.
  case sequence(place: Int)
  /// The best candidate of a model of this many observations; `budget` is the one it was asked
  /// about, `nil` for a model of full budgets.
  case model(observations: Int, budget: Budget?)
  /// The configuration of the search's winner, to be trained out.
  case winner(TrialID)
  /// A mutation in one parameter of a trial's configuration, or where `of` is `nil` of one of an
  /// earlier study; `model` is the number of observations of the model that chose the parameters
  /// which do not evolve, if one did.
  case mutation(of: TrialID?, parameter: String, model: Int?)
}
