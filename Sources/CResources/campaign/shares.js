/* What slots did, in the order in which the bars have it: key, words, colour. */
const phases = [
  ['training', 'training', 'training'],
  ['loading', 'starting and loading', 'loading'],
  ['saving', 'ending and saving', 'saving'],
  ['idle', 'without a trial', 'idle'],
  ['absent', 'without an agent', 'leaving'],
];

/** Bars of what the slots of each row did, as shares of the time that they were there. */
function showShares(campaign) {
  const section = byId('shares');
  const {rows} = campaign;
  const labels = rows.map((row) => `${nameOf(row, campaign)} on ${row.gpus}`);
  const datasets = phases.map(([key, words, name]) => ({
    label: words, name, data: rows.map((row) => 100 * row.shares[key]), borderWidth: 0,
    barPercentage: 0.9, categoryPercentage: 0.95,
  }));
  const paint = (config) => {
    for (const dataset of config.data.datasets) dataset.backgroundColor = colour(dataset.name);
    config.options.plugins.legend.labels.color = colour('ink');
    paintAxes(config.options);
  };
  const configuration = {
    type: 'bar',
    data: {labels, datasets},
    options: {
      ...chartOptions({
        indexAxis: 'y',
        scales: {
          x: {stacked: true, min: 0, max: 100, title: {display: true, text: '% of the slots\' time'}},
          y: {stacked: true, ticks: {autoSkip: false}},
        },
        plugins: {
          legend: {display: true, position: 'top', align: 'start', labels: {usePointStyle: true}},
          tooltip: {
            callbacks: {label: ({dataset, raw}) => `${dataset.label}: ${rounded(raw)} %`},
          },
        },
      }),
      parsing: true,
      normalized: false,
    },
  };
  paint(configuration);
  addChart(section,
    'Of each row the time that its slots were there, the mean over its seeds: how long trials trained, how '
    + 'long their processes took to start and load, to end and save, and how long no trial held a slot, '
    + 'since the schedule had none to give or the search was at its end. Without an agent: before the '
    + 'agents had come, or after one was lost.',
    paint, configuration, {height: 90 + 24 * rows.length});
}
