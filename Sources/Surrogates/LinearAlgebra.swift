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
