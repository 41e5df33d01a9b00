const charts = [];

/** A colour of the style sheet as it holds now, in light, in dark or in print. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The same colour, let through. */
function faint(hex, share) {
  return hex + Math.round(share * 255).toString(16).padStart(2, '0');
}

/** Adds a canvas that says in words what it shows, and its chart. */
function addChart(section, words, paint, configuration, {height = null} = {}) {
  if (typeof Chart === 'undefined') {
    section.append(note('The chart library is missing from this page.'));
    return null;
  }
  const id = `${section.id}-words`;
  const canvas = element('canvas', {attributes: {
    role: 'img', 'aria-labelledby': `${section.id}-heading`, 'aria-describedby': id,
  }});
  const frame = element('div', {className: 'chart'}, canvas);
  if (height !== null) frame.style.height = `${height}px`;
  section.append(frame);
  section.append(element('p', {className: 'note', text: words, attributes: {id}}));
  const chart = new Chart(canvas, configuration);
  charts.push({chart, paint, height});
  return chart;
}

/** What all charts have in common. Two device pixels a point keep print and zoom sharp. */
function chartOptions(options) {
  return {
    animation: false,
    parsing: false,
    normalized: true,
    maintainAspectRatio: false,
    devicePixelRatio: Math.max(2, window.devicePixelRatio || 1),
    layout: {padding: {top: 6, right: 10}},
    ...options,
    plugins: {
      legend: {display: false},
      ...options.plugins,
    },
  };
}

function paintAxes(options) {
  for (const axis of Object.values(options.scales)) {
    axis.grid = {...axis.grid, color: colour('grid'), borderColor: colour('edge')};
    axis.ticks = {...axis.ticks, color: colour('muted')};
    axis.title = {...axis.title, color: colour('muted')};
  }
  const tooltip = options.plugins.tooltip;
  tooltip.backgroundColor = colour('ink');
  tooltip.titleColor = tooltip.bodyColor = tooltip.footerColor = colour('surface');
}

/** Colours all charts anew, as when the reader's screen turns dark. */
function paintCharts() {
  for (const {chart, paint} of charts) {
    paint(chart.config);
    chart.update('none');
  }
}

/** Round values for a logarithmic axis, of which Chart.js writes too many or too few. */
function logarithmicTicks({min, max}) {
  if (max / min < 8) {
    const rough = (max - min) / 6;
    const size = 10 ** Math.floor(Math.log10(rough));
    const step = size * [1, 2, 5, 10].find((digit) => digit * size >= rough);
    const first = Math.ceil(min / step);
    return Array.from({length: Math.floor(max / step) - first + 1}, (_, index) =>
      Number(((first + index) * step).toPrecision(6)));
  }
  const lowest = Math.floor(Math.log10(min)), highest = Math.ceil(Math.log10(max));
  const apart = Math.ceil((highest - lowest) / 8);
  const digits = highest - lowest < 4 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = lowest; power <= highest; power += apart) {
    ticks.push(...digits.map((digit) => Number(`${digit}e${power}`)));
  }
  return ticks.filter((value) => value >= min && value <= max);
}

/** A value axis. */
function valueScale(study, range, logarithmic) {
  return {
    type: logarithmic ? 'logarithmic' : 'linear',
    min: range.min,
    max: range.max,
    title: {display: true, text: cutShort(study.metric)},
    ticks: {includeBounds: false, maxTicksLimit: 8, callback: (value) => rounded(value)},
    afterBuildTicks(axis) {
      if (logarithmic) axis.ticks = logarithmicTicks(range).map((value) => ({value}));
    },
  };
}

/** A time axis whose lines fall on whole minutes, hours or days. */
function timeScale(seconds) {
  const steps = [
    0.001, 0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
    3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000, 2592000,
    8640000, 25920000, 86400000,
  ];
  const most = window.innerWidth < 600 ? 4 : 8;
  const step = steps.find((candidate) => seconds / candidate <= most) ?? (seconds / most);
  const [unit, name] = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']]
    .find(([size]) => step >= size) ?? [1, 's'];
  return {
    type: 'linear',
    min: 0,
    max: seconds || 1,
    title: {display: true, text: 'time since the study began'},
    ticks: {
      maxRotation: 0,
      callback: (value) => (value === 0 ? '0' : `${rounded(value / unit)} ${name}`),
    },
    // Chart.js 3.9.1 stretches a given stepSize to divide the axis evenly when it is large.
    afterBuildTicks(axis) {
      axis.ticks = Array.from({length: Math.floor(seconds / step) + 1}, (_, index) =>
        ({value: index * step}));
    },
  };
}

/**
 * Finds the curve nearest to the pointer, and its point nearest along the axis of epochs.
 *
 * Chart.js' own mode measures the distance to every point of every curve at every move, and to
 * points alone, so that one cannot point at a line between two rungs.
 */
function nearestCurve(chart, {x, y}) {
  let least = Infinity, nearest = [];
  for (const meta of chart.getSortedVisibleDatasetMetas()) {
    if (meta.type !== 'line' || meta.data.length === 0) continue;
    const points = meta.data;
    let from = 0, to = points.length - 1;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (points[middle].x < x) from = middle + 1;
      else to = middle;
    }
    const ends = [Math.max(0, from - 1), from].filter((index) => !points[index].skip);
    if (ends.length === 0) continue;
    const [a, b] = [points[ends[0]], points[ends[ends.length - 1]]];
    const square = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
    const along = square === 0 ? 0 : ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / square;
    const share = Math.min(1, Math.max(0, along));
    const distance = Math.hypot(x - a.x - share * (b.x - a.x), y - a.y - share * (b.y - a.y));
    if (distance >= least) continue;
    least = distance;
    const index = x - a.x < b.x - x ? ends[0] : ends[ends.length - 1];
    nearest = [{element: points[index], datasetIndex: meta.index, index}];
  }
  return nearest;
}

/** A table with a row an item; the first column heads its row, numbers stand to the right. */
function plainTable(names, rows, label) {
  const sides = names.map((_, index) =>
    (rows.some((row) => typeof row[index] === 'number') ? 'number' : ''));
  const cell = (value, index) => element(index === 0 ? 'th' : 'td', {
    className: sides[index],
    text: typeof value === 'number' ? rounded(value) : String(value ?? missing),
    attributes: index === 0 ? {scope: 'row'} : {},
  });
  const head = names.map((text, index) =>
    element('th', {className: sides[index], text, attributes: {scope: 'col'}}));
  return element('div', {className: 'table', attributes: {
    tabindex: 0, role: 'region', 'aria-labelledby': label,
  }}, element('table', {}, element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map(cell))))));
}

/** A checkbox with a label that may hold marks. */
function checkbox(label, isChecked, act) {
  const box = element('input', {attributes: {type: 'checkbox'}});
  box.checked = isChecked;
  box.addEventListener('change', () => act(box.checked));
  return element('label', {}, box, label);
}
