import CZlib

/// The version of zlib that is loaded, such as `1.2.13`.
///
/// - Returns: Its own words.
///
/// Source: zlib.h, zlibVersion.
public func zlibVersion() -> String {
  // A constant of the library's.
  unsafe String(cString: CZlib.zlibVersion())
}
