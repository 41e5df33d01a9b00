import Glibc

/// A call into the operating system that failed.
public struct SystemError: Error, Hashable, Sendable {
  /// The function, such as `open`.
  public let function: String
  /// What it was applied to: a path, most often.
  public let subject: String
  /// The error number, `errno`.
  public let code: Int32

  /// An error of this call.
  public init(_ function: String, _ subject: String, code: Int32) {
    self.function = function
    self.subject = subject
    self.code = code
  }

  /// The error that the last call of this thread left in `errno`.
  public static func last(_ function: String, _ subject: String) -> SystemError {
    SystemError(function, subject, code: errno)
  }
}

extension SystemError: CustomStringConvertible {
  /// For example "open '/study/journal/0001.jsonl': No space left on device".
  public var description: String {
    unsafe "\(function) '\(subject)': \(String(cString: strerror(code)))"
  }
}
