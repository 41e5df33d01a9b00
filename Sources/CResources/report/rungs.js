/** What became of the trials at each rung: how many went on, and what the others are now. */
function rungRows(study) {
  return study.rungs.map((rung, index) => {
    const next = study.rungs[index + 1] ?? Infinity;
    const there = study.trials.filter((trial) => trial.epoch >= rung);
    const row = {rung, total: there.length, onward: 0, states: new Map()};
    for (const trial of there) {
      if (trial.epoch > rung && next !== Infinity) row.onward += 1;
      else row.states.set(trial.state, (row.states.get(trial.state) ?? 0) + 1);
    }
    return row;
  });
}

/** Draws how many trials reached each rung and what became of them; only with several rungs. */
function showRungs(study) {
  if (study.rungs.length < 2 || study.trials.length === 0) return;
  const section = byId('rungs');
  section.hidden = false;
  const rows = rungRows(study);
  if (rows[0].total === 0) {
    section.append(note('No trial has reached the first rung yet.'));
    return;
  }
  const named = [...states.keys()].filter((state) => rows.some((row) => row.states.get(state)));
  const datasets = [
    {label: 'went on', state: 'onward', data: rows.map((row) => row.onward)},
    ...named.map((state) => ({
      label: state, state, data: rows.map((row) => row.states.get(state) ?? 0),
    })),
  ].map((dataset) => ({...dataset, barPercentage: 0.85, categoryPercentage: 0.9, borderWidth: 1}));
  const below = study.trials.length - rows[0].total;
  const words = sentence(
    ...rows.slice(0, -1).map((row, index) => `Of ${plural(row.total, 'trial')} at ${study.fidelity} `
      + `${rounded(row.rung)}, ${count(row.onward)} went on`
      + (rows[index + 1].total < row.onward ? `, ${count(rows[index + 1].total)} to the next rung.`
        : '.')),
    below > 0 ? `${plural(below, 'trial')} did not reach the first rung.` : '');
  const paint = ({data, options}) => {
    paintAxes(options);
    options.plugins.legend.labels.color = colour('ink');
    for (const dataset of data.datasets) {
      const name = dataset.state === 'onward' ? 'rung' : styleOf(dataset.state).colour;
      dataset.backgroundColor = colour(name);
      dataset.borderColor = colour('surface');
    }
  };
  const configuration = {
    type: 'bar',
    data: {labels: rows.map((row) => `${study.fidelity} ${rounded(row.rung)}`.slice(0, 40)), datasets},
    options: chartOptions({
      parsing: true,
      normalized: false,
      indexAxis: 'y',
      scales: {
        x: {stacked: true, min: 0, ticks: {precision: 0, maxRotation: 0, maxTicksLimit: 7},
          title: {display: true, text: 'trials'}},
        y: {stacked: true, ticks: {}, title: {display: false}},
      },
      plugins: {
        legend: {display: true, position: 'bottom', labels: {boxWidth: 12}},
        tooltip: {
          displayColors: false,
          callbacks: {label: (item) => `${item.dataset.label}: ${count(item.parsed.x)}`},
        },
      },
    }),
  };
  paint(configuration);
  addChart(section, words, paint, configuration);
  section.append(element('details', {}, element('summary', {text: 'The same in numbers'}),
    plainTable(
      [study.fidelity, 'trials', 'went on', ...named],
      rows.map((row) =>
        [row.rung, row.total, row.onward, ...named.map((state) => row.states.get(state) ?? 0)]),
      'rungs-heading')));
}
