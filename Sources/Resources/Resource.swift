import CResources

/// Files that are compiled into the program.
public enum Resource {
  /// The Python client.
  public static var client: [UInt8] {
    var count = 0
    let bytes = unsafe cresources_client(&count)
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// The report's page, with places for the chart library and the data.
  public static var reportPage: String {
    var count = 0
    let bytes = unsafe cresources_report(&count)
    return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// The chart library.
  public static var chartLibrary: String {
    var count = 0
    let bytes = unsafe cresources_chart(&count)
    return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
