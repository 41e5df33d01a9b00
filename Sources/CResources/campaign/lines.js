/* The look of one line after another: colours of Okabe and Ito (2008) and marks, so that nothing rests on
   colour alone. */
const looks = [
  {colour: 'paused', point: 'circle'},
  {colour: 'failed', point: 'rect'},
  {colour: 'completed', point: 'triangle'},
  {colour: 'stopped', point: 'rectRot'},
  {colour: 'running', point: 'star'},
  {colour: 'setup', point: 'crossRot'},
  {colour: 'other', point: 'cross'},
];

/** What differs between the rows of a campaign besides the number of GPUs, in words. */
function nameOf(row, campaign) {
  const size = campaign.sizes.length > 1 && row.gpus_per_trial !== undefined
    ? `, ${row.gpus_per_trial} a trial` : '';
  const site = campaign.sites.length > 1 && row.site !== undefined ? ` at ${row.site}` : '';
  return row.method + size + site;
}

/** The rows of each line, by the line's name. */
function linesOf(campaign) {
  return groupedBy(campaign.rows, (row) => nameOf(row, campaign));
}

/** Lines over the number of GPUs, or over another key of the rows. */
function lineChart(section, words, lines, {x, y, xTitle, yTitle, logarithmic, ideal = null, most = null}) {
  const datasets = [];
  const all = [...lines.values()].flat().filter((row) => y(row) !== undefined);
  if (all.length === 0) return false;
  [...lines].forEach(([name, rows], index) => {
    const look = looks[index % looks.length];
    const points = rows.filter((row) => y(row) !== undefined)
      .map((row) => ({x: x(row), y: y(row).mean, spread: y(row).deviation, seeds: row.seeds}));
    if (points.length === 0) return;
    datasets.push({
      label: name, data: points, look, pointStyle: look.point, pointRadius: 5, borderWidth: 2, clip: false,
    });
    if (ideal === null) return;
    const bounds = rows.map((row) => ({x: x(row), y: ideal(row, rows)}))
      .filter((point) => isFinite(point.y));
    if (bounds.length > 1) {
      datasets.push({
        label: `${name}, ideal`, data: bounds, look, isIdeal: true, pointRadius: 0, borderWidth: 1,
        borderDash: [5, 4],
      });
    }
  });
  const range = {min: Math.min(...all.map(x)), max: Math.max(...all.map(x))};
  const ticks = [...new Set(all.map(x))].sort((a, b) => a - b);
  const values = datasets.flatMap((dataset) => dataset.data.map((point) => point.y))
    .filter((value) => !logarithmic || value > 0);
  const yRange = {min: Math.min(...values), max: Math.max(...values)};
  if (logarithmic) {
    yRange.min /= 1.3;
    yRange.max *= 1.3;
  }
  const paint = (config) => {
    for (const dataset of config.data.datasets) {
      dataset.borderColor = colour(dataset.look.colour);
      dataset.backgroundColor = dataset.borderColor;
      if (dataset.isIdeal) dataset.borderColor = faint(colour(dataset.look.colour), 0.6);
    }
    config.options.plugins.legend.labels.color = colour('ink');
    paintAxes(config.options);
  };
  const configuration = {
    type: 'line',
    data: {datasets},
    options: chartOptions({
      scales: {
        x: {
          type: 'logarithmic', min: range.min, max: Math.max(range.max, range.min * 1.01),
          title: {display: true, text: xTitle},
          ticks: {callback: (value) => rounded(value), autoSkip: true},
          afterBuildTicks(axis) { axis.ticks = ticks.map((value) => ({value})); },
        },
        y: {
          type: logarithmic ? 'logarithmic' : 'linear',
          ...(logarithmic ? yRange : most === null ? {} : {min: 0, max: most}),
          title: {display: true, text: yTitle},
          ticks: {callback: (value) => rounded(value)},
          afterBuildTicks(axis) {
            if (logarithmic) axis.ticks = logarithmicTicks(yRange).map((value) => ({value}));
          },
        },
      },
      plugins: {
        legend: {
          display: true, position: 'top', align: 'start',
          labels: {usePointStyle: true, filter: (item) => !datasets[item.datasetIndex].isIdeal},
        },
        tooltip: {
          callbacks: {
            title: (items) => (items.length > 0 ? `${xTitle}: ${rounded(items[0].parsed.x)}` : ''),
            label: ({dataset, raw}) => `${dataset.label}: ${rounded(raw.y)}`
              + (raw.seeds > 1 ? ` ± ${rounded(raw.spread)} (${raw.seeds} seeds)` : ''),
          },
        },
      },
    }),
  };
  paint(configuration);
  addChart(section, words, paint, configuration, {height: 340});
  return true;
}
