/// The settings of one trial: its active parameters, each with a value.
///
/// Kept sorted by name, so that two equal configurations are equal byte for byte wherever they
/// are written.
public struct Configuration: Hashable, Sendable {
  /// One parameter with its value.
  public struct Setting: Hashable, Sendable {
    /// The parameter's name.
    public let name: String
    /// Its value.
    public let value: ParameterValue
  }

  /// All settings, ascending by name.
  public private(set) var settings: [Setting] = []

  /// A configuration without parameters.
  public init() {}

  /// A configuration of these settings; of two with one name the later wins.
  public init(_ settings: [(String, ParameterValue)]) {
    for (name, value) in settings { self[name] = value }
  }

  /// A configuration without parameters, with room for so many.
  public init(minimumCapacity count: Int) { settings.reserveCapacity(count) }

  /// The value of a parameter, or `nil` where it is inactive.
  public subscript(name: String) -> ParameterValue? {
    get {
      let place = position(of: name)
      return place < settings.count && settings[place].name == name ? settings[place].value : nil
    }
    set {
      let place = position(of: name)
      let isSet = place < settings.count && settings[place].name == name
      switch (isSet, newValue) {
      case (true, let value?): settings[place] = Setting(name: name, value: value)
      case (true, nil): settings.remove(at: place)
      case (false, let value?): settings.insert(Setting(name: name, value: value), at: place)
      case (false, nil): break
      }
    }
  }

  /// The first place whose name is not less than `name`.
  private func position(of name: String) -> Int {
    var low = 0
    var high = settings.count
    while low < high {
      let middle = (low + high) / 2
      if settings[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Configuration: Codable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Reads a JSON object of scalars.
  ///
  /// A number without fraction comes back as an integer, which ``SearchSpace/conforming(_:)``
  /// mends for real parameters; ``TypedConfiguration`` keeps the types without a space.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    self.init()
    for key in container.allKeys {
      self[key.stringValue] = try container.decode(Scalar.self, forKey: key).value
    }
  }

  /// Writes a JSON object of scalars.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    for setting in settings {
      try container.encode(Scalar(value: setting.value), forKey: Name(stringValue: setting.name))
    }
  }
}

/// A value as a bare JSON scalar.
private struct Scalar: Codable {
  let value: ParameterValue

  init(value: ParameterValue) { self.value = value }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // Words first: a decoder that writes NaN as a word would read the word "NaN" as a number.
    if let word = try? container.decode(String.self) {
      value = .word(word)
    } else if let truth = try? container.decode(Bool.self) {
      value = .truth(truth)
    } else if let number = try? container.decode(Int.self) {
      value = .integer(number)
    } else {
      value = .real(try container.decode(Double.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch value {
    case .integer(let number): try container.encode(number)
    case .real(let number): try container.encode(number)
    case .word(let word): try container.encode(word)
    case .truth(let truth): try container.encode(truth)
    }
  }
}
