import StudyModel
import Surrogates

/// Rows of numbers for forests, in which an inactive parameter has a value of its own.
extension Encoding {
  /// The columns of a row.
  var columns: [RandomForest.Column] {
    dimensions.map { dimension in
      switch dimension.kind {
      case .unit, .ordered: .ordered
      case .unordered(let count): .unordered(count: count + 1)
      }
    }
  }

  /// A configuration as a row: an inactive number is -1, an inactive category 0 and the others
  /// from 1.
  func row(of configuration: Configuration) -> [Double] {
    dimensions.map { dimension in
      let coordinate = configuration[dimension.parameter.name].flatMap {
        dimension.parameter.domain.coordinate(of: $0)
      }
      return (coordinate ?? -1) + dimension.shift
    }
  }

  /// The settings in a row; none for an inactive parameter.
  func settings(in row: some Sequence<Double>) -> Configuration {
    var configuration = Configuration()
    for (dimension, number) in zip(dimensions, row) where number >= dimension.shift {
      configuration[dimension.parameter.name] = dimension.parameter.domain.value(
        atCoordinate: number - dimension.shift)
    }
    return configuration
  }
}

extension Encoding.Dimension {
  fileprivate var shift: Double {
    if case .unordered = kind { 1 } else { 0 }
  }
}
