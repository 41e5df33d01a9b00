import Glibc

/// The C library's name and version, such as `glibc 2.36`.
///
/// - Returns: Its own words; `nil` where it has none.
///
/// Source: confstr(3), _CS_GNU_LIBC_VERSION.
public func cLibraryVersion() -> String? {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer -> String? in
    guard let start = buffer.baseAddress else { return nil }
    let count = unsafe confstr(CInt(_CS_GNU_LIBC_VERSION), start, buffer.count)
    guard count > 0, count <= buffer.count else { return nil }
    return unsafe String(cString: start)
  }
}
