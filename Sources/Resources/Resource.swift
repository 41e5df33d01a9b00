import CResources

/// Files that are compiled into the program.
public enum Resource {
  /// The Python client.
  public static var client: [UInt8] {
    var count = 0
    let bytes = unsafe cresources_client(&count)
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// The files that a new study begins with.
  public enum Template: String, Hashable, Sendable, CaseIterable {
    /// Python alone.
    case plain
    /// A network of scikit-learn's.
    case scikitLearn = "scikit-learn"
    /// A network of PyTorch's.
    case pytorch
    /// C alone.
    case c

    private var symbol: String { self == .scikitLearn ? "sklearn" : rawValue }

    /// The study file.
    public var study: [UInt8] { Resource.template(symbol + "_study") }
    /// The program.
    public var script: [UInt8] { Resource.template(symbol + "_script") }
    /// What the program is called.
    public var scriptName: String { self == .c ? "train.c" : "train.py" }
  }

  /// The client for trials in C and C++, `rung.h`.
  public static var header: [UInt8] { template("c_header") }

  /// The program for a space that another tool's file had.
  public static var importedScript: [UInt8] { template("imported_script") }

  private static func template(_ name: String) -> [UInt8] {
    var count = 0
    let bytes = unsafe cresources_template(name, &count)
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// The report's page, with places for the others and the data.
  public static var reportPage: String { page("page") }

  /// How the report's page looks.
  public static var reportStyle: String { page("style") }

  /// What draws the report's page, in the order in which it is to stand there.
  public static var reportScripts: String { page("scripts") }

  /// The page of a campaign, with the same places.
  public static var campaignPage: String { page("campaign") }

  /// What draws the page of a campaign, in the order in which it is to stand there.
  public static var campaignScripts: String { page("campaign_scripts") }

  /// The page of a benchmark, with the same places.
  public static var benchmarkPage: String { page("benchmark") }

  /// What draws the page of a benchmark, in the order in which it is to stand there.
  public static var benchmarkScripts: String { page("benchmark_scripts") }

  /// The chart library.
  public static var chartLibrary: String { page("chart") }

  private static func page(_ name: String) -> String {
    var count = 0
    let bytes = unsafe cresources_report(name, &count)
    return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
