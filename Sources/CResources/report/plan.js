/** The plan by which the study was submitted beside what really happened. */
function showPlan(study) {
  const section = byId('plan');
  const {plan} = study;
  if (!plan) {
    section.append(note(study.origin?.simulated
      ? 'This study was simulated: nothing was planned, and nothing trained.'
      : 'There was no plan: the study was begun by rung run. rung submit plans a job, and rung calibrate'
        + ' lets it foretell how long that takes.'));
    return;
  }
  const {forecast} = plan;
  const percent = (share) => (isFinite(share) ? `${Math.round(share * 1000) / 10} %` : missing);
  const jobs = new Set((study.timeline?.runs ?? []).map(({job}) => job).filter(isFinite)).size;
  const rows = [
    ['run time', forecast ? sentence(duration(forecast.run_time),
      forecast.run_time_deviation > 0 ? `± ${duration(forecast.run_time_deviation)}` : '') : missing,
    duration(study.elapsed_seconds), ratio(study.elapsed_seconds, forecast?.run_time)],
    ['slots held by trials', percent(forecast?.utilization), percent(study.utilization),
      ratio(study.utilization, forecast?.utilization)],
    [`${study.hours} of all slots`, hoursWords(forecast?.gpu_hours), hoursWords(study.offered_hours),
      ratio(study.offered_hours, forecast?.gpu_hours)],
    ['jobs', forecast ? rounded(forecast.jobs) : missing, jobs > 0 ? String(jobs) : missing, ''],
    ['slots', String(plan.slots), isFinite(study.slots) ? String(study.slots) : missing, ''],
  ];
  section.append(
    note(sentence(
      `Planned for ${plan.site}: ${plural(plan.nodes, 'node')},`,
      `${plural(plan.trials_at_a_time, 'trial')} at a time, layout ${plan.strategy},`,
      `${duration(plan.time_limit)} a job.`)),
    plainTable(['', 'foretold', 'real', 'real / foretold'], rows, 'plan-heading'),
    note(forecast ? `Foretold when it was submitted: ${forecast.source}.`
      : 'Nothing was foretold: when it was submitted nobody had said how the machine takes its time'
        + ' (rung calibrate does).'));
  if (study.state === 'running') section.append(note('The study still runs: real figures are so far.'));
}

/** How many times as much, in two digits. */
function ratio(real, foretold) {
  return isFinite(real) && foretold > 0 ? `${Number((real / foretold).toPrecision(2))} ×` : missing;
}
