/** The two ways to count what a study has cost by then. */
const axesOfProgress = (study) => ({
  time: {
    label: 'time', title: 'time since the study began', end: study.elapsed_seconds,
    words: (value) => duration(value),
  },
  hours: {
    label: study.hours, title: `${study.hours} used by trials`, end: study.gpu_hours,
    words: (value) => `${hoursWords(value)} ${study.hours}`,
  },
});

/** Two buttons of which one is down; `act` is called with the name of the axis that is chosen. */
function axisSwitch(study, id, act) {
  const axes = axesOfProgress(study);
  const group = element('div', {className: 'controls', attributes: {
    role: 'radiogroup', 'aria-label': 'Horizontal axis',
  }}, 'Over');
  for (const [name, {label}] of Object.entries(axes)) {
    const box = element('input', {attributes: {type: 'radio', name: id, value: name}});
    box.checked = name === 'time';
    box.addEventListener('change', () => act(axes[name], name));
    group.append(element('label', {}, box, label));
  }
  return group;
}

/** An axis of time, or of hours of GPUs. */
function progressScale(axis, end) {
  if (axis.label === 'time') return timeScale(end);
  return {
    type: 'linear', min: 0, max: end || 1,
    title: {display: true, text: axis.title},
    ticks: {includeBounds: false, maxRotation: 0, maxTicksLimit: 8, callback: rounded},
  };
}

/** A stepped line that can be drawn over time and over hours of GPUs. */
function addStepsChart(section, study, {points, y, words, label, mark, baseline}) {
  const axes = axesOfProgress(study);
  const last = points[points.length - 1];
  const lineOf = (name) => {
    const end = Math.max(isFinite(axes[name].end) ? axes[name].end : 0, last[name]);
    const steps = points.map((point) => ({x: point[name], y: point.y, point}));
    const datasets = [{
      // A value holds until the next step, so the line turns at the later point.
      data: [...steps, {x: end, y: last.y, point: last}], stepped: 'before', borderWidth: 2,
      // A dot is a step; the end of the line is none.
      pointRadius: steps.length > 60 ? 0 : [...steps.map(() => 3), 0],
      pointHoverRadius: 5, pointHitRadius: 8, clip: 6,
    }];
    if (isFinite(baseline)) {
      datasets.push({
        data: [{x: 0, y: baseline}, {x: end, y: baseline}],
        borderWidth: 1.5, borderDash: [6, 4], pointRadius: 0, pointHitRadius: 0,
      });
    }
    return {end, datasets};
  };
  let axis = axes.time;
  const first = lineOf('time');
  const paint = ({data, options}) => {
    paintAxes(options);
    data.datasets[0].borderColor = data.datasets[0].backgroundColor = colour(mark);
    if (data.datasets[1]) data.datasets[1].borderColor = colour('failed');
  };
  const configuration = {
    type: 'line',
    data: {datasets: first.datasets},
    options: chartOptions({
      interaction: {mode: 'nearest', axis: 'x', intersect: false},
      scales: {x: progressScale(axis, first.end), y},
      plugins: {
        tooltip: {
          displayColors: false,
          filter: (item) => item.datasetIndex === 0,
          callbacks: {
            title: ([item]) => (item ? `after ${axis.words(item.parsed.x)}` : ''),
            label: ({raw}) => label(raw.point),
          },
        },
      },
    }),
  };
  paint(configuration);
  let chart = null;
  section.append(axisSwitch(study, `${section.id}-axis`, (chosen, name) => {
    if (!chart) return;
    axis = chosen;
    const {end, datasets} = lineOf(name);
    chart.data.datasets = datasets;
    chart.options.scales.x = progressScale(axis, end);
    paint(chart.config);
    chart.update('none');
  }));
  chart = addChart(section, words, paint, configuration);
}

/** Draws the best value so far over time, or over hours of GPUs. */
function showProgress(study) {
  const section = byId('progress');
  const points = [];
  for (const [time, y, hours, trial] of study.best_over_time) {
    if (!isFinite(time) || !isFinite(y)) continue;
    if (points.length === 0 || study.isBetter(y, points[points.length - 1].y)) {
      points.push({time, hours, y, trial});
    }
  }
  if (points.length === 0) {
    section.append(note(noReportWords(study)));
    return;
  }
  const [first, last] = [points[0], points[points.length - 1]];
  const values = points.map((point) => point.y);
  if (isFinite(study.baseline)) values.push(study.baseline);
  const logarithmic = spansSizes(study, values);
  const range = valueRange(study, values, {logarithmic});
  const words = sentence(
    points.length === 1 ? `${rounded(first.y)} after ${duration(first.time)}, not bettered since.`
      : sentence(`From ${rounded(first.y)} after ${duration(first.time)} to ${rounded(last.y)}`,
        `after ${duration(last.time)} (${hoursWords(last.hours)} ${study.hours}),`,
        `in ${plural(points.length - 1, 'improvement')}.`),
    isFinite(study.baseline) ? baselineWords(study).long : '',
    range.cut > 0 ? `${plural(range.cut, 'value lies', 'values lie')} beyond the axis.` : '',
  );
  addStepsChart(section, study, {
    points, words, mark: 'paused', baseline: study.baseline,
    y: valueScale(study, range, logarithmic),
    label: ({y, trial}) => `${study.metric} ${rounded(y)}, trial ${trial}`,
  });
  section.append(element('details', {},
    element('summary', {text: 'The same in numbers'}),
    points.length > limits.improvements
      ? note(`The last ${limits.improvements} of ${plural(points.length, 'step')}.`) : null,
    plainTable(['after', study.hours, study.metric, 'trial'],
      points.slice(-limits.improvements).map(({time, hours, y, trial}) =>
        [duration(time), hours, y, String(trial)]), 'progress-heading')));
}

/** Draws how many different configurations had been better than the baseline by then. */
function showBaseline(study) {
  if (!isFinite(study.baseline)) return;
  const section = byId('baseline');
  section.hidden = false;
  const points = (study.better_over_time ?? []).map(([time, hours, y]) => ({time, hours, y}));
  if (points.length === 0) {
    section.append(note(`No trial has been better than ${rounded(study.baseline)}.`));
    return;
  }
  const [first, last] = [points[0], points[points.length - 1]];
  addStepsChart(section, study, {
    points: [{time: 0, hours: 0, y: 0}, ...points], mark: 'completed',
    y: {
      type: 'linear', min: 0, title: {display: true, text: 'configurations'},
      ticks: {precision: 0, maxTicksLimit: 8},
    },
    label: ({y}) => plural(y, 'configuration'),
    words: sentence(
      `The first after ${duration(first.time)} and ${hoursWords(first.hours)} ${study.hours};`,
      `${plural(last.y, 'different configuration')} in the end, at whatever ${study.fidelity}.`),
  });
}
