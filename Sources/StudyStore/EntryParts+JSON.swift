// What events and commands consist of, in JSON; see `Entries+JSON`.
import CompactJSON
import Coordination
import StudyModel

extension TrialID {
  init?(_ json: JSONValue) {
    guard let number = json.int else { return nil }
    self.init(number)
  }
}

extension WorkerID {
  init?(_ json: JSONValue) {
    guard let rank = json.int else { return nil }
    self.init(rank)
  }
}

extension LegID {
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("trial", trial.number)
      json.member("attempt", attempt)
    }
  }

  init?(_ json: JSONValue) {
    guard let trial = json["trial"].flatMap(TrialID.init), let attempt = json["attempt"]?.int
    else { return nil }
    self.init(trial, attempt: attempt)
  }
}

extension SlotID {
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("worker", worker.rank)
      json.member("index", index)
    }
  }

  init?(_ json: JSONValue) {
    guard let worker = json["worker"].flatMap(WorkerID.init), let index = json["index"]?.int
    else { return nil }
    self.init(worker, index)
  }
}

extension Configuration {
  func write(to json: inout JSONWriter) {
    json.object { json in
      for setting in settings {
        json.key(setting.name)
        switch setting.value {
        case .integer(let number): json.write(number)
        case .real(let number): json.write(number)
        case .word(let word): json.write(word)
        case .truth(let truth): json.write(truth)
        }
      }
    }
  }

  init?(_ json: JSONValue) {
    var settings = Configuration(minimumCapacity: json.count)
    let isObject = json.members { name, value in
      if let word = value.string {
        settings[name] = .word(word)
      } else if let truth = value.truth {
        settings[name] = .truth(truth)
      } else if let number = value.int {
        settings[name] = .integer(number)
      } else if let number = value.double {
        settings[name] = .real(number)
      }
    }
    // What is missing was none of these, or there twice.
    guard isObject, settings.settings.count == json.count else { return nil }
    self = settings
  }
}

extension Origin {
  func write(to json: inout JSONWriter) throws {
    guard case .random = self else { return try json.write(encoding: self) }
    json.enumerated("random")
  }

  init?(_ json: JSONValue) {
    guard let origin = json.enumerated("random") == nil ? json.decoded(Origin.self) : .random
    else { return nil }
    self = origin
  }
}

extension Report {
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.name("leg")
      leg.write(to: &json)
      json.member("epoch", epoch)
      json.name("values")
      json.array(values) { json, value in
        json.object { json in
          json.name("name")
          json.write(value.name)
          json.name("value")
          json.write(value.value)
        }
      }
      json.name("isAnswerable")
      json.write(isAnswerable)
      if isHeld {
        json.name("held")
        json.write(true)
      }
    }
  }

  init?(_ json: JSONValue) {
    let values = json["values"]?.elements { json -> Value? in
      guard let name = json["name"]?.string, let value = json["value"]?.double else { return nil }
      return Value(name, value)
    }
    guard let leg = json["leg"].flatMap(LegID.init), let epoch = json["epoch"]?.int, let values,
      let isAnswerable = json["isAnswerable"]?.truth, json["held"] == nil
    else { return nil }
    self.init(leg: leg, epoch: epoch, values: values, isAnswerable: isAnswerable)
  }
}

extension LegEnd {
  func write(to json: inout JSONWriter) throws {
    try json.object { json in
      json.name("leg")
      leg.write(to: &json)
      json.name("outcome")
      switch outcome {
      case .exited(let status): json.enumerated("exited") { $0.member("status", status) }
      case .askedForNext: json.enumerated("askedForNext")
      case .endedByRung: json.enumerated("endedByRung")
      default: try json.write(encoding: outcome)
      }
      json.member("keeping", ifPresent: keeping)
      try json.member("lastLine", ifPresent: lastLine)
      json.member("worker", ifPresent: worker?.rank)
      json.member("peakMemoryMiB", ifPresent: peakMemoryMiB)
      json.member("peakDeviceMemoryMiB", ifPresent: peakDeviceMemoryMiB)
      try json.member("lacked", ifPresent: lacked)
    }
  }

  init?(_ json: JSONValue) {
    guard let leg = json["leg"].flatMap(LegID.init), let word = json["outcome"],
      let keeping = json.ifPresent("keeping", \.int),
      let lastLine = json.ifPresent("lastLine", \.string),
      let worker = json.ifPresent("worker", WorkerID.init),
      let peak = json.ifPresent("peakMemoryMiB", \.int),
      let devicePeak = json.ifPresent("peakDeviceMemoryMiB", \.int), json["lacked"] == nil
    else { return nil }
    let outcome: Outcome? =
      if let status = word.enumerated("exited")?["status"]?.int {
        .exited(status: status)
      } else if word.enumerated("askedForNext") != nil {
        .askedForNext
      } else if word.enumerated("endedByRung") != nil {
        .endedByRung
      } else {
        word.decoded(Outcome.self)
      }
    guard let outcome else { return nil }
    self.init(
      leg: leg, outcome: outcome, keeping: keeping, lastLine: lastLine, worker: worker,
      peakMemoryMiB: peak, peakDeviceMemoryMiB: devicePeak)
  }
}

extension Verdict {
  func write(to json: inout JSONWriter) {
    switch self {
    case .goOn(let until): json.enumerated("goOn") { $0.member("until", until) }
    case .pause: json.enumerated("pause")
    case .complete: json.enumerated("complete")
    case .stop: json.enumerated("stop")
    }
  }

  init?(_ json: JSONValue) {
    if let until = json.enumerated("goOn")?["until"]?.int {
      self = .goOn(until: until)
    } else if json.enumerated("pause") != nil {
      self = .pause
    } else if json.enumerated("complete") != nil {
      self = .complete
    } else if json.enumerated("stop") != nil {
      self = .stop
    } else {
      return nil
    }
  }
}

extension Leg {
  func write(to json: inout JSONWriter) throws {
    try json.object { json in
      json.name("id")
      id.write(to: &json)
      json.name("slot")
      slot.write(to: &json)
      json.name("configuration")
      write(configuration, to: &json)
      if let source {
        json.name("source")
        try source.write(to: &json)
      }
      json.member("until", until)
      json.member("seed", seed)
      json.member("width", width)
      if slots.count > 1 {
        json.name("others")
        json.array(slots.dropFirst()) { json, slot in slot.write(to: &json) }
      }
      try json.member("hosts", ifPresent: hosts)
      try json.member("scaled", ifPresent: scaled)
    }
  }

  /// As ``TypedConfiguration``.
  private func write(_ configuration: Configuration, to json: inout JSONWriter) {
    json.object { json in
      json.name("settings")
      configuration.write(to: &json)
      let real = configuration.settings.filter {
        if case .real(let number) = $0.value { number == number.rounded() } else { false }
      }
      guard !real.isEmpty else { return }
      json.name("real")
      json.array(real) { json, setting in json.write(setting.name) }
    }
  }

  /// One slot, and a checkpoint in one piece if any.
  init?(_ json: JSONValue) {
    guard let id = json["id"].flatMap(LegID.init), let slot = json["slot"].flatMap(SlotID.init),
      let typed = json["configuration"],
      var configuration = typed["settings"].flatMap(Configuration.init),
      let real = typed.ifPresent("real", { $0.elements(\.string) }),
      let source = json.ifPresent("source", Source.init), let until = json["until"]?.int,
      let seed = json["seed"]?.int, json["width"]?.int == 1,
      json["others"] == nil, json["hosts"] == nil, json["scaled"] == nil
    else { return nil }
    for name in real ?? [] {
      if let number = configuration[name]?.number { configuration[name] = .real(number) }
    }
    self.init(
      id: id, slots: [slot], configuration: configuration, source: source, until: until, seed: seed)
  }
}

extension Leg.Source {
  func write(to json: inout JSONWriter) throws {
    guard pieces.count == 1, entry.part == nil else { return try json.write(encoding: self) }
    json.object { json in
      json.name("container")
      json.write(container)
      json.name("entry")
      json.object { json in
        json.name("leg")
        entry.leg.write(to: &json)
        json.member("epoch", entry.epoch)
        json.member("bytes", entry.bytes)
      }
    }
  }

  init?(_ json: JSONValue) {
    guard json["others"] == nil, let container = json["container"]?.string,
      let entry = json["entry"],
      let leg = entry["leg"].flatMap(LegID.init), let epoch = entry["epoch"]?.int,
      let bytes = entry["bytes"]?.int, entry["part"] == nil
    else { return nil }
    self.init(
      container: container, entry: Container.Entry(leg: leg, epoch: epoch, bytes: bytes))
  }
}
