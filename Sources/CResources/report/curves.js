/** The axis of epochs, with lines at the rungs where there are any. */
function epochScale(study, {low, high, logarithmic}) {
  const scale = {
    type: logarithmic ? 'logarithmic' : 'linear',
    min: low < high ? low : low - 1,
    max: low < high ? high : high + 1,
    title: {display: true, text: cutShort(study.fidelity)},
    ticks: {
      includeBounds: false,
      maxRotation: 0,
      autoSkip: false,
      callback: (value) => rounded(value),
    },
  };
  if (logarithmic && low === high) Object.assign(scale, {min: low / 2, max: high * 2});
  const rungs = study.rungs.filter((rung) => rung >= scale.min && rung <= scale.max);
  scale.afterBuildTicks = (axis) => {
    let wanted = low === high ? [low] : rungs;
    if (wanted.length < 2 && low < high) {
      wanted = logarithmic ? axis.ticks.map((tick) => tick.value)
        .filter((value) => [1, 2, 5].includes(Number(value.toExponential().slice(0, 1))))
        : axis.ticks.map((tick) => tick.value).filter(Number.isInteger);
    }
    const position = logarithmic ? Math.log : (value) => value;
    const reach = position(scale.max) - position(scale.min);
    const gap = 34 / Math.max(axis.chart.width - 60, 100) * reach;
    // The highest rung must keep its number, then those below it; the ends follow where they fit.
    const kept = [];
    for (const value of [...wanted].sort((a, b) => b - a).concat(high, low)) {
      const isFree = (other) => Math.abs(position(other) - position(value)) >= gap;
      if (kept.every(isFree)) kept.push(value);
    }
    axis.ticks = kept.sort((a, b) => a - b).map((value) => ({value}));
  };
  return scale;
}

/** Draws the rungs as vertical lines under the curves. */
function rungLines(study) {
  return {
    id: 'rungLines',
    beforeDatasetsDraw(chart) {
      const {ctx: canvas, chartArea: {top, bottom}, scales: {x}} = chart;
      canvas.save();
      canvas.strokeStyle = colour('rung');
      canvas.beginPath();
      for (const rung of study.rungs) {
        if (rung < x.min || rung > x.max) continue;
        const position = Math.round(x.getPixelForValue(rung)) + 0.5;
        canvas.moveTo(position, top);
        canvas.lineTo(position, bottom);
      }
      canvas.stroke();
      canvas.restore();
    },
  };
}

/**
 * Keeps a picture of the curves, so that a move of the pointer, which redraws the chart, does not
 * draw hundreds of them anew: without a graphics card that would lag behind the hand.
 */
function pictureOfCurves() {
  let picture = null;
  return {
    id: 'pictureOfCurves',
    afterUpdate() {
      picture = null;
    },
    beforeDatasetDraw() {
      return picture === null;
    },
    beforeDatasetsDraw(chart) {
      if (picture) chart.ctx.drawImage(picture, 0, 0, chart.width, chart.height);
    },
    afterDatasetsDraw({canvas}) {
      if (picture || canvas.width === 0 || canvas.height === 0) return;
      picture = element('canvas');
      [picture.width, picture.height] = [canvas.width, canvas.height];
      picture.getContext('2d').drawImage(canvas, 0, 0);
    },
  };
}

/** Draws some curves over all others, thick and with their names: the best, the chosen one. */
function markedCurves(study, marked) {
  const curvesToMark = () => {
    const {best, chosen, hovered} = marked;
    const others = [...new Set([chosen, hovered])].filter((curve) => curve && curve !== best)
      .map((curve) => ({curve, name: `trial ${curve.trial.trial}`, dash: [5, 3]}));
    if (!best) return others;
    return [{curve: best, name: `best: trial ${best.trial.trial}`, dash: []}, ...others];
  };
  return {
    id: 'markedCurves',
    afterDatasetsDraw(chart) {
      const {ctx: canvas, scales: {x, y}} = chart;
      const [ink, surface] = [colour('ink'), colour('surface')];
      const {left, right, top, bottom} = chart.chartArea;
      const taken = [];
      canvas.save();
      canvas.beginPath();
      canvas.rect(left - 6, top, right - left + 12, bottom - top);
      canvas.clip();
      canvas.lineJoin = 'round';
      for (const {curve, name, dash} of curvesToMark()) {
        const line = new Path2D();
        let isDown = false;
        for (const point of curve.points) {
          const place = [x.getPixelForValue(point.x), y.getPixelForValue(point.y)];
          if (point.y !== null && isDown) line.lineTo(...place);
          else if (point.y !== null) line.moveTo(...place);
          isDown = point.y !== null;
        }
        for (const [width, style, pattern] of [[6, surface, []], [2.5, ink, dash]]) {
          canvas.lineWidth = width;
          canvas.strokeStyle = style;
          canvas.setLineDash(pattern);
          canvas.stroke(line);
        }
        canvas.setLineDash([]);
        for (const {x: at, y: value, kind} of decisionsOf(study, curve)) {
          drawDecision(canvas, x.getPixelForValue(at), y.getPixelForValue(value), kind, surface, ink);
        }
        const end = [x.getPixelForValue(curve.last.x), y.getPixelForValue(curve.last.y)];
        canvas.beginPath();
        canvas.arc(...end, 5, 0, 2 * Math.PI);
        canvas.lineWidth = 2;
        canvas.strokeStyle = surface;
        canvas.fillStyle = ink;
        canvas.fill();
        canvas.stroke();
        writeName(canvas, name, end, {area: chart.chartArea, ink, surface, taken});
      }
      canvas.restore();
    },
  };
}

/** Draws a mark on a curve that stands out: a triangle where it passed a rung, a cross where it failed. */
function drawDecision(canvas, x, y, kind, surface, ink) {
  canvas.beginPath();
  if (kind === 'passed') {
    canvas.moveTo(x, y - 5.5);
    canvas.lineTo(x + 5, y + 3.5);
    canvas.lineTo(x - 5, y + 3.5);
    canvas.closePath();
  } else {
    canvas.moveTo(x - 4.5, y - 4.5);
    canvas.lineTo(x + 4.5, y + 4.5);
    canvas.moveTo(x + 4.5, y - 4.5);
    canvas.lineTo(x - 4.5, y + 4.5);
  }
  canvas.fillStyle = surface;
  canvas.strokeStyle = kind === 'passed' ? ink : colour('failed');
  canvas.lineWidth = kind === 'passed' ? 1.5 : 2.5;
  if (kind === 'passed') canvas.fill();
  canvas.stroke();
}

/** Writes a curve's name beside its end, inside the chart and clear of names already there. */
function writeName(canvas, name, [x, y], {area, ink, surface, taken}) {
  canvas.font = `600 12px ${Chart.defaults.font.family}`;
  const width = canvas.measureText(name).width;
  const start = Math.max(area.left + 6, Math.min(x - width - 12, area.right - width - 6));
  let base = y - 12 < area.top + 12 ? y + 22 : y - 12;
  while (taken.some((other) => Math.abs(other - base) < 18)) base += 18;
  base = Math.max(area.top + 14, Math.min(base, area.bottom - 6));
  taken.push(base);
  canvas.fillStyle = faint(surface, 0.85);
  canvas.fillRect(start - 3, base - 12, width + 6, 16);
  canvas.fillStyle = ink;
  canvas.fillText(name, start, base);
}

/** The epochs that the curves span, and whether their axis is logarithmic. */
function epochExtent(study, curves) {
  let low = Infinity, high = -Infinity;
  for (const {points} of curves) {
    low = Math.min(low, points[0].x);
    high = Math.max(high, points[points.length - 1].x);
  }
  return {low, high, logarithmic: low > 0 && Math.max(high, study.fidelity_max ?? 0) >= 27};
}

/** Where a curve passed a rung, and where a process of its trial failed and another went on. */
function decisionsOf(study, curve) {
  const at = new Map(curve.points.map((point) => [point.x, point.y]));
  const {trial} = curve;
  const passed = study.rungs.filter((rung) => rung < trial.epoch && isFinite(at.get(rung)));
  const failed = (study.failuresOfTrial.get(trial.trial) ?? [])
    .filter(({epoch}) => epoch < trial.epoch || trial.state !== 'failed')
    .map(({epoch}) => [epoch, at.get(epoch)]).filter(([, y]) => isFinite(y));
  return [
    ...passed.map((rung) => ({x: rung, y: at.get(rung), kind: 'passed'})),
    ...failed.map(([x, y]) => ({x, y, kind: 'failed'})),
  ];
}

/**
 * One dataset a curve, and some for the marks: where trials ended, by state, where they passed rungs,
 * and where processes failed. Marks come first, since Chart.js draws its first dataset on top; they are
 * sorted, as unparsed data must be.
 */
function curveDatasets(study, drawn, stateNames, {logarithmic, decisions}) {
  const isCrowd = drawn.length > limits.crowd;
  const most = Math.max(32, Math.floor(limits.points / Math.max(1, drawn.length)));
  const sorted = (points) => points.sort((a, b) => a.x - b.x);
  const clip = {left: 6, right: 6, top: 0, bottom: 6};
  const marks = (state, kind, points, look) => ({
    type: 'scatter', state, kind, data: sorted(points), share: 0.9, borderWidth: 1.5, clip, ...look,
  });
  const curvesOf = (state) => drawn.filter((curve) => curve.trial.state === state);
  const ends = stateNames.map((state) => marks(state, 'end',
    curvesOf(state).map(({last}) => ({x: last.x, y: last.y})),
    {pointStyle: styleOf(state).point, pointRadius: isCrowd ? 2.5 : 4}));
  const onTheWay = !decisions ? [] : stateNames.flatMap((state) => {
    const points = curvesOf(state).flatMap((curve) => decisionsOf(study, curve));
    return [
      marks(state, 'failed', points.filter(({kind}) => kind === 'failed'),
        {pointStyle: 'crossRot', pointRadius: 4.5, borderWidth: 2}),
      marks(state, 'passed', points.filter(({kind}) => kind === 'passed'),
        {pointStyle: 'triangle', pointRadius: isCrowd ? 2.5 : 4, borderWidth: 1.25}),
    ];
  });
  const lines = drawn.map(({trial, points}) => ({
    type: 'line',
    state: trial.state,
    trial: trial.trial,
    data: thinned(points, most, logarithmic ? Math.log : (value) => value),
    share: isCrowd ? 0.35 : drawn.length > 40 ? 0.55 : 0.85,
    borderWidth: isCrowd ? 1 : 1.5,
    borderDash: styleOf(trial.state).dash,
    pointRadius: 0,
    pointHoverRadius: 0,
    spanGaps: false,
  }));
  return [...ends, ...onTheWay, ...lines];
}

/** What the chart of curves shows, and what it leaves out. */
function curvesWords(study, curves, drawn, cut) {
  const silent = study.trials.length - curves.length;
  const thin = study.thinned ?? 0;
  return sentence(
    drawn.length < curves.length
      ? sentence(`${count(drawn.length)} of ${count(curves.length)} curves are drawn: the`,
        `${limits.bestCurves} best, and ${count(drawn.length - limits.bestCurves)} spread evenly`,
        'over the ranking of the others. Any other is drawn when it is marked.')
      : curves.length === 1 ? 'The only curve is drawn.'
        : `All ${count(curves.length)} curves are drawn.`,
    silent > 0 ? `${plural(silent, 'trial')} reported nothing finite.` : '',
    study.rungs.length > 0
      ? sentence(`Vertical lines are the rungs: ${study.fidelity} ${some(study.rungs.map(rounded))}.`,
        'A triangle is a trial that went on from a rung, the mark at the end of a curve says what became',
        'of it there; a cross on the way is a process that failed.') : '',
    thin > 0 ? `${plural(thin, 'report lies', 'reports lie')} between the points that are drawn.` : '',
    cut > 0 ? `${plural(cut, 'value lies', 'values lie')} beyond the axis.` : '',
  );
}

/** Draws the curves. Returns a function that marks the curve of a trial. */
function showCurves(study) {
  const section = byId('curves');
  const curves = study.trials.map((trial) => curveOf(study, trial))
    .filter((curve) => curve !== null);
  if (curves.length === 0) {
    section.append(note(noReportWords(study)));
    return () => {};
  }
  const curveOfTrial = new Map(curves.map((curve) => [curve.trial.trial, curve]));
  const drawn = curvesToDraw(study, curves);
  const stateNames = [...new Set(drawn.map((curve) => curve.trial.state))].sort();
  const extent = epochExtent(study, curves);
  const values = drawn.flatMap((curve) => curve.points.map((point) => point.y)).filter(isFinite);

  const axis = {logarithmic: spansSizes(study, values), all: false};
  let range = valueRange(study, values, axis);
  const marked = {best: curveOfTrial.get(study.best?.trial), chosen: null, hovered: null};
  const trialAt = (chart, [item]) => item && chart.data.datasets[item.datasetIndex].trial;
  const wanted = {most: Infinity, hidden: new Set(), decisions: drawn.length <= limits.crowd};
  const datasets = () => curveDatasets(study,
    drawn.slice(0, wanted.most).filter((curve) => !wanted.hidden.has(curve.trial.state)),
    stateNames, {...extent, decisions: wanted.decisions});

  const paint = ({data, options}) => {
    paintAxes(options);
    for (const dataset of data.datasets) {
      const base = colour(dataset.kind === 'failed' ? 'failed' : styleOf(dataset.state).colour);
      dataset.borderColor = dataset.backgroundColor = faint(base, dataset.share);
      if (dataset.kind === 'passed') dataset.backgroundColor = colour('surface');
    }
  };
  const configuration = {
    type: 'line',
    data: {datasets: datasets()},
    // In this order: rungs below the picture, marked curves above it and not in it.
    plugins: [rungLines(study), pictureOfCurves(), markedCurves(study, marked)],
    options: chartOptions({
      interaction: {mode: 'nearestCurve', intersect: false},
      scales: {x: epochScale(study, extent), y: valueScale(study, range, axis.logarithmic)},
      onHover(event, items, chart) {
        const curve = curveOfTrial.get(trialAt(chart, items)) ?? null;
        if (curve === marked.hovered) return;
        marked.hovered = curve;
        chart.draw();
      },
      onClick(event, items, chart) {
        if (items.length > 0) choose(trialAt(chart, items));
      },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            title: ([item]) => (item ? `${study.fidelity} ${rounded(item.parsed.x)}` : ''),
            label: (item) => `trial ${item.dataset.trial}: ${rounded(item.parsed.y)}`,
          },
        },
      },
    }),
  };
  paint(configuration);

  const controls = element('div', {className: 'controls'});
  section.append(controls);
  const words = () => curvesWords(study, curves, drawn, range.cut);
  const chart = addChart(section, words(), paint, configuration);
  if (!chart) {
    controls.remove();
    return () => {};
  }
  const redraw = () => {
    chart.data.datasets = datasets();
    paint(chart.config);
    chart.update('none');
  };
  chart.canvas.addEventListener('mouseleave', () => {
    marked.hovered = null;
    chart.draw();
  });
  const about = element('p', {className: 'note', attributes: {
    id: 'marked-trial', 'aria-live': 'polite',
  }});
  section.append(about);

  const legend = element('div', {className: 'controls', attributes: {
    role: 'group', 'aria-label': 'Curves shown, by the state of their trial',
  }});
  for (const state of stateNames) {
    const total = drawn.filter((curve) => curve.trial.state === state).length;
    legend.append(checkbox(stateLabel(state, `${state} (${count(total)})`), true, (isShown) => {
      if (isShown) wanted.hidden.delete(state);
      else wanted.hidden.add(state);
      redraw();
    }));
  }
  const number = element('input', {attributes: {
    type: 'number', min: 0, step: 1, inputmode: 'numeric',
  }});
  number.addEventListener('input', () =>
    choose(number.value === '' ? undefined : Number(number.value)));
  controls.append(legend);
  if (study.rungs.length > 1) {
    controls.append(checkbox('Marks at rungs', wanted.decisions, (isOn) => {
      wanted.decisions = isOn;
      redraw();
    }));
  }
  if (drawn.length > 20) {
    const choice = element('select', {}, ...[['all that are drawn', Infinity], ['the best 10', 10],
      ['the best 50', 50]].filter(([, most]) => most === Infinity || most < drawn.length)
      .map(([text, most]) => element('option', {text, attributes: {value: most}})));
    choice.addEventListener('change', () => {
      wanted.most = Number(choice.value);
      redraw();
    });
    controls.append(element('label', {}, 'Show', choice));
  }
  controls.append(element('label', {}, 'Mark trial', number));
  const addSwitch = (label, name) => controls.append(checkbox(label, axis[name], (isOn) => {
    axis[name] = isOn;
    range = valueRange(study, values, axis);
    chart.options.scales.y = valueScale(study, range, axis.logarithmic);
    byId('curves-words').textContent = words();
    redraw();
  }));
  if (values.every((value) => value > 0)) addSwitch('Logarithmic values', 'logarithmic');
  if (range.cut > 0) addSwitch('Extreme values', 'all');

  function choose(chosen) {
    const trial = study.trialWithNumber.get(chosen);
    marked.chosen = curveOfTrial.get(chosen) ?? null;
    number.value = chosen ?? '';
    about.textContent = trial ? trialWords(study, trial, marked.chosen)
      : chosen === undefined ? '' : `There is no trial ${chosen}.`;
    chart.draw();
  }
  return (chosen) => {
    choose(chosen);
    section.scrollIntoView({block: 'start'});
    number.focus({preventScroll: true});
  };
}

/** From which rungs a trial went on, and where processes of it failed. */
function promotionWords(study, trial) {
  const passed = study.rungs.filter((rung) => rung < trial.epoch).map(rounded);
  const failed = (study.failuresOfTrial?.get(trial.trial) ?? []).map(({epoch}) => rounded(epoch));
  return sentence(
    passed.length > 0 ? `Went on from ${study.fidelity} ${some(passed)}.` : '',
    failed.length > 0 ? `A process failed behind ${study.fidelity} ${some(failed)}.` : '');
}

/** A trial in a few sentences. */
function trialWords(study, trial, curve) {
  const settings = settingsInOrder(study, trial.configuration ?? {})
    .map(([name, value]) => `${name}=${setting(value)}`);
  return sentence(
    `Trial ${trial.trial}: ${trial.state}`,
    trial.epoch ? `at ${study.fidelity} ${trial.epoch},` : '',
    isFinite(trial.value) ? `${study.metric} ${rounded(trial.value)}.`
      : `without a finite ${study.metric}.`,
    curve && rounded(curve.best) !== rounded(trial.value)
      ? `Best on its way: ${rounded(curve.best)}.` : '',
    promotionWords(study, trial),
    settings.length > 0 ? `${some(settings, 30)}.` : '',
    trial.attempts > 1 ? `Started ${trial.attempts} times.` : '',
    trial.reason ? `Reason: ${trial.reason}` : '',
  );
}
