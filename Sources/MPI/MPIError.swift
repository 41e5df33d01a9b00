/// A call into MPI that failed.
public struct MPIError: Error, Hashable, Sendable {
  /// The function, such as `MPI_Isend`.
  public let function: String
  /// The code it returned.
  public let code: Int
  /// What MPI says of the code.
  public let cause: String
}

extension MPIError: CustomStringConvertible {
  /// For example "MPI_Isend failed with code 6: MPI_ERR_RANK: invalid rank".
  public var description: String { "\(function) failed with code \(code): \(cause)" }
}
