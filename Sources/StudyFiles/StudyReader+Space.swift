import StudyModel

extension StudyReader {
  /// Reads `space`: the name of a ready-made space, whose parameters come before those of the file.
  ///
  /// - Parameter field: The value of `space`, if it is given.
  /// - Returns: No parameters where it is not given, `nil` where it is no such name.
  func readyMade(_ field: Field?) -> [Parameter]? {
    guard let field else { return [] }
    if case .mapping = field.node.content {
      field.mistake(Wording.spaceIsMapping)
      return nil
    }
    let space: ReadyMadeSpace? = field.choice()
    return space?.parameters
  }
}

extension StudyReader.Draft {
  /// A parameter of a ready-made space, none of which has conditions.
  init(_ parameter: Parameter) {
    self.init(
      name: parameter.name, domain: parameter.domain, isArchitecture: parameter.isArchitecture)
  }
}
