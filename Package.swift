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

// Plain `hdf5` follows Debian's alternatives and may be the MPI build; the serial one is meant.
let hdf5 = Context.environment["RUNG_HDF5_PKGCONFIG"] ?? "hdf5-serial"

// Open MPI; `mpich` and its descendants have pkg-config names of their own.
let mpi = Context.environment["RUNG_MPI_PKGCONFIG"] ?? "ompi"

// The BLAS and LAPACK of Debian's alternatives; every site has one of some name.
let lapack = Context.environment["RUNG_LAPACK_PKGCONFIG"] ?? "lapack"

// Where Debian's package has it; the same file of another origin does.
let chart = Context.environment["RUNG_CHARTJS"] ?? "/usr/share/javascript/chart.js/chart.min.js"

let package = Package(
  name: "Rung",
  traits: [
    .trait(name: "Slurm", description: "Ask Slurm by libslurm, which is GPL-2.0-or-later."),
    .default(enabledTraits: ["Slurm"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .target(name: "StudyModel", dependencies: [numerics], swiftSettings: settings),
    .systemLibrary(
      name: "CLAPACK", pkgConfig: lapack, providers: [.apt(["libopenblas-serial-dev"])]),
    .target(name: "Statistics", dependencies: [numerics], swiftSettings: settings),
    .target(
      name: "Surrogates", dependencies: ["CLAPACK", "Statistics", numerics],
      swiftSettings: settings),
    .target(
      name: "Searchers",
      dependencies: ["StudyModel", "Statistics", "Surrogates", heap, numerics],
      swiftSettings: settings),
    .target(name: "Schedulers", dependencies: ["StudyModel", heap], swiftSettings: settings),
    .target(
      name: "Coordination", dependencies: ["StudyModel", "Searchers", "Schedulers"],
      swiftSettings: settings),
    .target(
      name: "Simulation",
      dependencies: ["StudyModel", "Coordination", "Searchers", heap, numerics],
      swiftSettings: settings),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "TableFiles",
      dependencies: ["CZlib", "Campaigns", "Coordination", "HDF5", "Simulation", "StudyModel"],
      swiftSettings: settings),
    .systemLibrary(name: "CHDF5", pkgConfig: hdf5, providers: [.apt(["libhdf5-dev"])]),
    .target(name: "HDF5", dependencies: ["CHDF5"], swiftSettings: settings),
    .target(
      name: "StudyStore",
      dependencies: [
        "CZlib", "CompactJSON", "StudyModel", "Coordination", "HDF5", "Processes",
      ],
      swiftSettings: settings),
    .target(
      name: "Reporting", dependencies: ["StudyModel", "Schedulers", "Coordination"],
      swiftSettings: settings),
    .target(
      name: "Campaigns",
      dependencies: ["StudyModel", "Coordination", "Reporting", "Simulation", "Statistics"],
      swiftSettings: settings),
    .target(
      name: "CResources",
      exclude: [
        "rung.h", "rung.py", "report.html", "report", "campaign.html", "campaign",
        "benchmark.html", "benchmark", "templates",
      ],
      cSettings: [.define("CRESOURCES_CHART", to: "\"\(chart)\"")]),
    .target(name: "Resources", dependencies: ["CResources"], swiftSettings: settings),
    .target(
      name: "Planning", dependencies: ["StudyModel", "Coordination", "Searchers", "Simulation"],
      swiftSettings: settings),
    .target(name: "JobScripts", dependencies: ["StudyModel"], swiftSettings: settings),
    .target(name: "Diagnosis", dependencies: ["StudyModel"], swiftSettings: settings),
    .target(name: "CompactJSON", swiftSettings: settings),
    .target(name: "CProcesses"),
    .target(
      name: "Processes", dependencies: ["CProcesses", "CompactJSON"], swiftSettings: settings),
    .target(
      name: "Metering", dependencies: ["StudyModel", "Coordination", "Processes"],
      swiftSettings: settings),
    .systemLibrary(name: "CSlurm", providers: [.apt(["libslurm-dev"])]),
    .target(
      name: "Slurm",
      dependencies: [.target(name: "CSlurm", condition: .when(traits: ["Slurm"]))],
      swiftSettings: settings,
      linkerSettings: [.linkedLibrary("slurm", .when(traits: ["Slurm"]))]),
    .systemLibrary(name: "CMPI", pkgConfig: mpi, providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "MPI", dependencies: ["CMPI"], swiftSettings: settings),
    .target(
      name: "Agents",
      dependencies: [
        "CompactJSON", "StudyModel", "Searchers", "Coordination", "StudyStore", "Metering",
        "Processes", "MPI",
      ],
      swiftSettings: settings),
    .target(
      name: "StudyFiles", dependencies: ["StudyModel", .product(name: "Yams", package: "Yams")],
      swiftSettings: settings),
    .target(
      name: "StudyDrafts",
      dependencies: ["StudyModel", numerics, .product(name: "Yams", package: "Yams")],
      swiftSettings: settings),
    .executableTarget(
      name: "rung",
      dependencies: [
        "StudyModel", "StudyDrafts", "StudyFiles", "StudyStore", "Coordination", "Simulation",
        "TableFiles",
        "Planning", "JobScripts", "Diagnosis", "Campaigns",
        "Reporting", "Processes", "Agents", "Metering", "Resources", "HDF5", "MPI", "Slurm",
        "Surrogates",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),
    .testTarget(
      name: "IntegrationTests",
      dependencies: [
        "Coordination", "Processes", "ProgramSupport", "StudyFiles", "StudyModel", "StudyStore",
        "rung",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "MPIConformance", dependencies: ["MPI"], path: "Tests/MPIConformance",
      swiftSettings: settings),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Agents", "CompactJSON", "Coordination", "MPI", "Processes", "Searchers", "StudyModel",
        "StudyStore", heap, numerics,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Benchmarks",
      exclude: [
        "run.py", "peers", "program.py", "loop.py", "tables.py", "spawn.c", "instructions.py",
        "instructions.json",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "StoreFaults",
      dependencies: [
        "Coordination", "Processes", "Searchers", "StudyModel", "StudyStore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/StoreFaults", exclude: ["faults.c", "proofs.py"],
      swiftSettings: settings),
    .executableTarget(
      name: "Fuzzing",
      dependencies: [
        "Agents", "CompactJSON", "Coordination", "Processes", "StudyFiles", "StudyModel",
        "StudyStore",
      ], path: "Tests/Fuzzing", swiftSettings: settings),
    .testTarget(
      name: "RungTests",
      dependencies: [
        "Coordination", "Processes", "ProgramSupport", "Reporting", "Resources", "StudyModel",
        "StudyStore", "rung",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Formats"], swiftSettings: settings),
    .testTarget(name: "SlurmTests", dependencies: ["Slurm"], swiftSettings: settings),
    .testTarget(name: "MPITests", dependencies: ["MPI"], swiftSettings: settings),
    .target(
      name: "ProgramSupport", dependencies: ["Processes", "StudyStore"],
      path: "Tests/ProgramSupport", swiftSettings: settings),
    .testTarget(
      name: "ProcessesTests", dependencies: ["Processes", "ProgramSupport", "rung"],
      swiftSettings: settings),
    .testTarget(
      name: "StudyStoreTests",
      dependencies: [
        "CompactJSON", "StudyStore", "Coordination", "StudyModel", "Processes", "ProgramSupport",
        "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "AgentsTests",
      dependencies: [
        "Agents", "CompactJSON", "Coordination", "Processes", "ProgramSupport", "Resources",
        "StudyModel",
        "StudyStore", "TestSupport", "rung",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "MeteringTests", dependencies: ["Coordination", "Metering", "Processes"],
      swiftSettings: settings),
    .testTarget(
      name: "CompactJSONTests", dependencies: ["CompactJSON", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "CHDF5"], swiftSettings: settings),
    .testTarget(
      name: "StudyFilesTests", dependencies: ["StudyFiles", "StudyModel", "TestSupport"],
      exclude: ["Goldens"],
      swiftSettings: settings),
    .testTarget(
      name: "StudyDraftsTests", dependencies: ["StudyDrafts", "StudyFiles", "StudyModel"],
      swiftSettings: settings),
    .testTarget(
      name: "PlanningTests",
      dependencies: ["Coordination", "Planning", "Simulation", "StudyModel"],
      swiftSettings: settings),
    .testTarget(
      name: "CampaignsTests",
      dependencies: [
        "Campaigns", "Coordination", "Reporting", "Simulation", "StudyModel", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "StatisticsTests",
      dependencies: ["Statistics", "StudyModel", "Processes", "ProgramSupport"],
      exclude: ["reference.py"], swiftSettings: settings),
    .testTarget(
      name: "DiagnosisTests", dependencies: ["Diagnosis", "StudyModel"], swiftSettings: settings),
    .testTarget(
      name: "JobScriptsTests",
      dependencies: ["JobScripts", "Planning", "Processes", "StudyFiles", "StudyModel"],
      swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["Coordination", "Searchers", "StudyModel"],
      path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(
      name: "StudyModelTests", dependencies: ["StudyModel", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SurrogatesTests",
      dependencies: ["Statistics", "Surrogates", "TestSupport", numerics],
      swiftSettings: settings),
    .testTarget(
      name: "SearchersTests",
      dependencies: ["Searchers", "StudyModel", "Surrogates", "TestSupport", numerics],
      exclude: ["Goldens"],
      swiftSettings: settings),
    .testTarget(
      name: "SchedulersTests", dependencies: ["Schedulers", "StudyModel", "TestSupport"],
      exclude: ["Goldens"],
      swiftSettings: settings),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "Simulation", "Coordination", "Searchers", "StudyModel", "TestSupport", numerics,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Reporting", "Simulation", "Coordination", "StudyModel", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "TableFilesTests",
      dependencies: [
        "Campaigns", "Coordination", "HDF5", "TableFiles", "Simulation", "StudyModel",
        "ProgramSupport", "Processes",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CoordinationTests",
      dependencies: ["Coordination", "Schedulers", "Searchers", "StudyModel", "TestSupport"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
