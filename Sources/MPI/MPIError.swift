/// What the MPI library refused.
public struct MPIError: Error, Hashable, Sendable {
  /// The C function that failed.
  public let function: String
  /// Its return value; its meaning differs between MPI libraries.
  public let code: Int
  /// The library's own words for the code, or this module's finding.
  public let cause: String
}

extension MPIError: CustomStringConvertible {
  /// What failed and why.
  public var description: String { "\(function) failed with code \(code): \(cause)" }
}
