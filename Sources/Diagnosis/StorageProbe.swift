/// A folder that was written to and read from.
public struct StorageProbe: Hashable, Sendable, Codable {
  /// The folder.
  public var path: String
  /// Free for this user, in MiB.
  public var freeMiB: Int?
  /// What the file system holds, in MiB.
  public var sizeMiB: Int?
  /// How fast it took a file that was synced, in bytes a second.
  public var writeRate: Double?
  /// What failed; `nil` where nothing did.
  public var failure: String?

  /// A probe of a folder.
  public init(path: String) { self.path = path }
}

/// An HDF5 file that was written, closed, synced, renamed, opened again and compared.
public struct FileProbe: Hashable, Sendable, Codable {
  /// How long it took to have it on the disk under its name, in seconds.
  public var writeSeconds: Double?
  /// How long it took to read it back, in seconds.
  public var readSeconds: Double?
  /// Its length in bytes.
  public var bytes: Int
  /// What failed; `nil` where nothing did.
  public var failure: String?

  /// A probe of a file of so many bytes.
  public init(bytes: Int) { self.bytes = bytes }
}

/// Rank 0's file, as another node saw it.
public struct SeenFile: Hashable, Sendable, Codable {
  /// From the message that it is there until it was, in seconds; `nil` where it never was.
  public var delay: Double?
  /// What failed; `nil` where nothing did.
  public var failure: String?

  /// A file that was seen after a time, or not.
  public init(delay: Double? = nil, failure: String? = nil) {
    self.delay = delay
    self.failure = failure
  }
}
