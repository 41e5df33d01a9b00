import StudyModel

// What trials would find of GPUs.
extension Examination {
  /// Each slot has its own GPU and no other, for trials as processes and as job steps.
  var slotFindings: [Finding] {
    let resident = hasGPUs ? nodes.map { judged("GPUs of slots", $0.node, $0.slots, false) } : []
    return merged(resident.map(\.finding)) + merged(resident.map(\.driverFinding)) + stepFindings
  }

  private var hasGPUs: Bool { nodes.contains { !$0.devices.isEmpty } }

  private func judged(
    _ check: String, _ node: String, _ slots: [SlotView], _ isStep: Bool
  ) -> SlotJudgement {
    SlotJudgement(
      check: check, node: node, slots: slots, variable: variable, isStep: isStep, key: vendorKey)
  }

  private var vendorKey: String? {
    guard let partition, site?.partition(named: partition)?.gpus != nil else { return nil }
    return "partitions.\(partition).gpus.vendor"
  }

  private var variable: String? {
    let vendor = partition.flatMap { site?.partition(named: $0)?.gpus?.vendor }
    return vendor.map { $0 == .nvidia ? "CUDA_VISIBLE_DEVICES" : "ROCR_VISIBLE_DEVICES" }
  }

  private var stepFindings: [Finding] {
    guard !nodes.isEmpty else { return [] }
    guard let job else {
      return [Finding("steps", .notChecked, "there are job steps in jobs alone")]
    }
    guard site?.nestsSteps != false else {
      return [Finding("steps", .well, "not used, as the site file says")]
    }
    guard site?.asksForGPUs != false || !hasGPUs else {
      return [Finding("steps", .well, "not used: whole nodes are given out, without '--gres'")]
    }
    let remedy =
      "processes of a job cannot start job steps; write 'capabilities: {steps: false}', or mend it"
    var findings = steps.filter(\.hasFailed).map { record in
      Finding(
        "steps", on: [record.node], .wrong,
        record.slots.compactMap(\.cause).first ?? "srun said nothing", problem: remedy,
        key: "capabilities.steps")
    }
    let silent = nodes.map(\.node).filter { name in !steps.contains { $0.node == name } }
    let said = job.printed.isEmpty ? "nothing" : job.printed
    if !silent.isEmpty, nodes[0].worldSize != nodes.count {
      // What comes first in the job kept it from coming to its steps, or from starting them.
      findings.append(
        Finding(
          "steps", on: silent, .notChecked,
          "no step has said anything, in a job whose MPI was not well; it said: \(said)"))
    } else if !silent.isEmpty {
      findings.append(
        Finding(
          "steps", on: silent, .wrong, "no step has said anything",
          problem: "\(remedy); the job said: \(said)",
          key: "capabilities.steps"))
    }
    let sound = steps.filter { !$0.hasFailed }
    guard !sound.isEmpty else { return findings }
    findings.append(
      Finding("steps", on: sound.map(\.node), .well, "processes of a job start job steps"))
    guard hasGPUs else { return findings }
    let bound = sound.map { judged("GPUs of steps", $0.node, $0.slots, true) }
    return findings + merged(bound.map(\.finding)) + merged(bound.map(\.driverFinding))
  }
}

/// Findings that differ in their nodes alone become one.
func merged(_ findings: [Finding]) -> [Finding] {
  var merged: [Finding] = []
  for finding in findings {
    var same = finding
    if let place = merged.firstIndex(where: { other in
      same.nodes = other.nodes
      return same == other
    }) {
      merged[place].nodes += finding.nodes
    } else {
      merged.append(finding)
    }
  }
  return merged
}

/// What the slots of one node see, judged together.
private struct SlotJudgement {
  let check: String
  let node: String
  let slots: [SlotView]
  let variable: String?
  let isStep: Bool
  let key: String?

  /// By the variables: each slot has one, of the vendor, with one device that no other slot has.
  var finding: Finding {
    if let silent = slots.first(where: { $0.variables.isEmpty }) {
      return wrong(
        "slot \(silent.slot) is bound to no GPU\(silent.cause.map { ": \($0)" } ?? "")",
        "trials would share all GPUs; is 'vendor' right?")
    }
    if let double = slots.first(where: { $0.variables.count > 1 }) {
      return wrong(
        "slot \(double.slot) has \(double.variables.joined(separator: " and "))",
        "the variables filter one after the other; keep Slurm or the site's modules from setting more "
          + "than the vendor's")
    }
    if let variable, let other = slots.first(where: { !$0.has(variable) }) {
      return wrong(
        "slot \(other.slot) has \(other.variables.joined(separator: ", "))",
        "the site's vendor binds by \(variable); write the right 'vendor'")
    }
    let several = slots.first { ($0.devices?.split(separator: ",").count ?? 0) != 1 }
    if let several {
      return wrong(
        "slot \(several.slot) has \(several.variables.joined(separator: ", "))",
        "a trial of one GPU would see another number of them; keep Slurm from setting "
          + "SLURM_GPUS_PER_NODE or SLURM_GPUS_PER_TASK for steps")
    }
    let identities = slots.map { isStep ? $0.stepDevices ?? $0.devices : $0.devices }
    if let twice = firstTwice(identities.compactMap(\.self)) {
      return wrong(
        "device \(twice) was given twice",
        isStep
          ? "two steps have one GPU; keep to 'strategy: resident' at this site ('steps: false')"
          : "two trials would have one GPU", isStep ? "capabilities.steps" : key)
    }
    let names = identities.compactMap(\.self)
    return Finding(
      check, on: [node], .well,
      "\(counted(slots.count, "slot")) with one GPU each: \(names.sorted().joined(separator: ", ")), "
        + "by \(slots.first?.variables.first?.prefix { $0 != "=" } ?? "no variable")")
  }

  /// By the driver: each slot's program sees one GPU, which no other slot's sees.
  var driverFinding: Finding {
    let check = "driver, \(isStep ? "steps" : "slots")"
    let views = slots.compactMap(\.driver)
    guard views.count == slots.count, !slots.isEmpty else {
      let cause = slots.compactMap(\.cause).first ?? "no slot has said"
      return Finding(check, on: [node], .notChecked, cause)
    }
    if let other = slots.first(where: { $0.driver?.count != 1 }) {
      return Finding(
        check, on: [node], .wrong,
        "slot \(other.slot) sees \(counted(other.driver?.count ?? 0, "GPU"))",
        problem: "the driver does not heed the variable, or Slurm's own binding contradicts it; is "
          + "'vendor' right?", key: key)
    }
    if let twice = firstTwice(views.flatMap(\.self)) {
      return Finding(
        check, on: [node], .wrong, "\(twice) is seen by two slots",
        problem: "two trials would have one GPU", key: key)
    }
    return Finding(
      check, on: [node], .well,
      "\(counted(slots.count, "slot")), each sees one GPU that no other sees")
  }

  private func wrong(_ result: String, _ problem: String, _ other: String? = nil) -> Finding {
    Finding(check, on: [node], .wrong, result, problem: problem, key: other ?? key)
  }
}

extension SlotView {
  fileprivate func has(_ variable: String) -> Bool { variables[0].hasPrefix(variable + "=") }

  /// The value of the one variable.
  fileprivate var devices: String? {
    variables.first.map { String($0[$0.index(after: $0.firstIndex(of: "=") ?? $0.startIndex)...]) }
  }
}

private func firstTwice(_ texts: [String]) -> String? {
  texts.enumerated().first { texts[..<$0.offset].contains($0.element) }?.element
}
