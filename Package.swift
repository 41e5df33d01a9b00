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

let package = Package(
  name: "Rung",
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1")
  ],
  targets: [
    .target(name: "StudyModel", dependencies: [numerics], swiftSettings: settings),
    .target(name: "Planning", dependencies: ["StudyModel"], swiftSettings: settings),
    .target(name: "JobScripts", dependencies: ["StudyModel"], swiftSettings: settings),
    .testTarget(
      name: "PlanningTests", dependencies: ["Planning", "StudyModel"], swiftSettings: settings),
    .testTarget(
      name: "JobScriptsTests", dependencies: ["JobScripts", "Planning", "StudyModel"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
