import CLAPACK

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
