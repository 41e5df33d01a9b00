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

/** Bands from the trials that went on from a rung to those that are at the next, and numbers on columns. */
function flowBetweenRungs(rows) {
  return {
    id: 'flowBetweenRungs',
    beforeDatasetsDraw(chart) {
      if (!chart.isDatasetVisible(0)) return;
      const {ctx: canvas, scales: {y}} = chart;
      const columns = chart.getDatasetMeta(0).data;
      const ground = y.getPixelForValue(0);
      canvas.save();
      canvas.fillStyle = faint(colour('rung'), 0.4);
      for (let index = 0; index + 1 < rows.length; index += 1) {
        const left = columns[index].x + columns[index].width / 2;
        const right = columns[index + 1].x - columns[index + 1].width / 2;
        const middle = (left + right) / 2;
        const from = y.getPixelForValue(rows[index].onward);
        const to = y.getPixelForValue(rows[index + 1].total);
        canvas.beginPath();
        canvas.moveTo(left, from);
        canvas.bezierCurveTo(middle, from, middle, to, right, to);
        canvas.lineTo(right, ground);
        canvas.lineTo(left, ground);
        canvas.fill();
      }
      canvas.restore();
    },
    afterDatasetsDraw(chart) {
      const {ctx: canvas, scales: {y}} = chart;
      canvas.save();
      canvas.font = `600 12px ${Chart.defaults.font.family}`;
      canvas.textAlign = 'center';
      canvas.fillStyle = colour('ink');
      chart.getDatasetMeta(0).data.forEach((column, index) => {
        canvas.fillText(count(rows[index].total), column.x, y.getPixelForValue(rows[index].total) - 5);
      });
      canvas.restore();
    },
  };
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
  ].map((dataset) => ({...dataset, barPercentage: 0.55, categoryPercentage: 1, borderWidth: 1}));
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
    plugins: [flowBetweenRungs(rows)],
    data: {labels: rows.map((row) => `${study.fidelity} ${rounded(row.rung)}`.slice(0, 40)), datasets},
    options: chartOptions({
      parsing: true,
      normalized: false,
      scales: {
        x: {stacked: true, ticks: {maxRotation: 0}, title: {display: false}, grid: {display: false}},
        y: {stacked: true, min: 0, grace: '6%', ticks: {precision: 0, maxTicksLimit: 7},
          title: {display: true, text: 'trials'}},
      },
      plugins: {
        legend: {display: true, position: 'bottom', labels: {boxWidth: 12}},
        tooltip: {
          displayColors: false,
          callbacks: {label: (item) => `${item.dataset.label}: ${count(item.parsed.y)}`},
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
