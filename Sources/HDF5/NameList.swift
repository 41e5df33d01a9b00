/// The names that a callback of the library collects.
final class NameList {
  fileprivate var names: [String] = []

  /// Lends the list to a callback, for the time of one call.
  var pointer: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

  func sorted() -> [String] { names.sorted() }
}

/// Appends one name to the `NameList` behind `context`.
func appendName(_ name: UnsafePointer<CChar>?, _ context: UnsafeMutableRawPointer?) {
  guard let name = unsafe name, let context = unsafe context else { return }
  let list = unsafe Unmanaged<NameList>.fromOpaque(context).takeUnretainedValue()
  unsafe list.names.append(String(cString: name))
}
