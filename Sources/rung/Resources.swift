import CResources

/// Files that are compiled into the program.
enum Resource {
  /// The Python client.
  static var client: [UInt8] {
    var count = 0
    let bytes = unsafe cresources_client(&count)
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// The report's page.
  static var reportPage: String {
    var count = 0
    let bytes = unsafe cresources_report(&count)
    return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// The chart library.
  static var chartLibrary: String {
    var count = 0
    let bytes = unsafe cresources_chart(&count)
    return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
