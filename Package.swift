// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let numerics = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")

let package = Package(
  name: "Rung",
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
  ],
  targets: [
    .target(name: "StudyModel", dependencies: [numerics], swiftSettings: settings),
    .target(name: "Searchers", dependencies: ["StudyModel", numerics], swiftSettings: settings),
    .target(name: "Schedulers", dependencies: ["StudyModel", heap], swiftSettings: settings),
    .target(
      name: "Coordination", dependencies: ["StudyModel", "Searchers", "Schedulers"],
      swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["StudyModel", "Coordination"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "StudyModelTests", dependencies: ["StudyModel", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SearchersTests", dependencies: ["Searchers", "StudyModel", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SchedulersTests", dependencies: ["Schedulers", "StudyModel", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "CoordinationTests",
      dependencies: ["Coordination", "Schedulers", "Searchers", "StudyModel", "TestSupport"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
