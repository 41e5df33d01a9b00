import StudyModel

// Reads `trial.gpus`: how many GPUs a trial has.
extension StudyReader {
  func readSize(_ field: Field, parameters: [String], into trial: inout TrialSettings) {
    switch field.node.content {
    case .list: readChoice(field, parameters: parameters, into: &trial)
    case .scalar(.word(let text), _): readExpression(field, text, parameters, into: &trial)
    default:
      if let size = size(field, isInList: false) { trial = trial.resized(to: size) }
    }
  }

  /// A number of GPUs, whole or one part of a whole one.
  private func size(_ field: Field, isInList: Bool) -> TrialSize? {
    let size: TrialSize? =
      switch field.node.content {
      case .scalar(.integer(let count), _): TrialSize(Double(count))
      case .scalar(.real(let number), _): TrialSize(number)
      default: nil
      }
    guard let size else {
      field.mistake(expected: Wording.gpus(isInList: isInList))
      return nil
    }
    return size
  }

  /// Reads a list: the search chooses among its numbers, by a parameter of its own.
  private func readChoice(_ field: Field, parameters: [String], into trial: inout TrialSettings) {
    guard let sizes = sizes(field) else { return }
    if parameters.contains(TrialSizes.parameterName) {
      field.mistake(Wording.gpusIsParameter)
    }
    trial.gpus = 1
    trial.trialsPerGPU = sizes.reduce(1) { leastCommonMultiple($0, $1.trialsPerGPU) }
    let isWhole = sizes.allSatisfy { $0.trialsPerGPU == 1 }
    trial.sizes = .chosen(sizes.map { isWhole ? .integer($0.gpus) : .real($0.number) })
  }

  /// The sizes in a list, ascending and different.
  private func sizes(_ field: Field) -> [TrialSize]? {
    guard let items = field.list(Wording.example("gpus: [1, 2, 4]")) else { return nil }
    let sizes = items.compactMap { size($0, isInList: true) }
    guard sizes.count == items.count else { return nil }
    let numbers = sizes.map(\.number)
    guard sizes.count > 1, zip(numbers, numbers.dropFirst()).allSatisfy(<) else {
      field.mistake(Wording.gpusNotAscending)
      return nil
    }
    guard sizes.reduce(1, { leastCommonMultiple($0, $1.trialsPerGPU) }) <= TrialSize.mostShares
    else {
      field.mistake(expected: Wording.gpus(isInList: true))
      return nil
    }
    return sizes
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
        return field.mistake(expected: Wording.gpus(isInList: false))
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
