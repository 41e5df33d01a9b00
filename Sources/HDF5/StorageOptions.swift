/// How a dataset lies in its file: cut into chunks, each with a Fletcher-32 checksum.
public struct StorageOptions: Hashable, Sendable {
  /// The size of a chunk, in bytes, of 1 to 16 MiB (the library's cache of one dataset).
  public let chunkBytes: Int
  /// Whether the bytes of a number are regrouped, so that they compress better.
  public let isShuffled: Bool
  /// How hard to compress, 0 (not really) to 9; nil stores the bytes as they are.
  public let deflateLevel: Int?

  /// Chooses a layout.
  ///
  /// - Parameters:
  ///   - chunkBytes: The size of a chunk in bytes, 1 to 16 MiB.
  ///   - isShuffled: Whether to regroup the bytes of numbers.
  ///   - deflateLevel: 0 to 9, or nil for no compression.
  ///
  /// Source: HDF5 reference, H5Pset_chunk, H5Pset_shuffle, H5Pset_deflate, H5Pset_fletcher32.
  public init(chunkBytes: Int = 1 << 20, isShuffled: Bool = false, deflateLevel: Int? = nil) {
    precondition((1...StorageOptions.cacheBytes).contains(chunkBytes))
    precondition(deflateLevel.map((0...9).contains) ?? true)
    self.chunkBytes = chunkBytes
    self.isShuffled = isShuffled
    self.deflateLevel = deflateLevel
  }

  static let cacheBytes = 16 << 20
}
