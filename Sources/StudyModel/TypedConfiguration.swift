/// Codes a configuration without losing which of its whole numbers are real.
///
/// The settings are a JSON object of scalars, and beside it stand the names of those real settings
/// that JSON writes as whole numbers.
@propertyWrapper
public struct TypedConfiguration: Hashable, Sendable, Codable {
  /// The configuration.
  public var wrappedValue: Configuration

  /// Codes this configuration.
  public init(wrappedValue: Configuration) { self.wrappedValue = wrappedValue }

  private enum Field: CodingKey {
    case settings, real
  }

  /// Reads the settings, and makes those real that were.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    wrappedValue = try container.decode(Configuration.self, forKey: .settings)
    for name in try container.decodeIfPresent([String].self, forKey: .real) ?? [] {
      if let number = wrappedValue[name]?.number { wrappedValue[name] = .real(number) }
    }
  }

  /// Writes the settings, and which of the whole numbers among them are real.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(wrappedValue, forKey: .settings)
    let real = wrappedValue.settings.compactMap { setting -> String? in
      guard case .real(let number) = setting.value, number == number.rounded() else { return nil }
      return setting.name
    }
    if !real.isEmpty { try container.encode(real, forKey: .real) }
  }
}
