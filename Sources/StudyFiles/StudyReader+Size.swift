import StudyModel

// Reads `trial.gpus`: how many GPUs a trial has.
extension StudyReader {
  /// The most shares that a GPU is cut into, and the most GPUs of a trial.
  private static let mostShares = 64
  private static let mostGPUs = 100_000

  func readSize(_ field: Field, parameters: [String], into trial: inout TrialSettings) {
    switch field.node.content {
    case .list: readChoice(field, parameters: parameters, into: &trial)
    case .scalar(.word(let text), _): readExpression(field, text, parameters, into: &trial)
    default:
      guard let size = size(field, isZeroAllowed: true) else { return }
      trial.gpus = max(size.gpus, size.shares > 1 ? 1 : 0)
      trial.trialsPerGPU = size.shares
    }
  }

  /// A number of GPUs, whole or one part of a whole one.
  private func size(_ field: Field, isZeroAllowed: Bool) -> (gpus: Int, shares: Int)? {
    switch field.node.content {
    case .scalar(.integer(let count), _)
    where count >= (isZeroAllowed ? 0 : 1) && count <= Self.mostGPUs:
      return (count, 1)
    case .scalar(.real(let count), _)
    where count >= 1 && count <= Double(Self.mostGPUs) && count == count.rounded():
      return (Int(count), 1)
    case .scalar(.real(let share), _) where share > 0 && share < 1:
      let shares = (1 / share).rounded()
      // 0.33 is meant to be a third.
      guard shares <= Double(Self.mostShares), (shares * share - 1).magnitude < 0.02 else { break }
      return (0, Int(shares))
    default: break
    }
    field.mistake(expected: Wording.gpus(isZeroAllowed: isZeroAllowed))
    return nil
  }

  /// Reads a list: the search chooses among its numbers, by a parameter of its own.
  private func readChoice(_ field: Field, parameters: [String], into trial: inout TrialSettings) {
    guard let sizes = sizes(field) else { return }
    if parameters.contains(TrialSizes.parameterName) {
      field.mistake(Wording.gpusIsParameter)
    }
    trial.gpus = 1
    trial.trialsPerGPU = sizes.reduce(1) { leastCommonMultiple($0, $1.shares) }
    let isWhole = sizes.allSatisfy { $0.gpus > 0 }
    trial.sizes = .chosen(
      sizes.map { isWhole ? .integer($0.gpus) : .real(number($0)) })
  }

  /// The sizes in a list, ascending and different.
  private func sizes(_ field: Field) -> [(gpus: Int, shares: Int)]? {
    guard let items = field.list(Wording.example("gpus: [1, 2, 4]")) else { return nil }
    let sizes = items.compactMap { size($0, isZeroAllowed: false) }
    guard sizes.count == items.count else { return nil }
    let numbers = sizes.map { number($0) }
    guard sizes.count > 1, zip(numbers, numbers.dropFirst()).allSatisfy(<) else {
      field.mistake(Wording.gpusNotAscending)
      return nil
    }
    guard sizes.reduce(1, { leastCommonMultiple($0, $1.shares) }) <= Self.mostShares else {
      field.mistake(expected: Wording.gpus(isZeroAllowed: false))
      return nil
    }
    return sizes
  }

  private func number(_ size: (gpus: Int, shares: Int)) -> Double {
    size.gpus > 0 ? Double(size.gpus) : 1 / Double(size.shares)
  }

  private func leastCommonMultiple(_ left: Int, _ right: Int) -> Int {
    var (divisor, rest) = (left, right)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    return left / divisor * right
  }

  /// Reads an expression: the size follows from the configuration.
  private func readExpression(
    _ field: Field, _ text: String, _ parameters: [String], into trial: inout TrialSettings
  ) {
    do throws(ExpressionError) {
      let expression = try Expression(text)
      guard !expression.names.isEmpty else {
        return field.mistake(expected: Wording.gpus(isZeroAllowed: true))
      }
      for name in expression.names where !parameters.contains(name) {
        field.mistake(Wording.unknownInSize(text, name, known: parameters))
      }
      trial.gpus = 1
      trial.sizes = .calculated(expression)
    } catch {
      field.mistake(Wording.badSize(text, error))
    }
  }
}

extension SpaceReading {
  /// The space with the parameter by which the search chooses the size of a trial, where it does.
  func choosingSizes(of trial: TrialSettings?) -> SpaceReading {
    guard case .chosen(let values)? = trial?.sizes else { return self }
    let parameter = Parameter(name: TrialSizes.parameterName, domain: .ordinal(values))
    return SpaceReading(names: names + [parameter.name], space: space.with(parameter))
  }
}
