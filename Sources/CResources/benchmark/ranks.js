const rowHeight = 24, barApart = 11, axisHeight = 46;

/** Bars side by side only where they would touch: those of each lane, as the first and the last place of each. */
function lanesOf(bars, methods) {
  const lanes = [];
  for (const bar of bars) {
    const places = bar.map((method) => methods.findIndex((entry) => entry.method === method));
    const ends = [Math.min(...places), Math.max(...places)];
    const lane = lanes.find((others) => others.every(([, last]) => last < ends[0]));
    if (lane) lane.push(ends);
    else lanes.push([ends]);
  }
  return lanes;
}

/**
 * Mean ranks with what is not told apart: a row a method, the best first, a dot at its rank. Bars at the side join
 * methods of which no two are told apart: Demšar's diagram turned, so that names have room on any screen.
 */
function rankDiagram(comparison, width) {
  const {methods} = comparison;
  const tests = [
    {name: 'N', lanes: lanesOf(comparison.nemenyi_bars, methods), colour: 'paused'},
    {name: 'W', lanes: lanesOf(comparison.holm_bars, methods), colour: 'failed'},
  ];
  const longest = Math.max(...methods.map(({method}) => method.length));
  const left = Math.min(width * 0.42, longest * 7.2 + 14);
  const sides = tests.map(({lanes}) => Math.max(1, lanes.length) * barApart + 14);
  const right = width - sides[0] - sides[1] - 8;
  const height = axisHeight + methods.length * rowHeight + 34;
  const top = axisHeight + 22;
  const x = (rank) => left + 12 + (right - left - 30) * (rank - 1) / Math.max(1, methods.length - 1);
  const y = (place) => top + (place + 0.5) * rowHeight;
  const drawing = drawn('svg', {
    width, height, viewBox: `0 0 ${width} ${height}`, role: 'img',
    'aria-labelledby': 'differences-heading', 'aria-describedby': 'differences-words',
  });
  const text = (words, at, anchor = 'start', style = 'fill: var(--ink)') => drawing.append(drawn('text', {
    x: at[0], y: at[1], 'text-anchor': anchor, 'dominant-baseline': 'middle', 'font-size': 13, style,
  }, words));
  const line = (from, to, style) => drawing.append(drawn('line', {
    x1: from[0], y1: from[1], x2: to[0], y2: to[1], style,
  }));
  const step = [1, 2, 5, 10, 20].find((size) => (x(1 + size) - x(1)) >= 26) ?? 50;
  for (let rank = 1; rank <= methods.length; rank += step) {
    line([x(rank), top - 4], [x(rank), height - 8], 'stroke: var(--grid)');
    text(rank, [x(rank), top - 12], 'middle', 'fill: var(--muted)');
  }
  const difference = Math.min(comparison.critical_difference, methods.length - 1);
  if (comparison.studies.length > 1) {
    const ends = [x(1), x(1 + difference)];
    line([ends[0], 14], [ends[1], 14], 'stroke: var(--paused); stroke-width: 2');
    for (const end of ends) line([end, 9], [end, 19], 'stroke: var(--paused); stroke-width: 2');
    text(`critical difference ${comparison.critical_difference.toFixed(2)}`, [ends[0], 32], 'start',
      'fill: var(--muted)');
  }
  methods.forEach(({method, rank}, place) => {
    line([left + 2, y(place)], [right - 6, y(place)], 'stroke: var(--grid)');
    const most = Math.floor((left - 8) / 7.2);
    text(cutShort(method, Math.max(4, most)), [left - 4, y(place)], 'end');
    drawing.append(drawn('circle', {cx: x(rank), cy: y(place), r: 5, style: 'fill: var(--ink)'}));
    const side = x(rank) > right - 60 ? -1 : 1;
    text(rank.toFixed(2), [x(rank) + side * 9, y(place) - 8], side > 0 ? 'start' : 'end',
      'fill: var(--muted); font-size: 11px');
  });
  if (comparison.studies.length < 2) return drawing;
  let at = right + 8;
  tests.forEach(({name, lanes, colour: ink}, index) => {
    text(name, [at, top - 12], 'start', `fill: var(--${ink}); font-weight: 600`);
    lanes.forEach((bars, lane) => {
      const where = at + 4 + lane * barApart;
      for (const [first, last] of bars) {
        line([where, y(first) - 7], [where, y(last) + 7],
          `stroke: var(--${ink}); stroke-width: 5; stroke-linecap: round`);
      }
    });
    at += sides[index];
  });
  return drawing;
}

const probability = (value) => (value < 1e-4 ? value.toExponential(1) : value.toFixed(4));

function showDifferences(benchmark) {
  const section = byId('differences');
  const {comparison} = benchmark;
  if (!comparison) {
    section.append(note(benchmark.methods.length < 2 ? 'There is one method only.'
      : 'There is no seed yet of which every method has a result.'));
    return;
  }
  const several = comparison.studies.length > 1;
  const frame = element('div', {className: 'ranks'});
  const draw = () => frame.replaceChildren(rankDiagram(comparison, Math.max(260, frame.clientWidth || 680)));
  section.append(frame, element('p', {className: 'note', attributes: {id: 'differences-words'}, text: sentence(
    `Mean ranks over ${plural(comparison.studies.length, 'study', 'studies')} by the normalised regret in the end.`,
    several ? `Friedman's test with Iman and Davenport's correction: p = ${probability(comparison.friedman)}.`
      : 'On one study alone no test says whether methods differ.',
    several ? 'A bar joins neighbours of which no two are told apart at 0.05: N by Nemenyi\'s test, whose critical '
      + 'difference is drawn above, W by Wilcoxon\'s signed-rank test with Holm\'s correction.' : null)}));
  if (comparison.left_out.length > 0) {
    section.append(note(`Left out, since no seed is common to all methods yet: ${some(comparison.left_out)}.`));
  }
  draw();
  window.addEventListener('resize', draw);
  window.addEventListener('beforeprint', () => frame.replaceChildren(rankDiagram(comparison, 680)));
  window.addEventListener('afterprint', draw);
}

function showPairs(benchmark) {
  const section = byId('pairs');
  const {comparison} = benchmark;
  if (!comparison || comparison.studies.length < 2) {
    section.hidden = true;
    return;
  }
  const rankOf = new Map(comparison.methods.map(({method, rank}) => [method, rank]));
  const between = (pair) => rankOf.get(pair.worse) - rankOf.get(pair.better);
  const column = (label, get) => ({label, get, isNumber: true, text: (pair) => probability(get(pair))});
  section.append(sortableTable([
    {label: 'better', get: (pair) => pair.better},
    {label: 'worse', get: (pair) => pair.worse},
    {label: 'between their ranks', get: between, isNumber: true, text: (pair) => between(pair).toFixed(2)},
    column('Wilcoxon, p', (pair) => pair.wilcoxon),
    column('with Holm\'s correction', (pair) => pair.holm),
    column('Nemenyi, p', (pair) => pair.nemenyi),
  ], comparison.pairs, 'pairs-heading', {column: 4, direction: 1}));
}
