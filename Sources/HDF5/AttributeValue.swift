/// A small value that is attached to a group or a dataset.
public enum AttributeValue: Hashable, Sendable {
  /// Text in UTF-8, without zero bytes; `str` in h5py.
  case text(String)
  /// A 64-bit integer; `numpy.int64` in h5py.
  case integer(Int64)
  /// A 64-bit floating-point number; `numpy.float64` in h5py.
  case real(Double)
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral
{
  /// Makes text.
  public init(stringLiteral value: String) { self = .text(value) }

  /// Makes an integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }

  /// Makes a floating-point number.
  public init(floatLiteral value: Double) { self = .real(value) }
}
