/** The data of the page with every optional part filled in. */
function readStudy() {
  const given = JSON.parse(byId('rung-data').textContent);
  const study = {
    study: 'study', state: 'unknown', metric: 'value', goal: 'maximize', fidelity: 'epoch',
    fidelity_max: null, algorithm: '', counts: {}, best: null, baseline: null,
    ...given,
  };
  for (const list of ['parameters', 'rungs', 'best_over_time', 'failures']) study[list] ??= [];
  study.trials = trialsOf(study);
  study.hours = study.has_gpus === false ? 'slot-hours' : 'GPU-hours';
  study.isBetter = study.goal === 'minimize' ? (a, b) => a < b : (a, b) => a > b;
  study.bestFirst = (a, b) => (a === b ? 0 : study.isBetter(a, b) ? -1 : 1);
  study.failuresOfTrial = groupedBy(study.failures, (failure) => failure.trial);
  study.thinned = given.trials?.thinned ?? 0;
  study.trialWithNumber = new Map(study.trials.map((trial) => [trial.trial, trial]));
  return study;
}

/** The trials, a row each, of the columns in which they are written. */
function trialsOf({trials: columns, parameters}) {
  if (!columns) return [];
  const final = new Set(columns.final ?? []);
  return Array.from({length: columns.count}, (_, trial) => {
    // Own properties, whatever a parameter is called.
    const configuration = Object.fromEntries(parameters
      .map((name, index) => [name, columns.settings[index][trial]])
      .filter(([, value]) => value !== null && value !== undefined));
    const curve = columns.curves[trial] ?? [];
    const [epochs, values] = Array.isArray(curve[0]) ? curve : [null, curve];
    const hosts = columns.places[columns.place[trial]] ?? '';
    return {
      trial, configuration,
      state: columns.states[columns.state[trial]],
      reason: columns.reasons[columns.reason[trial]],
      hosts: hosts === '' ? [] : hosts.split(' '),
      attempts: columns.attempts[trial],
      epoch: columns.epoch[trial],
      value: columns.value[trial] ?? null,
      others: (columns.others ?? []).map((column) => column[trial]),
      started: columns.started[trial],
      ended: columns.ended[trial],
      isFinal: final.has(trial),
      /* Pairs of epoch and value; null where the value was not finite. */
      reports: values.map((value, index) => [epochs ? epochs[index] : index + 1, value]),
    };
  });
}

/** What a trial was given for a parameter; undefined where the parameter was inactive. */
function settingOf(trial, parameter) {
  const configuration = trial.configuration ?? {};
  // A parameter may be called like something that every object inherits.
  return Object.hasOwn(configuration, parameter) ? configuration[parameter] : undefined;
}

/** A configuration's settings in the order of the study file. */
function settingsInOrder(study, configuration) {
  const names = study.parameters.filter((name) => Object.hasOwn(configuration, name));
  const known = new Set(names);
  names.push(...Object.keys(configuration).filter((name) => !known.has(name)));
  return names.map((name) => [name, configuration[name]]);
}

/** A trial's learning curve, one point an epoch in rising order; a value that was not finite is a gap. */
function curveOf(study, trial) {
  const points = trial.reports.map(([x, y]) => ({x, y: isFinite(y) ? y : null}));
  const finite = points.filter((point) => point.y !== null);
  if (finite.length === 0) return null;
  const best = finite.reduce((a, b) => (study.isBetter(b.y, a.y) ? b : a)).y;
  return {trial, points, best, last: finite[finite.length - 1]};
}

/**
 * The curves to draw, best first: all of them if they are few, otherwise the best ones and a
 * sample spread evenly over the ranking of the others, so that the picture keeps its proportions.
 */
function curvesToDraw(study, curves) {
  const ranked = [...curves].sort((a, b) => study.bestFirst(a.best, b.best));
  if (ranked.length <= limits.curves) return ranked;
  const others = ranked.slice(limits.bestCurves);
  const wanted = limits.curves - limits.bestCurves;
  const sample = Array.from({length: wanted}, (_, index) =>
    others[Math.floor((index + 0.5) * others.length / wanted)]);
  return [...ranked.slice(0, limits.bestCurves), ...sample];
}

/** A curve thinned to a number of points: the lowest and highest of each stretch of the axis. */
function thinned(points, most, position) {
  if (points.length <= most) return points;
  const [first, last] = [points[0], points[points.length - 1]];
  const start = position(first.x);
  const stretch = (position(last.x) - start) * 2 / (most - 2);
  const kept = new Set([first, last]);
  let low = first, high = first, index = 0;
  for (const point of points) {
    if (point.y === null) {
      kept.add(point);
      continue;
    }
    const here = Math.floor((position(point.x) - start) / stretch);
    if (here !== index) {
      kept.add(low).add(high);
      [low, high, index] = [point, point, here];
    }
    if (low.y === null || point.y < low.y) low = point;
    if (high.y === null || point.y > high.y) high = point;
  }
  kept.add(low).add(high);
  return points.filter((point) => kept.has(point));
}

/**
 * The range of a value axis. One diverged trial would squeeze all others into a line, so the bad
 * end is cut where it lies far outside what 95 % of the values need, unless all are asked for.
 */
function valueRange(study, values, {logarithmic = false, all = false} = {}) {
  const scaled = (value) => (logarithmic ? Math.log10(value) : value);
  const sorted = Float64Array.from(values, scaled).sort();
  if (sorted.length === 0) return null;
  let low = sorted[0], high = sorted[sorted.length - 1];
  const quantile = (share) => sorted[Math.round(share * (sorted.length - 1))];
  let isCut = false;
  if (!all) {
    if (study.goal === 'minimize') {
      const usual = quantile(0.95);
      isCut = high - usual > 2 * (usual - low);
      if (isCut) high = usual + 0.25 * (usual - low);
    } else {
      const usual = quantile(0.05);
      isCut = usual - low > 2 * (high - usual);
      if (isCut) low = usual - 0.25 * (high - usual);
    }
  }
  const cut = isCut ? sorted.filter((value) => value < low || value > high).length : 0;
  const margin = (high - low) * 0.04 || Math.abs(high) * 0.05 || 1;
  const plain = (value) => (logarithmic ? 10 ** value : value);
  return {min: plain(low - margin), max: plain(high + margin), cut};
}

/** Whether values to be minimised span so many sizes that only a logarithmic axis shows them. */
function spansSizes(study, values) {
  if (study.goal !== 'minimize' || values.length === 0) return false;
  let low = Infinity, high = 0;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > 0 && high / low > 100;
}

/** Why there is nothing to draw. */
function noReportWords(study) {
  return study.trials.length === 0 ? 'No trial has started yet.'
    : `No trial has reported a finite ${study.metric} yet.`;
}

/** Trials with a finite value, the best first. */
function rankedTrials(study) {
  return study.trials.filter((trial) => isFinite(trial.value))
    .sort((a, b) => (study.isBetter(a.value, b.value) ? -1 : study.isBetter(b.value, a.value) ? 1
      : a.trial - b.trial));
}
