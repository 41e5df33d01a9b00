public import StudyModel

extension ScaledSettings {
  /// How the program's value of a setting comes about, such as `0.1 x 4 GPUs = 0.4`.
  ///
  /// - Parameters:
  ///   - name: The parameter.
  ///   - configuration: The trial's own settings.
  ///   - study: The study, which has the rules.
  /// - Returns: `nil` where the setting is that of the configuration and has no warm-up.
  public func derivation(
    of name: String, in configuration: Configuration, _ study: Study
  ) -> String? {
    guard let setting = self[name], let base = configuration[name],
      let scaling = study.trial.scale.first(where: { $0.parameter == name }),
      setting.value != base || setting.warmup != nil
    else { return nil }
    let factors = scaling.rules.compactMap { rule -> String? in
      switch rule {
      case .linear: size.gpus > 1 ? " x \(size.gpus) GPUs" : nil
      case .squareRoot: size.gpus > 1 ? " x the square root of \(size.gpus) GPUs" : nil
      case .inverse: size.trialsPerGPU > 1 ? " / \(size.trialsPerGPU) trials on a GPU" : nil
      }
    }
    let warmup = setting.warmup.map { warmup in
      let since = warmup.since > 0 ? " behind epoch \(warmup.since)" : ""
      return ", rising from \(warmup.from) over \(warmup.epochs) epochs\(since)"
    }
    return "\(base)\(factors.joined()) = \(setting.value)\(warmup ?? "")"
  }

  /// The derivations of all settings that differ from the configuration, such as
  /// `learning_rate 0.1 x 4 GPUs = 0.4`.
  func derivations(in configuration: Configuration, _ study: Study) -> [String] {
    settings.compactMap { setting in
      derivation(of: setting.name, in: configuration, study).map { "\(setting.name) \($0)" }
    }
  }

  /// The values that the program sees, by name.
  var values: Configuration { Configuration(settings.map { ($0.name, $0.value) }) }
}
