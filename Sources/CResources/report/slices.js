/** Draws the last value of each trial over one of its settings, which the reader chooses. */
function showSlices(study) {
  const ranked = rankedTrials(study);
  if (study.parameters.length === 0 || ranked.length < 2) return;
  const section = byId('slices');
  section.hidden = false;
  const values = ranked.map((trial) => trial.value);
  const logarithmic = spansSizes(study, values);
  const range = valueRange(study, values, {logarithmic});
  const step = Math.max(1, Math.ceil(ranked.length / 2000));
  const drawn = ranked.filter((_, index) => index % step === 0);
  const most = Math.max(...drawn.map((trial) => trial.epoch), 1);

  const pointsOf = (axis) => {
    const words = axis.words;
    return drawn.map((trial) => {
      const value = settingOf(trial, axis.parameter);
      const place = axis.place(value);
      if (place === null) return null;
      // Words of one value stand beside each other, not on top.
      const spread = ((trial.trial * 0.618034) % 1 - 0.5) * 0.6;
      const x = axis.isNumber ? value : words.indexOf(setting(value)) + spread;
      return {x, y: trial.value, trial: trial.trial, epoch: trial.epoch};
    }).filter((point) => point !== null).sort((a, b) => a.x - b.x);
  };
  const scaleOf = (axis) => {
    if (axis.isNumber) {
      return {
        type: axis.isLogarithmic ? 'logarithmic' : 'linear',
        title: {display: true, text: cutShort(axis.parameter)},
        ticks: {maxRotation: 0, maxTicksLimit: 8, callback: (value) => rounded(value)},
        afterBuildTicks(scale) {
          if (!axis.isLogarithmic) return;
          scale.ticks = logarithmicTicks(scale).map((value) => ({value}));
        },
      };
    }
    return {
      type: 'linear', min: -0.5, max: Math.max(0, axis.words.length - 1) + 0.5,
      title: {display: true, text: cutShort(axis.parameter)},
      ticks: {autoSkip: true, callback: (value) => cutShort(axis.words[value] ?? '', 20)},
      afterBuildTicks(scale) { scale.ticks = axis.words.map((_, value) => ({value})); },
    };
  };
  const groups = [...new Set(drawn.map((trial) => trial.epoch))].sort((a, b) => a - b);
  let axis = layOut(study, study.parameters[0], ranked);
  const datasetsOf = () => [{data: pointsOf(axis), borderWidth: 0}];
  const words = () => sentence(
    `The last ${study.metric} of each trial over its ${axis.parameter};`,
    `the stronger a point, the more ${study.fidelity}s it was trained (${rounded(groups[0])} to`,
    `${rounded(groups[groups.length - 1])}).`,
    step > 1 ? `${count(drawn.length)} of ${count(ranked.length)} trials are drawn.` : '',
    range.cut > 0 ? `${plural(range.cut, 'value lies', 'values lie')} beyond the axis.` : '');
  const paint = ({data, options}) => {
    paintAxes(options);
    const base = colour('paused');
    for (const dataset of data.datasets) {
      dataset.pointRadius = 3.5;
      dataset.backgroundColor = dataset.data.map((point) =>
        faint(base, 0.25 + 0.75 * Math.log(point.epoch + 1) / Math.log(most + 1)));
    }
  };
  const configuration = {
    type: 'scatter',
    data: {datasets: datasetsOf()},
    options: chartOptions({
      interaction: {mode: 'nearest', intersect: true},
      scales: {x: scaleOf(axis), y: valueScale(study, range, logarithmic)},
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            label: ({raw}) => `trial ${raw.trial}: ${rounded(raw.y)} at ${study.fidelity} ${raw.epoch}`,
          },
        },
      },
    }),
  };
  paint(configuration);
  const choice = element('select', {}, ...study.parameters.map((parameter) =>
    element('option', {text: cutShort(parameter, 30), attributes: {value: parameter}})));
  section.append(element('div', {className: 'controls'},
    element('label', {}, 'Parameter', choice)));
  const chart = addChart(section, words(), paint, configuration);
  choice.addEventListener('change', () => {
    axis = layOut(study, choice.value, ranked);
    if (!chart) return;
    chart.data.datasets = datasetsOf();
    chart.options.scales.x = scaleOf(axis);
    paint(chart.config);
    byId('slices-words').textContent = words();
    chart.update('none');
  });
}
