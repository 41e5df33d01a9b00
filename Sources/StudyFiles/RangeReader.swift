import StudyModel

/// Reads a parameter with `min` and `max`.
///
/// A decimal point, an exponent or `scale: log` makes a real number, else it is an integer;
/// `type` overrules.
struct RangeReader {
  let fields: Fields
  let name: String

  /// Beyond this, whole numbers and real ones, as which they travel in JSON, differ.
  static let largestInteger = 1 << 53

  func domain() -> Parameter.Domain? {
    let type: NumberType? = fields["type"]?.choice()
    let scale: Scale? = fields["scale"].map { $0.choice() } ?? .linear
    let low = fields.required("min", example: "min: 0.0").flatMap(number)
    let high = fields.required("max", example: "max: 1.0").flatMap(number)
    let step = fields["step"].flatMap(number)
    guard let low, let high, let scale, (type != nil) == (fields["type"] != nil),
      (step != nil) == (fields["step"] != nil)
    else { return nil }
    guard low.value != high.value else {
      fields["max"]?.mistake(Wording.singleValue(name, high.text))
      return nil
    }
    guard low.value < high.value else {
      fields["min"]?.mistake(Wording.reversed(fields.path, low: low.text, high: high.text))
      return nil
    }
    guard scale == .linear || low.value > 0 else {
      fields["min"]?.mistake(Wording.logTouchesZero(fields.path, low.text))
      return nil
    }
    if let step, !check(step, low: low, high: high) { return nil }
    let isWritten = low.isReal || high.isReal || step?.isReal ?? false
    guard type.map({ $0 == .real }) ?? (scale == .log || isWritten) else {
      return integer(low, high, step, scale)
    }
    if type == nil, !isWritten {
      fields.ledger.warning(
        at: fields.place, Wording.integerLog(name, low: low.text, high: high.text))
    }
    return real(low, high, step, scale)
  }

  private struct Number {
    let value: Double
    /// Whether it has a decimal point or an exponent.
    let isReal: Bool
    let text: String
  }

  private enum NumberType: String, CaseIterable { case integer, real }
  private enum Scale: String, CaseIterable { case linear, log }

  private func number(_ field: Field) -> Number? {
    guard let value = field.number(), case .scalar(let scalar, let text) = field.node.content
    else { return nil }
    if case .integer(let whole) = scalar, whole.magnitude > Self.largestInteger {
      field.mistake(Wording.integerTooLarge(field.path, text))
      return nil
    }
    if case .integer = scalar { return Number(value: value, isReal: false, text: text) }
    return Number(value: value, isReal: true, text: text)
  }

  private func check(_ step: Number, low: Number, high: Number) -> Bool {
    let field = fields["step"]
    if step.value <= 0 {
      field?.mistake(Wording.stepNotPositive(fields.path, step.text))
    } else if step.value > high.value - low.value {
      field?.mistake(
        Wording.stepTooLarge(fields.path, step.text, low: low.text, high: high.text))
    } else if (high.value - low.value) / step.value > Double(Self.largestInteger) {
      field?.mistake(Wording.stepTooSmall(fields.path, step.text))
    } else {
      return true
    }
    return false
  }

  private func real(
    _ low: Number, _ high: Number, _ step: Number?, _ scale: Scale
  ) -> Parameter.Domain? {
    guard (high.value - low.value).isFinite else {
      fields["max"]?.mistake(Wording.rangeTooWide(fields.path))
      return nil
    }
    warnOfRemainder(low, high, step)
    return .real(low: low.value, high: high.value, step: step?.value, log: scale == .log)
  }

  private func integer(
    _ low: Number, _ high: Number, _ step: Number?, _ scale: Scale
  ) -> Parameter.Domain? {
    let wholes = [("min", low), ("max", high), ("step", step)].compactMap { key, number in
      number.map { number -> Int? in
        if let whole = Int(exactly: number.value), whole.magnitude <= Self.largestInteger {
          return whole
        }
        fields[key]?.mistake(Wording.notWhole("\(fields.path).\(key)", number.text))
        return nil
      }
    }.compactMap { $0 }
    guard wholes.count == (step == nil ? 2 : 3) else { return nil }
    if low.value == 0, high.value == 1, fields["type"] == nil {
      fields.ledger.warning(at: fields.place, Wording.zeroToOne(name))
    }
    warnOfRemainder(low, high, step)
    return .integer(
      low: wholes[0], high: wholes[1], step: step == nil ? 1 : wholes[2], log: scale == .log)
  }

  /// A range whose end no step reaches is allowed, but rarely meant.
  private func warnOfRemainder(_ low: Number, _ high: Number, _ step: Number?) {
    guard let step else { return }
    let steps = (high.value - low.value) / step.value
    guard (steps - steps.rounded()).magnitude > 1e-9 * max(1, steps) else { return }
    let last = low.value + steps.rounded(.down) * step.value
    fields.ledger.warning(
      at: fields.place, Wording.unreachedEnd(name, high.text, last: shortNumber(last)))
  }
}

/// A number as people write it: whole ones without a fraction.
func shortNumber(_ value: Double) -> String {
  Int(exactly: value).map(String.init) ?? value.description
}
