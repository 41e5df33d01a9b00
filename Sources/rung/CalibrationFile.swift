import FoundationEssentials
import Planning
import Processes
import StudyModel

/// The file beside a study file in which its calibrations are, named after its stem.
///
/// - Parameter study: The path of the study file.
/// - Returns: For example `study.calibration.json`.
func calibrationFile(for study: String) -> String {
  var path = StudyHandle.folder(for: study)
  path.removeLast(".rung".count)
  return path + ".calibration.json"
}

/// The calibrations of a study file.
///
/// - Parameter study: The path of the study file.
/// - Returns: `nil` where there are none.
/// - Throws: ``Failure`` where the file is damaged, or `SystemError`.
func readCalibrations(of study: String) throws -> Calibrations? {
  let path = calibrationFile(for: try realPath(study))
  guard exists(path) else { return nil }
  let bytes = try readFile(path)
  do { return try JSONDecoder().decode(Calibrations.self, from: Data(bytes)) } catch {
    throw Failure(
      .wrongFile,
      "'\(path)' is no calibration that this version reads; delete it, and measure again by "
        + "'rung calibrate \(study)'")
  }
}

/// Takes a calibration up in the file of a study.
///
/// - Parameters:
///   - calibration: What was measured.
///   - study: The path of the study file.
/// - Returns: The file's path.
/// - Throws: ``Failure`` or `SystemError`.
func keep(_ calibration: Calibration, of study: String) throws -> String {
  let path = calibrationFile(for: try realPath(study))
  var all = try readCalibrations(of: study) ?? Calibrations()
  all.put(calibration)
  try writeFile(path + ".new", Array(try jsonText(all).utf8))
  try renamePath(path + ".new", to: path)
  return path
}

/// What a study's trials were measured to need of memory at a site, where that still counts.
///
/// - Parameters:
///   - study: The study.
///   - file: The path of its file.
///   - site: The site.
/// - Returns: `nil` where nothing was measured of this command there.
/// - Throws: ``Failure`` or `SystemError`.
func measuredMemory(of study: Study, at file: String, _ site: Site) throws -> MeasuredMemory? {
  // The study of a folder can be resumed without the file that it came from.
  guard exists(file), let measured = try readCalibrations(of: file)?[site.name],
    measured.command == study.trial.command
  else { return nil }
  return MeasuredMemory(measured)
}

/// How a machine takes its time with a study, as far as anything says so.
///
/// Says on standard error where a calibration does not count.
///
/// - Parameters:
///   - study: The study.
///   - file: The path of its file.
///   - site: The site; `nil` for the machine at hand.
/// - Returns: `nil` where nothing does.
/// - Throws: ``Failure`` or `SystemError`.
func machineModel(
  of study: Study, at file: String, _ site: Site?
) throws -> MachineModelChoice? {
  let calibrations = try readCalibrations(of: file)
  let choice = MachineModelChoice(for: study, at: site, calibrations: calibrations)
  if calibrations?[site?.name].map({ $0.command != study.trial.command }) == true {
    note(
      "rung: warning: the calibration is of another 'trial.command', and does not count; measure "
        + "again by 'rung calibrate \(file)'")
  }
  return choice
}
