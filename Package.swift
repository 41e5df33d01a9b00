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
    .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .target(name: "StudyModel", dependencies: [numerics], swiftSettings: settings),
    .target(
      name: "StudyFiles", dependencies: ["StudyModel", .product(name: "Yams", package: "Yams")],
      swiftSettings: settings),
    .testTarget(
      name: "StudyFilesTests", dependencies: ["StudyFiles", "StudyModel"], exclude: ["Goldens"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
