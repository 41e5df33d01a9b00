/// What the HDF5 library, or a file it read, refused.
public struct H5Error: Error, Hashable, Sendable {
  /// The C function that failed, or the method of this module that found the fault.
  public let function: String
  /// What it was done to, for example `'/trials/loss' in 'study.h5'`.
  public let subject: String
  /// The deepest record of the library's error stack, or this module's own finding.
  public let cause: String

  init(_ function: String, on subject: String, cause: String) {
    self.function = function
    self.subject = subject
    self.cause = cause
  }
}

extension H5Error: CustomStringConvertible {
  /// What failed, on what, and why.
  public var description: String { "\(function) failed on \(subject): \(cause)" }
}
