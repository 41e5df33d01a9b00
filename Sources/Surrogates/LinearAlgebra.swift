import CLAPACK
import Synchronization

/// LAPACK's part: the only file of the pure core that calls C.
///
/// One thread, so that sums are made in one order and results repeat bit for bit on one machine.
/// Calls are made one at a time: a library that is built for one thread keeps its buffers without a
/// lock (OpenBLAS without `USE_LOCKING`, as Debian's serial build), and studies are simulated side
/// by side.
extension Matrix {
  /// Replaces the lower triangle of a symmetric matrix by its Cholesky factor.
  ///
  /// - Returns: `false` where the matrix is not positive definite; then that triangle is lost.
  mutating func factorize() -> Bool {
    unsafe call { size, elements in unsafe clapack_factorize(size, elements) } == 0
  }

  /// Replaces a Cholesky factor by the lower triangle of the inverse of the matrix that it is of.
  mutating func invertProduct() {
    let code = unsafe call { size, elements in unsafe clapack_invert(size, elements) }
    // The diagonal of a factor that `factorize` returned is positive.
    precondition(code == 0)
  }

  /// Solves a triangular system: this lower triangle, or its transpose, times the result is
  /// `right`.
  func solving(_ right: Matrix, isTransposed: Bool = false) -> Matrix {
    var solution = right
    let columns = CInt(right.columns)
    let code = unsafe solution.call { size, result in
      unsafe elements.withUnsafeBufferPointer { factor in
        unsafe clapack_solve(
          isTransposed ? 1 : 0, size, columns, factor.baseAddress, result)
      }
    }
    precondition(code == 0)
    return solution
  }

  /// Calls the library under its lock with the number of rows and the elements.
  private mutating func call(
    _ body: (CInt, UnsafeMutablePointer<Double>) -> CInt
  ) -> CInt {
    let size = CInt(rows)
    return unsafe elements.withUnsafeMutableBufferPointer { buffer in
      // An empty matrix has no address, and nothing to do.
      guard let start = buffer.baseAddress, size > 0 else { return 0 }
      return library.withLock { isOneThreaded in
        if !isOneThreaded { clapack_use_one_thread() }
        isOneThreaded = true
        return unsafe body(size, start)
      }
    }
  }
}

/// Guards the library; whether it was told to use one thread.
private let library = Mutex(false)

/// What the LAPACK library says of itself, such as `LAPACK 3.9.0 of OpenBLAS 0.3.21`.
///
/// - Returns: Its words; `nil` where it has none.
///
/// Source: LAPACK, ilaver; OpenBLAS, openblas_get_config.
public func lapackVersion() -> String? {
  var (major, minor, patch): (CInt, CInt, CInt) = (0, 0, 0)
  let isKnown = unsafe clapack_version(&major, &minor, &patch) != 0
  let lapack = isKnown ? "LAPACK \(major).\(minor).\(patch)" : nil
  // OpenBLAS names itself, its version, and then how it was built.
  let maker = unsafe clapack_openblas().map { words in
    unsafe String(cString: words).split(separator: " ").prefix(2).joined(separator: " ")
  }
  let words = [lapack, maker].compactMap(\.self)
  return words.isEmpty ? nil : words.joined(separator: " of ")
}
