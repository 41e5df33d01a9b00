/** Draws how busy slots, GPUs and cores were over time, and says it of each device. */
function showDevices(study) {
  const course = study.timeline?.course;
  const hasCourse = course && course.slots.length > 0;
  if (!study.devices && !hasCourse) return;
  const section = byId('devices');
  section.hidden = false;
  if (hasCourse) drawCourse(section, study, course);
  if (!study.devices) {
    if (!course.gpus && !course.cores) {
      section.append(note('How busy GPUs and cores were was not measured.'));
    }
    return;
  }
  const percent = (share) => Math.round(share * 1000) / 10;
  const table = plainTable(
    ['node', 'device', 'busy, %', 'looked at, s', 'most memory, MiB', 'energy, kWh'],
    study.devices.map(({host, device, busy, seconds, memory_mib: memory, kilowatt_hours: energy}) =>
      [host, device, percent(busy), Math.round(seconds), memory, energy]), 'devices-heading');
  section.append(
    note('A GPU is busy while at least one kernel runs on it; cores are as busy as the share of '
      + 'them that runs something. Looked at once a second.'),
    study.devices.length <= limits.named ? table : element('details', {},
      element('summary', {text: `Each of ${count(study.devices.length)} devices in numbers`}), table));
}

/** Draws the shares of slots that trained, loaded and saved, and those in which devices were busy. */
function drawCourse(section, study, course) {
  const {step, slots} = course;
  const middle = (index) => (index + 0.5) * step;
  const share = (value, index) => (slots[index] > 0 ? value / slots[index] * 100 : NaN);
  const points = (valueAt) => slots.map((_, index) => ({x: middle(index), y: valueAt(index)}));
  // Areas on top of each other: each reaches down to the one before.
  const training = points((index) => share(course.training[index], index));
  const loading = points((index) => share(course.training[index] + course.loading[index], index));
  const saving = points((index) =>
    share(course.training[index] + course.loading[index] + course.saving[index], index));
  const areas = [
    ['slots training', 'training', training, 'origin'],
    ['loading', 'loading', loading, '-1'],
    ['saving', 'saving', saving, '-1'],
  ].map(([label, mark, data, fill]) => ({
    label, mark, data, fill, share: 0.65, borderWidth: 0, pointRadius: 0, pointHitRadius: 4,
    stepped: 'middle', pointStyle: 'rect',
  }));
  const lines = [['GPUs busy', 'ink', course.gpus, []], ['cores busy', 'failed', course.cores, [5, 3]]]
    .filter(([, , values]) => values)
    .map(([label, mark, values, dash]) => ({
      label, mark, fill: false, share: 1, borderWidth: 2, borderDash: dash, pointRadius: 0,
      pointHitRadius: 4, spanGaps: false, pointStyle: 'line',
      data: values.map((value, index) => ({x: middle(index), y: value === null ? NaN : value * 100})),
    }));
  const mean = (values) => {
    const known = (values ?? []).filter(isFinite);
    return known.length > 0
      ? `${Math.round(known.reduce((a, b) => a + b, 0) / known.length * 1000) / 10} %` : null;
  };
  const {total} = study.timeline;
  const words = sentence(
    `Slots trained ${percentOf(total.training, total.offered)} % of the time that they were there.`,
    mean(course.gpus) ? `GPUs were busy ${mean(course.gpus)} of the time that was looked at.` : '',
    mean(course.cores) ? `Cores were busy ${mean(course.cores)}.` : '',
    `Means over stretches of ${duration(step)}.`);
  const paint = ({data, options}) => {
    paintAxes(options);
    options.plugins.legend.labels.color = colour('ink');
    for (const dataset of data.datasets) {
      dataset.borderColor = colour(dataset.mark);
      dataset.backgroundColor = dataset.fill === false ? colour(dataset.mark)
        : faint(colour(dataset.mark), dataset.share);
    }
  };
  const configuration = {
    type: 'line',
    data: {datasets: [...areas, ...lines]},
    options: chartOptions({
      interaction: {mode: 'index', axis: 'x', intersect: false},
      scales: {
        x: timeScale(study.timeline.seconds),
        y: {
          type: 'linear', min: 0, max: 100, title: {display: true, text: '%'},
          ticks: {stepSize: 25},
        },
      },
      plugins: {
        filler: {drawTime: 'beforeDatasetsDraw'},
        legend: {display: true, position: 'bottom', labels: {usePointStyle: true}},
        tooltip: {
          callbacks: {
            title: ([item]) => (item ? `about ${duration(item.parsed.x)}` : ''),
            label: (item) => courseLabel(item, course),
          },
        },
      },
    }),
  };
  paint(configuration);
  addChart(section, words, paint, configuration);
}

/** One part's own share, not the sum that its area reaches up to. */
function courseLabel({dataset, dataIndex, parsed}, course) {
  const own = {training: course.training, loading: course.loading, saving: course.saving}[dataset.mark];
  const value = own ? own[dataIndex] / course.slots[dataIndex] * 100 : parsed.y;
  return `${dataset.label} ${Math.round(value * 10) / 10} %`;
}
