import Campaigns
import HDF5
import Simulation
import StudyModel

// A collection stands in for a study's trials.
extension CollectionTable {
  /// The study on the trainings of the collection that it could have run.
  ///
  /// Those are left out that are not done or failed, that `table.where` does not keep, and that have
  /// another value of a parameter of which the study has one alone, such as a fidelity. Trainings that
  /// differ in their seeds alone are one configuration, of which each trial draws one.
  ///
  /// - Parameters:
  ///   - study: The study.
  ///   - settings: Its table; a metric's pattern, such as `val_accuracy_{epoch}`, names the metric before
  ///     the epoch.
  /// - Returns: The study on the table's configurations, and the table.
  /// - Throws: ``TableFileError``.
  borrowing func tabulated(
    _ study: Study, by settings: TableSettings
  ) throws(TableFileError) -> TabulatedStudy {
    let steps = try steps(of: study)
    var names: [String] = []
    for pattern in settings.metrics {
      names.append(try metric(pattern, fidelity: study.fidelity.name))
    }
    let space = study.space
    var parameters: [(Parameter, Int)] = []
    for parameter in space.parameters {
      guard let column = try parameterColumn(parameter, settings) else { continue }
      parameters.append((parameter, column))
    }
    let filters = settings.rows.sorted { $0.key < $1.key }
    var trainings: [(configuration: Configuration, curve: LearningCurve)] = []
    do {
      try eachBlock { block in
        for row in 0..<block.count {
          guard [.completed, .diverged].contains(block.state(row)),
            try filters.allSatisfy({ try text(of: $0.key, block, row) == $0.value }),
            let configuration = try configuration(parameters, space, block, row)
          else { continue }
          let curve = curve(names, steps, study, settings.time, block, row)
          if curve.count > 0 { trainings.append((configuration, curve)) }
        }
      }
    } catch let error as TableFileError {
      throw error
    } catch {
      throw .noCollection(file: path, cause: "\(error)")
    }
    guard !trainings.isEmpty else { throw .noRow(file: path) }
    let table = Table(trainings: trainings)
    var tabulated = study
    tabulated.space = space.restricted(to: table.configurations)
    var notes: [String] = []
    if table.configurations.count < trainings.count {
      notes.append(
        "\(trainings.count) trainings of \(table.configurations.count) configurations: of those that differ "
          + "in their seeds each trial draws one; 'table.where: {seed: 1}' keeps one")
    }
    return TabulatedStudy(study: tabulated, table: table, notes: notes)
  }

  /// The places of the study's epochs among the columns of curves.
  private borrowing func steps(of study: Study) throws(TableFileError) -> [Int] {
    let wanted = study.fidelity.levels?.map(\.epochs) ?? Array(1...study.fidelity.maximum.epochs)
    let places = wanted.compactMap { epoch in epochs.firstIndex(of: epoch) }
    guard let first = wanted.first, epochs.contains(first) else {
      throw .noColumn(
        file: path, column: "\(study.fidelity.name) \(wanted.first ?? 1)", key: "fidelity",
        near: epochs.prefix(12).map { "\($0)" })
    }
    return places
  }

  /// The dataset of a metric's pattern.
  private borrowing func metric(
    _ pattern: String, fidelity: String
  ) throws(TableFileError) -> String {
    let ends = ["_{\(fidelity)}", "{\(fidelity)}"]
    let stem = ends.first { pattern.hasSuffix($0) }.map { String(pattern.dropLast($0.count)) }
    let name = CollectionBlock.safe(stem ?? pattern)
    guard head.metrics.contains(name) else {
      throw .noColumn(
        file: path, column: name, key: "table.metric", near: Array(head.metrics.prefix(12)))
    }
    return name
  }

  private borrowing func parameterColumn(
    _ parameter: Parameter, _ settings: TableSettings
  ) throws(TableFileError) -> Int? {
    let name = CollectionBlock.safe(settings.column(of: parameter))
    if let column = head.parameters.firstIndex(of: name) { return column }
    if case .constant = parameter.domain { return nil }
    throw .noColumn(
      file: path, column: name, key: "parameters.\(parameter.name)",
      near: Array(head.parameters.prefix(12)))
  }

  /// The value of a column as `table.where` compares it.
  private borrowing func text(
    of name: String, _ block: CollectionBlock, _ row: Int
  ) throws(TableFileError) -> String {
    if let column = CollectionBlock.integers.firstIndex(of: name) {
      return "\(block.integers[column][row])"
    }
    if let column = CollectionBlock.texts.firstIndex(of: name) { return block.texts[column][row] }
    if let values = block.parameters.first(where: { $0.name == name })?.values {
      return values[row]?.description ?? ""
    }
    throw .noColumn(
      file: path, column: name, key: "table.where",
      near: CollectionBlock.integers + CollectionBlock.texts + head.parameters)
  }

  /// A training's settings; `nil` where it is not one of the study's, since a parameter that has one
  /// value there has another here.
  private borrowing func configuration(
    _ columns: [(Parameter, Int)], _ space: SearchSpace, _ block: CollectionBlock, _ row: Int
  ) throws(TableFileError) -> Configuration? {
    var configuration = Configuration()
    for parameter in space.parameters {
      if case .constant(let value) = parameter.domain { configuration[parameter.name] = value }
    }
    for (parameter, column) in columns {
      guard let stored = block.parameters[column].values[row] else { continue }
      guard let value = parameter.domain.value(ofText: stored.description) else {
        if case .constant = parameter.domain { return nil }
        throw .noValueOfTraining(
          file: path, training: block.first + row, text: stored.description,
          parameter: parameter.name)
      }
      configuration[parameter.name] = value
    }
    return configuration
  }

  private borrowing func curve(
    _ names: [String], _ steps: [Int], _ study: Study, _ time: TableSettings.Time,
    _ block: CollectionBlock, _ row: Int
  ) -> LearningCurve {
    let own = block.curve(row)
    let steps = steps.filter { $0 < own.count }
    let values = names.map { name in
      let column = block.metrics.first { $0.name == name }?.values
      return steps.map { column?[own.lowerBound + $0] ?? .nan }
    }
    var seconds: [Double] = []
    var before = 0.0
    for step in steps {
      let elapsed = block.elapsed[own.lowerBound + step]
      seconds.append(max(0, elapsed - before))
      before = max(before, elapsed)
    }
    return LearningCurve(
      values: values, seconds: .each(seconds), epochs: study.fidelity.levels?.map(\.epochs),
      row: block.first + row)
  }
}
