/** The values of some metrics, in the order of their names. */
const valuesOf = (metrics, names) => names.map(
  (name) => metrics.find((metric) => metric.name === name)?.value);

/** The trials of which none is worse than another in every metric; only with several metrics. */
function showFront(study) {
  if (!study.front) return;
  const section = byId('front');
  section.hidden = false;
  if (study.front.length === 0) {
    section.append(note('No trial has reported all metrics yet.'));
    return;
  }
  const metrics = study.front[0].metrics.map((metric) => metric.name);
  drawFront(section, study, metrics);
  section.append(
    plainTable(
      ['trial', ...metrics, study.fidelity, ...study.parameters],
      study.front.map((member) => [
        String(member.trial), ...valuesOf(member.metrics, metrics), member.epoch,
        ...study.parameters.map((name) => (member.configuration ?? {})[name]),
      ]), 'front-heading'));
}

/** Draws all trials and the front over two of the metrics, which the reader chooses where there are more. */
function drawFront(section, study, metrics) {
  const searched = study.trials.filter((trial) => !trial.isFinal && isFinite(trial.value));
  const step = Math.max(1, Math.ceil(searched.length / 3000));
  const shown = searched.filter((_, index) => index % step === 0);
  const axes = [0, 1];
  const valueOf = (trial, metric) => (metric === 0 ? trial.value : trial.others[metric - 1]);
  const datasetsOf = () => {
    const members = study.front.map((member) => {
      const [x, y] = axes.map((metric) => member.metrics[metric].value);
      return {x, y, trial: member.trial};
    }).sort((a, b) => a.x - b.x);
    const points = shown.map((trial) => {
      const [x, y] = axes.map((metric) => valueOf(trial, metric));
      return {x, y, trial: trial.trial};
    }).filter(({x, y}) => isFinite(x) && isFinite(y)).sort((a, b) => a.x - b.x);
    return [
      {
        type: 'line', data: members, mark: 'failed', stepped: steppedAs(), borderWidth: 2,
        pointRadius: 4.5, pointStyle: 'rectRot', pointHitRadius: 6,
      },
      {type: 'scatter', data: points, mark: 'other', pointRadius: 2.5, borderWidth: 0},
    ];
  };
  // Between two members of a front of two metrics lies what is dominated by one of them.
  const steppedAs = () => {
    if (metrics.length > 2) return false;
    const goals = axes.map((metric) => study.metrics?.[metric]?.goal ?? study.goal);
    return goals[0] === 'minimize' ? 'before' : 'after';
  };
  const scale = (place) => ({
    type: 'linear',
    title: {display: true, text: `${cutShort(metrics[axes[place]])}`
      + `${goalOf(axes[place]) ? ` (${goalOf(axes[place])})` : ''}`},
    ticks: {maxTicksLimit: 8, maxRotation: 0, callback: rounded},
    grace: '4%',
  });
  const goalOf = (metric) => {
    const goal = study.metrics?.[metric]?.goal;
    return goal ? `${goal === 'minimize' ? 'smaller' : 'larger'} is better` : '';
  };
  const paint = ({data, options}) => {
    paintAxes(options);
    for (const dataset of data.datasets) {
      const base = colour(dataset.mark);
      dataset.borderColor = base;
      dataset.backgroundColor = dataset.mark === 'other' ? faint(base, 0.55) : base;
      if (dataset.mark === 'failed') dataset.fill = false;
    }
  };
  const configuration = {
    type: 'line',
    data: {datasets: datasetsOf()},
    options: chartOptions({
      interaction: {mode: 'nearest', intersect: true},
      scales: {x: scale(0), y: scale(1)},
      plugins: {tooltip: {displayColors: false, callbacks: {
        title: () => '',
        label: ({raw}) => [`trial ${raw.trial}`,
          `${metrics[axes[0]]} ${rounded(raw.x)}`, `${metrics[axes[1]]} ${rounded(raw.y)}`],
      }}},
    }),
  };
  paint(configuration);
  let chart = null;
  if (metrics.length > 2) {
    const controls = element('div', {className: 'controls'});
    for (const place of [0, 1]) {
      const choice = element('select', {}, ...metrics.map((name, metric) =>
        element('option', {text: cutShort(name, 30), attributes: {value: metric}})));
      choice.value = axes[place];
      choice.addEventListener('change', () => {
        axes[place] = Number(choice.value);
        if (!chart) return;
        chart.data.datasets = datasetsOf();
        Object.assign(chart.options.scales, {x: scale(0), y: scale(1)});
        paint(chart.config);
        chart.update('none');
      });
      controls.append(element('label', {}, place === 0 ? 'Across' : 'Up', choice));
    }
    section.append(controls);
  }
  chart = addChart(section, sentence(
    `${plural(study.front.length, 'trial is', 'trials are')} on the front (diamonds): none is better than`,
    'one of these in every metric. Each trial stands at its last report.',
    step > 1 ? `${count(shown.length)} of ${count(searched.length)} trials are drawn.` : '',
  ), paint, configuration);
}
