/// Search spaces of the literature, which a study file takes by name: `space: nas-bench-201`.
///
/// All parameters of architectures are marked as such. Words and names are those of the tables that
/// the benchmarks publish, where they have any.
public enum ReadyMadeSpace: String, Hashable, Sendable, CaseIterable {
  /// The widths of a convolutional network's five stages, 8 to 64 in steps of 8: 8^5.
  ///
  /// Source: Dong et al., "NATS-Bench: Benchmarking NAS Algorithms for Architecture Topology and
  /// Size", TPAMI 2021, section 3.2.
  case natsBenchSize = "nats-bench-size"
  /// The operations on the six edges of a cell with four nodes: 5^6.
  ///
  /// Source: Dong and Yang, "NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture
  /// Search", ICLR 2020, section 2.1.
  case nasBench201 = "nas-bench-201"
  /// The widths of a ResNet-50's four stages, 64, 128, 256 or 512: 4^4.
  ///
  /// Source: Aach et al., "Optimal Resource Allocation for Early Stopping-based Neural Architecture
  /// Search Methods", section 4.4; the parameters' names are Rung's.
  case resNet50Widths = "resnet50-widths"
  /// A fully connected network of ten layers, each of 391 types, with skip connections: 37
  /// decisions; and the hyperparameters of its data-parallel training.
  ///
  /// Source: Égelé et al., "AgEBO-Tabular", SC 2021, section 3.1, and section 4 for the ranges of
  /// the hyperparameters. The loss is left out, since it depends on the problem; so is the number
  /// of processes, which is no parameter of the training script.
  case agEBOTabular = "agebo-tabular"

  /// The parameters, in an order in which conditions would name earlier ones only.
  public var parameters: [Parameter] {
    switch self {
    case .natsBenchSize:
      (1...5).map { stage in
        Parameter(
          name: "stage_\(stage)", domain: .integer(low: 8, high: 64, step: 8, log: false),
          isArchitecture: true)
      }
    case .nasBench201:
      ["op_1_0", "op_2_0", "op_2_1", "op_3_0", "op_3_1", "op_3_2"].map { edge in
        Self.choice(
          edge, of: ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"])
      }
    case .resNet50Widths:
      (1...4).map { stage in
        Parameter(
          name: "stage_\(stage)",
          domain: .ordinal([64, 128, 256, 512].map(ParameterValue.integer)),
          isArchitecture: true)
      }
    case .agEBOTabular: Self.layers + Self.training
    }
  }

  /// An architecture parameter of words without order.
  private static func choice(_ name: String, of words: [String]) -> Parameter {
    Parameter(
      name: name, domain: .categorical(words.map(ParameterValue.word)), isArchitecture: true)
  }

  /// Ten layers, and for each and the output the skip connections from as many as three earlier
  /// ones, of which the input is one.
  private static var layers: [Parameter] {
    // 78 widths, so the paper's upper end 2000 is not among them.
    let widths = stride(from: 50, to: 2000, by: 25)
    let types =
      ["identity"]
      + widths.flatMap { width in
        ["identity", "swish", "relu", "tanh", "sigmoid"].map { "dense_\(width)_\($0)" }
      }
    let names = ["input"] + (1...10).map(String.init) + ["output"]
    return (1...11).flatMap { node in
      let layer = node <= 10 ? [choice("layer_\(node)", of: types)] : []
      // The node right before is always connected.
      let skips = (max(0, node - 4)..<(node - 1)).map { origin in
        choice("skip_\(names[origin])_\(names[node])", of: ["zero", "identity"])
      }
      return layer + skips
    }
  }

  private static var training: [Parameter] {
    let optimizers = ["sgd", "rmsprop", "adagrad", "adam", "adadelta", "adamax", "nadam"]
    return [
      Parameter(name: "batch_size", domain: .integer(low: 16, high: 2048, step: 1, log: true)),
      Parameter(
        name: "learning_rate", domain: .real(low: 1e-4, high: 1e-2, step: nil, log: true)),
      Parameter(name: "optimizer", domain: .categorical(optimizers.map(ParameterValue.word))),
      Parameter(
        name: "patience_plateau", domain: .integer(low: 3, high: 30, step: 1, log: false)),
      Parameter(
        name: "patience_stopping", domain: .integer(low: 3, high: 30, step: 1, log: false)),
    ]
  }
}
