/** Everything that the page shows. */
function showCampaign() {
  const campaign = JSON.parse(byId('rung-data').textContent);
  document.title = `${campaign.name} - Rung campaign`;
  byId('campaign-name').textContent = campaign.name;
  byId('heading').append(element('p', {className: 'muted', text: sentence(
    `${plural(campaign.ended, 'study', 'studies')} of ${count(campaign.studies)} have ended.`,
    campaign.is_simulated ? 'In virtual time.' : null)}));
  setUpCharts();
  if (campaign.rows.length === 0) {
    byId('heading').append(note('Nothing can be compared yet.'));
    for (const section of document.querySelectorAll('section')) section.hidden = true;
  } else {
    showLines(campaign);
    show('shares', () => showShares(campaign));
    show('table', () => showTable(campaign));
  }
  byId('footer').append(note(`Rung ${campaign.rung}`));
  followScreenAndPrinter();
  requestAnimationFrame(noteDrawn);
}

function showLines(campaign) {
  const lines = linesOf(campaign);
  const gpus = (row) => row.gpus;
  const draw = (id, words, options, otherwise = null) => show(id, () => {
    if (!lineChart(byId(id), words, lines, options)) byId(id).append(note(otherwise));
  });
  draw('run-time',
    'Seconds in which a coordinator ran, the mean over seeds. Dashed: the run time on one GPU, divided by '
    + 'their number.', {
      x: gpus, y: (row) => row.seconds, xTitle: 'GPUs', yTitle: 'seconds', logarithmic: true,
      ideal: (row, rows) => rows.find((other) => other.gpus === 1)?.seconds.mean / row.gpus,
    });
  draw('efficiency',
    'The run time of the same seed on one GPU, divided by that on several and by their number. Dashed: what '
    + 'the schedule allows, whoever decides: all that trials held, spread over the slots, but no less '
    + 'than the longest trial.', {
      x: gpus, y: (row) => row.efficiency, xTitle: 'GPUs', yTitle: 'efficiency', logarithmic: false,
      most: 1.05, ideal: (row) => Math.min(1.05, row.efficiency?.mean / row.of_bound.mean),
    }, 'There is no efficiency without a run on one GPU.');
  show('sizes', () => showSizes(campaign));
  draw('best', 'The best value of the metric, the mean over seeds.', {
    x: gpus, y: (row) => row.best, xTitle: 'GPUs', yTitle: 'best value', logarithmic: false,
  }, 'No study has reported a value.');
}

/** Run time over the GPUs of each trial, where there are several numbers of them. */
function showSizes(campaign) {
  if (campaign.sizes.length < 2) return;
  const section = byId('sizes');
  section.hidden = false;
  const lines = groupedBy(campaign.rows, (row) => `${row.method} on ${row.gpus}`);
  lineChart(section, 'Seconds by the GPUs of each trial, on the same number of GPUs.', lines, {
    x: (row) => row.gpus_per_trial, y: (row) => row.seconds, xTitle: 'GPUs a trial',
    yTitle: 'seconds', logarithmic: true,
  });
}

function showTable(campaign) {
  const section = byId('table');
  const spread = (value, digits) => (value === undefined ? missing
    : `${value.mean.toFixed(digits)}${value.deviation > 0 ? ` ± ${value.deviation.toFixed(digits)}` : ''}`);
  section.append(plainTable(
    ['method', 'GPUs', 'seeds', 'run time, s', 'speed-up', 'efficiency', 'of the bound', 'used', 'best',
      'GPU-hours'],
    campaign.rows.map((row) => [
      nameOf(row, campaign), row.gpus, row.seeds, spread(row.seconds, 1), spread(row.speed_up, 2),
      spread(row.efficiency, 3), spread(row.of_bound, 3), spread(row.utilization, 3),
      spread(row.best, 4), Number(row.gpu_hours.toFixed(2)),
    ]), 'table-heading'));
  const named = (words, names) => {
    if (names.length > 0) section.append(note(`${words} ${some(names)}.`));
  };
  named('No speed-up without the run time on one GPU:', campaign.missing_baselines);
  named('No result yet:', campaign.missing);
}
