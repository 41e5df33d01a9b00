/** What the reader has chosen to see, and who wants to know of it. */
const view = {methods: new Set(), axis: 0, study: 0, followers: []};

const changed = () => view.followers.forEach((follow) => follow());

/** The methods in the order of their ranks, those without one last. */
function methodsByRank(benchmark) {
  const ranked = (benchmark.comparison?.methods ?? []).map((entry) => entry.method);
  return [...ranked, ...benchmark.methods.filter((name) => !ranked.includes(name))];
}

const mostAtFirst = 8;

/** The methods that the figures show, and what they are shown over. */
function showChoices(benchmark) {
  const section = byId('choices');
  const ordered = methodsByRank(benchmark);
  ordered.slice(0, mostAtFirst).forEach((name) => view.methods.add(name));
  const boxes = ordered.map((name) => {
    const label = checkbox('', view.methods.has(name), (isChecked) => {
      if (isChecked) view.methods.add(name);
      else view.methods.delete(name);
      changed();
    });
    label.append(sampleOf(lookOf(benchmark.methods.indexOf(name))), element('span', {text: name}));
    return label;
  });
  const all = (names) => () => {
    view.methods = new Set(names);
    ordered.forEach((name, place) => {
      boxes[place].querySelector('input').checked = view.methods.has(name);
    });
    changed();
  };
  const button = (text, names) => {
    const push = element('button', {className: 'push', text, attributes: {type: 'button'}});
    push.addEventListener('click', all(names));
    return push;
  };
  const axes = element('select', {attributes: {id: 'axis'}}, ...benchmark.curves.map((curves, index) =>
    element('option', {text: axisWords[curves.axis], attributes: {value: index}})));
  axes.addEventListener('change', () => {
    view.axis = Number(axes.value);
    changed();
  });
  section.append(
    element('div', {className: 'controls', attributes: {role: 'group', 'aria-labelledby': 'choices-heading'}},
      ...boxes),
    element('div', {className: 'controls'},
      button('All', ordered), button(`The best ${Math.min(5, ordered.length)}`, ordered.slice(0, 5)),
      button('None', []), element('label', {attributes: {for: 'axis'}}, 'Over'), axes),
    note('In the order of their mean ranks. The figures below show those that are ticked.'));
}

const axisWords = {seconds: 'seconds of virtual time', epochs: 'epochs of all trials'};

/**
 * A figure with a line for each chosen method over the shares of a run, on logarithmic axes.
 *
 * `linesOf` gives for each method its values, and where there is one its band, over `x`.
 */
function anytimeFigure(section, benchmark, words, {linesOf, yTitle, isLogarithmic = true, isTurned = false}) {
  const paint = (config) => {
    for (const dataset of config.data.datasets) {
      dataset.borderColor = colour(dataset.look.colour);
      dataset.backgroundColor = dataset.isBand ? faint(dataset.borderColor, 0.14) : dataset.borderColor;
    }
    paintAxes(config.options);
  };
  const configuration = {
    type: 'line',
    data: {datasets: []},
    options: chartOptions({
      interaction: {mode: 'nearestCurve', intersect: false},
      scales: {
        x: {type: 'logarithmic', title: {display: true}, ticks: {callback: (value) => rounded(value)}},
        y: {
          type: isLogarithmic ? 'logarithmic' : 'linear', reverse: isTurned,
          title: {display: true, text: yTitle}, ticks: {callback: (value) => rounded(value)},
        },
      },
      plugins: {
        tooltip: {
          filter: ({dataset}) => !dataset.isBand,
          callbacks: {
            title: (items) => (items.length > 0 ? `at ${rounded(items[0].parsed.x)}` : ''),
            label: ({dataset, raw}) => `${dataset.label}: ${rounded(raw.value)}`,
          },
        },
      },
    }),
  };
  const fill = () => {
    const {lines, xTitle} = linesOf(benchmark.curves[view.axis]);
    const shown = lines.filter((line) => view.methods.has(line.method));
    const all = shown.flatMap((line) => line.points.map((point) => point.value)).filter(isFinite);
    const positive = all.filter((value) => value > 0);
    // A regret of 0 has no place on a logarithmic axis: it is drawn at its lower end.
    const floor = isLogarithmic ? Math.min(...positive) / (all.length > positive.length ? 3 : 1.2) : 0;
    const placed = (value) => (isLogarithmic ? Math.max(value, floor) : value);
    configuration.data.datasets = shown.flatMap((line) => {
      const look = lookOf(benchmark.methods.indexOf(line.method));
      const points = line.points.filter((point) => isFinite(point.value))
        .map((point) => ({x: point.x, y: placed(point.value), value: point.value}));
      const offset = benchmark.methods.indexOf(line.method) % 10;
      const curve = {
        label: line.method, data: points, look, borderWidth: 2, borderDash: look.dash, stepped: 'before',
        pointStyle: look.point, pointRadius: ({dataIndex}) => (dataIndex % 10 === offset ? 4 : 0),
      };
      // Of a few only: bands of many hide each other.
      if (!line.band || shown.length > 4) return [curve];
      const side = (values) => ({
        label: line.method, look, isBand: true, borderWidth: 0, pointRadius: 0, stepped: 'before',
        data: values.filter((point) => isFinite(point.value)).map((point) => ({x: point.x, y: placed(point.value)})),
      });
      return [curve, {...side(line.band.high), fill: '+1'}, side(line.band.low)];
    });
    const range = {min: Math.min(floor, ...all), max: Math.max(...all)};
    if (isLogarithmic) range.min = floor;
    const xs = lines.flatMap((line) => line.points.map((point) => point.x));
    const xRange = {min: Math.min(...xs), max: Math.max(...xs)};
    const {x, y} = configuration.options.scales;
    Object.assign(x, xs.length > 0 ? xRange : {});
    x.title.text = xTitle;
    x.afterBuildTicks = (axis) => {
      axis.ticks = xs.length > 0 ? logarithmicTicks(xRange).map((value) => ({value})) : [];
    };
    if (all.length === 0 || !isLogarithmic) return;
    Object.assign(y, {min: range.min, max: range.max * 1.1});
    y.afterBuildTicks = (axis) => {
      axis.ticks = logarithmicTicks({min: range.min, max: range.max * 1.1}).map((value) => ({value}));
    };
  };
  fill();
  paint(configuration);
  const chart = addChart(section, words, paint, configuration, {height: 380});
  if (chart === null) return;
  view.followers.push(() => {
    fill();
    Object.assign(chart.options.scales, configuration.options.scales);
    chart.data.datasets = configuration.data.datasets;
    paint(chart.config);
    chart.update('none');
  });
}

/** Mean normalised regret, and ranks, over all studies that are compared on. */
function showMeans(benchmark) {
  if (benchmark.curves[0].means.length === 0) {
    for (const id of ['means', 'ranks']) {
      byId(id).append(note('There is no seed yet of which every method has a result.'));
    }
    return;
  }
  const lines = (key) => (curves) => ({
    lines: curves.means.map((mean) => ({
      method: mean.method,
      points: mean[key].map((value, place) => ({x: 100 * curves.shares[place], value})),
    })),
    xTitle: `% of each study's longest run, in ${axisWords[curves.axis]}`,
  });
  anytimeFigure(byId('means'), benchmark, 'The mean over seeds, then over studies, of how much worse the value is '
    + 'than the best that there is. 1 is the middling row of the table, trained out, and all that is no better.',
  {linesOf: lines('normalized_regret'), yTitle: 'normalised regret'});
  anytimeFigure(byId('ranks'), benchmark, 'The mean over studies of each method\'s rank by that regret; methods that '
    + 'are equal, or have no value yet, share theirs.',
  {linesOf: lines('rank'), yTitle: 'mean rank', isLogarithmic: false, isTurned: true});
}

/** Regret on one study, which the reader chooses. */
function showStudy(benchmark) {
  const section = byId('study');
  if (benchmark.curves[0].studies.length === 0) return;
  const choice = element('select', {attributes: {id: 'which-study'}}, ...benchmark.curves[0].studies.map(
    (study, index) => element('option', {text: study.study, attributes: {value: index}})));
  const says = note('');
  section.append(element('div', {className: 'controls'},
    element('label', {attributes: {for: 'which-study'}}, 'Study'), choice), says);
  const tell = () => {
    const label = benchmark.curves[0].studies[view.study].study;
    const study = benchmark.studies.find((candidate) => candidate.label === label);
    says.textContent = sentence(
      `${study.metric}, to ${study.goal};`,
      study.source === 'table'
        ? `the best of ${plural(study.rows, 'row')} is ${rounded(study.best)}, the middling one ${rounded(study.middling)}.`
        : `the best value is not known: regret is to the best of these runs, ${rounded(study.best)}.`);
  };
  tell();
  anytimeFigure(section, benchmark, 'The median over seeds of how much worse the value is than the best that there '
    + 'is, in the metric\'s unit. Of up to four methods the quartiles are shown too; 0 is drawn at the lower end.', {
    linesOf: (curves) => {
      const study = curves.studies[view.study];
      const points = (values) => values.map((value, place) => (
        {x: curves.shares[place] * study.end, value: value ?? NaN}));
      return {
        lines: study.lines.map((line) => ({
          method: line.method, points: points(line.median),
          band: {low: points(line.low), high: points(line.high)},
        })),
        xTitle: axisWords[curves.axis],
      };
    },
    yTitle: 'regret',
  });
  choice.addEventListener('change', () => {
    view.study = Number(choice.value);
    tell();
    changed();
  });
}
