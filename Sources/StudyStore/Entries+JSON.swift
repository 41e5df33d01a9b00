// How entries of the journal are written and read past `Codable`: of events and commands those that every trial
// causes, in the form that they usually have. The rest is left to `Codable`, as is the format; the tests hold the two
// against each other.
public import CompactJSON
public import Coordination
import StudyModel

extension JournalEntry: DirectlyCoded {
  /// Writes an entry.
  public func write(to json: inout JSONWriter) throws {
    try json.object { json in
      json.member("time", time.microseconds)
      json.name("event")
      try event.write(to: &json)
      json.name("commands")
      try json.array(commands) { json, command in try command.write(to: &json) }
    }
  }

  /// Reads an entry.
  public static func read(_ json: JSONValue) -> JournalEntry? {
    guard let time = json["time"]?.int, let event = json["event"].flatMap(Event.readAny),
      let commands = json["commands"]?.elements(Command.readAny)
    else { return nil }
    return JournalEntry(
      time: StudyTime(microseconds: time), event: event, commands: commands)
  }
}

extension DirectlyCoded {
  /// Reads a value directly or, where that cannot be, as `Codable` has it.
  static func readAny(_ json: JSONValue) -> Self? { read(json) ?? json.decoded(Self.self) }
}

extension Event: DirectlyCoded {
  /// Writes an event.
  public func write(to json: inout JSONWriter) throws {
    switch self {
    case .proposed(let trial, let configuration, let origin):
      try json.enumerated("proposed") { json in
        json.member("_0", trial.number)
        json.name("_1")
        configuration.write(to: &json)
        json.name("from")
        try origin.write(to: &json)
      }
    case .began(let leg, let worker):
      json.enumerated("began") { json in
        json.name("_0")
        leg.write(to: &json)
        json.member("on", ifPresent: worker?.rank)
      }
    case .reported(let report):
      json.enumerated("reported") { json in
        json.name("_0")
        report.write(to: &json)
      }
    case .legEnded(let end):
      try json.enumerated("legEnded") { json in
        json.name("_0")
        try end.write(to: &json)
      }
    default: try json.write(encoding: self)
    }
  }

  /// Reads an event.
  public static func read(_ json: JSONValue) -> Event? {
    if let json = json.enumerated("reported") {
      return json["_0"].flatMap(Report.init).map { .reported($0) }
    }
    if let json = json.enumerated("began") {
      guard let leg = json["_0"].flatMap(LegID.init),
        let worker = json.ifPresent("on", WorkerID.init)
      else { return nil }
      return .began(leg, on: worker)
    }
    if let json = json.enumerated("legEnded") {
      return json["_0"].flatMap(LegEnd.init).map { .legEnded($0) }
    }
    if let json = json.enumerated("proposed") {
      guard let trial = json["_0"].flatMap(TrialID.init),
        let configuration = json["_1"].flatMap(Configuration.init),
        let origin = json["from"].flatMap(Origin.init)
      else { return nil }
      return .proposed(trial, configuration, from: origin)
    }
    return nil
  }
}

extension Command: DirectlyCoded {
  /// Writes a command.
  public func write(to json: inout JSONWriter) throws {
    switch self {
    case .propose(let trial): json.enumerated("propose") { $0.member("_0", trial.number) }
    case .start(let leg):
      try json.enumerated("start") { json in
        json.name("_0")
        try leg.write(to: &json)
      }
    case .answer(let leg, let worker, let epoch, let verdict):
      json.enumerated("answer") { json in
        json.name("_0")
        leg.write(to: &json)
        json.member("on", worker.rank)
        json.member("epoch", epoch)
        json.name("_3")
        verdict.write(to: &json)
      }
    case .end(let leg, let worker):
      json.enumerated("end") { json in
        json.name("_0")
        leg.write(to: &json)
        json.member("on", worker.rank)
      }
    default: try json.write(encoding: self)
    }
  }

  /// Reads a command.
  public static func read(_ json: JSONValue) -> Command? {
    if let json = json.enumerated("answer") {
      guard let leg = json["_0"].flatMap(LegID.init),
        let worker = json["on"].flatMap(WorkerID.init),
        let epoch = json["epoch"]?.int, let verdict = json["_3"].flatMap(Verdict.init)
      else { return nil }
      return .answer(leg, on: worker, epoch: epoch, verdict)
    }
    if let json = json.enumerated("propose") {
      return json["_0"].flatMap(TrialID.init).map { .propose($0) }
    }
    if let json = json.enumerated("start") {
      return json["_0"].flatMap(Leg.init).map { .start($0) }
    }
    if let json = json.enumerated("end") {
      guard let leg = json["_0"].flatMap(LegID.init), let worker = json["on"].flatMap(WorkerID.init)
      else { return nil }
      return .end(leg, on: worker)
    }
    return nil
  }
}
